import { ChevronDown, ChevronRight } from 'lucide-react'
import { useId, useState } from 'react'
import type { StatusOut, WorkflowOut } from '../../../../../../shared/api/staff'
import { useText } from '../../../../../../shared/i18n/language'
import { Badge, Button, TextField } from '../../../../../../shared/ui/kit'
import { call } from '../../../../app/api'
import { ChipsField } from '../../../../parts/ChipsField'
import { StatusIcon } from '../../../../parts/StatusIcon'
import { act } from '../../parts/act'
import { Choice, PositionField } from '../../parts/fields'
import { useRecordForm } from '../../parts/useRecordForm'
import { words as shared } from '../../parts/words'
import { words } from './words'

type Props = { workflow: WorkflowOut; status: StatusOut; readOnly: boolean; open: boolean; onToggle: () => void }

/** A status of a workflow; open it is a form of its own. Key, kind and whose turn it is are for ever. */
export function StatusRow({ workflow, status, readOnly, open, onToggle }: Props) {
  const text = useText(words)
  const id = useId()
  const Arrow = open ? ChevronDown : ChevronRight
  return (
    <li className="rounded-md border border-line bg-surface">
      <button
        type="button"
        aria-expanded={open}
        aria-controls={id}
        onClick={onToggle}
        className="flex min-h-10 w-full items-center gap-2 rounded-md px-3 text-left hover:bg-hover"
      >
        <Arrow size={14} aria-hidden className="text-fg-3" />
        <StatusIcon status={status} />
        <span className="min-w-0 flex-1 truncate font-medium">{status.name}</span>
        {workflow.statuses[0]?.key === status.key && <Badge>{text.first}</Badge>}
        <span className="text-fg-3 text-xs">
          {text[status.category]} · {text[`ball_${status.ball}`]}
        </span>
      </button>
      <div id={id} hidden={!open}>
        {open && <StatusForm workflow={workflow} status={status} readOnly={readOnly} />}
      </div>
    </li>
  )
}

function StatusForm({ workflow, status, readOnly }: Omit<Props, 'open' | 'onToggle'>) {
  const text = useText(words)
  const own = useText(shared)
  const form = useRecordForm({
    place: `statuses/${workflow.key}/${status.key}`,
    stored: {
      name: status.name,
      customer_name: status.customer_name,
      moves: status.moves,
      position: status.position,
    },
    version: workflow.version,
    save: (changed, _, version) =>
      call('change_status', { path: { key: workflow.key, status: status.key }, version, body: changed }),
  })
  const { values, set, errors } = form
  const others = workflow.statuses.filter(each => each.key !== status.key)
  return (
    <fieldset disabled={readOnly} className="flex flex-col gap-4 border-line border-t p-3">
      <div className="grid gap-4 sm:grid-cols-2">
        <TextField
          label={own.name}
          value={values.name}
          error={errors.name}
          onChange={event => set({ name: event.target.value })}
        />
        <TextField
          label={text.customerName}
          help={text.customerNameHelp}
          value={values.customer_name}
          error={errors.customer_name}
          onChange={event => set({ customer_name: event.target.value })}
        />
      </div>
      <ChipsField
        label={text.moves}
        help={text.movesHelp}
        disabled={readOnly}
        items={others}
        value={others.filter(each => values.moves.includes(each.key))}
        onChange={chosen => set({ moves: chosen.map(each => each.key) })}
        keyOf={each => each.key}
        nameOf={each => each.name}
      />
      <PositionField value={values.position} onChange={position => set({ position })} />
      {form.problem && (
        <p role="alert" className="rounded-md bg-bad-soft px-3 py-2 text-bad-fg">
          {form.problem}
        </p>
      )}
      {!readOnly && (
        <div className="flex flex-wrap items-end gap-2">
          <Deleting workflow={workflow} status={status} others={others} />
          <span className="flex-1" />
          {form.dirty && <Button onClick={form.reset}>{own.discard}</Button>}
          <Button look="primary" disabled={!form.dirty || form.busy} onClick={() => void form.submit()}>
            {own.save}
          </Button>
        </div>
      )}
    </fieldset>
  )
}

type DeletingProps = { workflow: WorkflowOut; status: StatusOut; others: readonly StatusOut[] }

/** A status goes only when it is said which one its tickets get. */
function Deleting({ workflow, status, others }: DeletingProps) {
  const text = useText(words)
  const same = others.filter(each => each.category === status.category)
  const [successor, setSuccessor] = useState<string | null>(null)
  if (successor === null) {
    return (
      <Button look="ghost" disabled={same.length === 0} onClick={() => setSuccessor(same[0]?.key ?? null)}>
        {text.deleteStatus(status.name)}
      </Button>
    )
  }
  const remove = () =>
    act(text.deleted(status.name), () =>
      call('delete_status', {
        path: { key: workflow.key, status: status.key },
        query: { successor },
        version: workflow.version,
      }),
    )
  return (
    <>
      <div className="min-w-40">
        <Choice
          label={text.successor(status.name)}
          value={successor}
          onChange={setSuccessor}
          options={same.map(each => ({ value: each.key, label: each.name }))}
        />
      </div>
      <Button look="danger" onClick={() => void remove()}>
        {text.delete}
      </Button>
      <Button onClick={() => setSuccessor(null)}>{text.cancel}</Button>
    </>
  )
}
