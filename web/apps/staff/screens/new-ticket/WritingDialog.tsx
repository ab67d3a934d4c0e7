import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { NewOptionsOut, Way } from '../../../../shared/api/staff'
import { useText } from '../../../../shared/i18n/language'
import { Button, Dialog, notify, Tabs } from '../../../../shared/ui/kit'
import { problemText } from '../../app/problems'
import { channelFieldsQuery } from '../../data/creation'
import { HelpLink } from '../help/HelpLink'
import { ClosedWay } from './ClosedWay'
import { DraftsMenu } from './DraftsMenu'
import { missing, type NewTicket } from './form'
import { beginningOf, FORM_ID, NewTicketForm } from './NewTicketForm'
import { type Beginning, openNewTicket } from './opening'
import { useDraft } from './useDraft'
import { useFiles } from './useFiles'
import { useOpenTicket } from './useOpenTicket'
import { words } from './words'

type Props = { beginning: Beginning; first: NewTicket; options: NewOptionsOut; onClose: () => void }

/** The dialog in which somebody writes: a tab for each way, one form that all of them share. */
export function WritingDialog({ beginning, first, options, onClose }: Props) {
  const text = useText(words)
  const [way, setWay] = useState<Way>(beginning.way)
  const [form, setForm] = useState<NewTicket>(() => ({ ...first, channel: first.channel || onlyChannel(options) }))
  const [asked, setAsked] = useState(false)
  const set = (change: Partial<NewTicket>) => setForm(before => ({ ...before, ...change }))
  const files = useFiles(edit => setForm(before => ({ ...before, files: edit(before.files) })))
  const fields = useQuery(channelFieldsQuery(form.channel)).data ?? []
  const draft = useDraft(way, form, beginning.draft ?? null)
  const ticket = useOpenTicket(way, fields)
  const closed = options.ways.find(each => each.kind === way && each.open !== true)
  const lacks = missing(way, form, fields)
  const waits = form.files.some(file => !file.upload)

  const leave = async () => {
    onClose()
    await draft.keep()
    const kept = draft.current()
    if (kept) {
      const again = () => openNewTicket({ way, draft: kept })
      notify({ title: text.draftKept, description: form.subject, action: { label: text.openAgain, run: again } })
    }
  }
  const discard = () => {
    onClose()
    draft.drop().catch((error: unknown) => notify({ title: problemText(error), tone: 'error' }))
  }
  const submit = async () => {
    setAsked(true)
    if (Object.keys(lacks).length > 0 || waits || ticket.busy || closed) return
    if (!(await ticket.open(form))) return
    onClose()
    draft.drop().catch(() => undefined) // the ticket is open; a draft that stays behind can be discarded by hand
  }
  const panel = closed ? (
    <ClosedWay way={closed} onLeave={() => void leave()} />
  ) : (
    <NewTicketForm
      way={way}
      options={options}
      fields={fields}
      form={form}
      set={set}
      files={files}
      missing={asked ? lacks : {}}
      problem={waits && asked ? text.filesWait : ticket.problem?.text}
      onSubmit={() => void submit()}
    />
  )
  return (
    <Dialog
      open
      onClose={() => void leave()}
      title={text.newTicket}
      width="wide"
      help={<HelpLink topic="create-tickets" />}
      beginAt={() => beginningOf(document.getElementById(FORM_ID), way)}
      actions={
        !closed && (
          <>
            <span role="status" className="mr-auto self-center text-fg-3 text-xs">
              {draft.state === 'saved' && text.draftSaved}
              {draft.state === 'failed' && text.draftFailed}
            </span>
            <Button look="ghost" onClick={discard}>
              {text.discard}
            </Button>
            <Button look="primary" onClick={() => void submit()} aria-disabled={ticket.busy}>
              {way === 'email' ? text.send : text.save}
            </Button>
          </>
        )
      }
    >
      <DraftsMenu without={draft.current()?.id} />
      <div className="-mx-4">
        <Tabs
          label={text.ways}
          selected={way}
          onSelect={next => setWay(next as Way)}
          tabs={options.ways.map(each => ({
            id: each.kind,
            label: text[each.kind],
            panel: each.kind === way && <div className="px-4 pt-4">{panel}</div>,
          }))}
        />
      </div>
    </Dialog>
  )
}

const onlyChannel = (options: NewOptionsOut) =>
  options.default_channel ?? (options.channels.length === 1 ? (options.channels[0]?.key ?? '') : '')
