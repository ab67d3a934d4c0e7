import { useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useDeferredValue, useState } from 'react'
import type { MergePreview, TicketOut, TicketRow } from '../../../../../shared/api/staff'
import { useText } from '../../../../../shared/i18n/language'
import { Button, Dialog, ErrorState, notify, Skeleton } from '../../../../../shared/ui/kit'
import { call } from '../../../app/api'
import { problemText } from '../../../app/problems'
import { mergePreviewQuery, refreshAll } from '../../../data/properties'
import { HelpLink } from '../../help/HelpLink'
import { PickDialog } from '../PickDialog'
import { closePicker } from './open'
import { undoStructure } from './structure'
import { useTicketPicks } from './useTicketPicks'
import { words } from './words'

/** Into another ticket, which goes on: first found, then looked at, then merged; Undo takes it back. */
export function MergePicker({ ticket }: { ticket: TicketOut }) {
  const text = useText(words)
  const [typed, setTyped] = useState('')
  const [target, setTarget] = useState<TicketRow | null>(null)
  const picks = useTicketPicks(useDeferredValue(typed), ticket.number, setTarget)
  if (target) return <MergeDialog ticket={ticket} into={target} />
  return <PickDialog stay title={text.mergeInto} picks={picks} onSearch={setTyped} onClose={closePicker} />
}

function MergeDialog({ ticket, into }: { ticket: TicketOut; into: TicketRow }) {
  const text = useText(words)
  const navigate = useNavigate()
  const filters = useSearch({ from: '/shell/t' })
  const preview = useQuery(mergePreviewQuery(ticket.number, into.number))
  const { data } = preview
  const merge = async (known: MergePreview) => {
    closePicker()
    try {
      const body = { into: into.number, into_version: known.into.version }
      const after = await call('merge_ticket', { path: { number: ticket.number }, version: known.source.version, body })
      refreshAll()
      await navigate({ to: '/t/$number', params: { number: after.number }, search: filters })
      const made = after.undoable.find(each => each.other.number === ticket.number)
      notify({
        title: text.merged(after.reference),
        ...(made && { undo: () => void undoStructure(after.number, made.id) }),
      })
    } catch (error) {
      notify({ title: problemText(error), tone: 'error' })
    }
  }
  return (
    <Dialog
      open
      onClose={closePicker}
      title={text.mergeAction(into.reference)}
      width="wide"
      help={<HelpLink topic="work-with-tickets" />}
      actions={
        <Button
          look="primary"
          aria-disabled={!data || data.refusal !== null}
          onClick={() => data && !data.refusal && void merge(data)}
        >
          {text.mergeAction(into.reference)}
        </Button>
      }
    >
      <div className="flex flex-col gap-3">
        {preview.error && <ErrorState error={preview.error} onRetry={() => void preview.refetch()} />}
        {data ? <Preview data={data} /> : !preview.error && <Skeleton className="h-24" />}
      </div>
    </Dialog>
  )
}

function Preview({ data }: { data: MergePreview }) {
  const text = useText(words)
  const warnings = {
    other_contact: text.warnContact,
    other_company: text.warnCompany,
    other_channel: text.warnChannel,
    no_contact: text.warnNoContact,
  }
  return (
    <>
      <div className="grid grid-cols-[1fr_auto_1fr] items-center gap-3 max-sm:grid-cols-1">
        <Side side={data.source} />
        <span aria-hidden className="text-center text-fg-3">
          →
        </span>
        <Side side={data.into} />
      </div>
      {data.refusal && (
        <p role="alert" className="text-bad-fg">
          {data.refusal}
        </p>
      )}
      <p className="text-fg-2">{text.mergeText(data.activities, data.files)}</p>
      <p className="text-fg-2">
        {text.changed(text.status, data.status_after.name)} ·{' '}
        {text.changed(text.owner, data.owner_after?.name ?? text.nobody)}
      </p>
      {data.watchers_left.length > 0 && (
        <p className="text-fg-2">{text.mergeInvisible(data.watchers_left.map(each => each.name).join(', '))}</p>
      )}
      {data.warnings.map(each => (
        <p key={each} className="rounded-md bg-warn-soft px-3 py-1.5 text-warn-fg">
          {warnings[each]}
        </p>
      ))}
    </>
  )
}

function Side({ side }: { side: MergePreview['source'] }) {
  return (
    <div className="min-w-0 rounded-md border border-line p-3">
      <p className="num text-fg-2 text-xs">{side.ticket.reference}</p>
      <p className="break-words font-medium">{side.ticket.subject}</p>
      <p className="truncate text-fg-2 text-xs">{side.contact?.name ?? side.contact?.address}</p>
    </div>
  )
}
