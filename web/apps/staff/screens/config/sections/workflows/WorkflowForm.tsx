import { Plus } from 'lucide-react'
import { useState } from 'react'
import type { WorkflowOut } from '../../../../../../shared/api/staff'
import { useText } from '../../../../../../shared/i18n/language'
import { Button, Confirm, TextField } from '../../../../../../shared/ui/kit'
import { call } from '../../../../app/api'
import { act } from '../../parts/act'
import { NEW, useLead } from '../../parts/Detail'
import { KeyField, keyOfName } from '../../parts/fields'
import { RecordForm } from '../../parts/RecordForm'
import { useRecordForm } from '../../parts/useRecordForm'
import { words as shared } from '../../parts/words'
import { NewStatus } from './NewStatus'
import { StatusRow } from './StatusRow'
import { words } from './words'

type Props = { workflow: WorkflowOut | null; readOnly: boolean }

/** A workflow: its name is saved as a form, its statuses one by one below. */
export function WorkflowForm({ workflow, readOnly }: Props) {
  const text = useText(words)
  const own = useText(shared)
  const lead = useLead('workflows')
  const [asking, setAsking] = useState(false)
  const form = useRecordForm({
    place: `workflows/${workflow?.key ?? NEW}`,
    stored: { name: workflow?.name ?? '', key: workflow?.key ?? '' },
    version: workflow?.version ?? null,
    save: async (_, all, version) => {
      if (workflow) {
        await call('change_workflow', { path: { key: workflow.key }, version, body: { name: all.name } })
      } else {
        const body = { key: all.key || keyOfName(all.name), name: all.name, statuses: [...FIRST] }
        await lead((await call('create_workflow', { body })).key)
      }
    },
  })
  const { values, set, errors } = form
  const remove = async () => {
    if (!workflow) return
    const gone = await act(text.deleted(workflow.name), () =>
      call('delete_workflow', { path: { key: workflow.key }, version: workflow.version }),
    )
    if (gone) await lead()
  }
  return (
    <div className="flex min-h-0 flex-1 flex-col overflow-y-auto">
      <div className="flex shrink-0 flex-col">
        <RecordForm
          form={form}
          readOnly={readOnly}
          title={workflow?.name ?? text.newWorkflow}
          labels={{ name: own.name }}
          actions={
            workflow && (
              <Button look="danger" onClick={() => setAsking(true)}>
                {text.delete}
              </Button>
            )
          }
        >
          <TextField
            label={own.name}
            value={values.name}
            error={errors.name}
            onChange={event => set({ name: event.target.value })}
          />
          {form.isNew && (
            <>
              <KeyField
                value={values.key || keyOfName(values.name)}
                error={errors.key}
                onChange={key => set({ key })}
              />
              <p className="text-fg-2">
                {text.firstStatuses}: {text.firstStatusesText}
              </p>
            </>
          )}
        </RecordForm>
      </div>
      {workflow && <Statuses workflow={workflow} readOnly={readOnly} />}
      {workflow && (
        <Confirm
          open={asking}
          onClose={() => setAsking(false)}
          title={text.deleteWorkflow(workflow.name)}
          text={text.deleteWorkflowText}
          action={text.delete}
          onConfirm={() => void remove()}
        />
      )}
    </div>
  )
}

const FIRST = [
  { key: 'new', name: 'New', category: 'open', ball: 'us' },
  { key: 'done', name: 'Done', category: 'closed', ball: 'nobody' },
] as const

function Statuses({ workflow, readOnly }: { workflow: WorkflowOut; readOnly: boolean }) {
  const text = useText(words)
  const [open, setOpen] = useState<string | null>(null)
  return (
    <section aria-label={text.statuses} className="flex max-w-2xl flex-col gap-3 px-6 pb-6 max-md:px-4">
      <div>
        <h3 className="font-semibold">{text.statuses}</h3>
        <p className="text-fg-2">{text.statusesText}</p>
      </div>
      <ul className="flex flex-col gap-2">
        {workflow.statuses.map(status => (
          <StatusRow
            key={status.key}
            workflow={workflow}
            status={status}
            readOnly={readOnly}
            open={open === status.key}
            onToggle={() => setOpen(open === status.key ? null : status.key)}
          />
        ))}
      </ul>
      {!readOnly &&
        (open === NEW ? (
          <NewStatus workflow={workflow} onClose={() => setOpen(null)} />
        ) : (
          <div>
            <Button onClick={() => setOpen(NEW)}>
              <Plus size={14} aria-hidden />
              {text.addStatus}
            </Button>
          </div>
        ))}
    </section>
  )
}
