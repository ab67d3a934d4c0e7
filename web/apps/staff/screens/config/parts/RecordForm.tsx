import { GitCompareArrows } from 'lucide-react'
import type { FormEvent, ReactNode } from 'react'
import { useText } from '../../../../../shared/i18n/language'
import { useCommands } from '../../../../../shared/lib/keys'
import { Button } from '../../../../../shared/ui/kit'
import type { RecordForm as Form } from './useRecordForm'
import { words } from './words'

type RecordFormProps<Values extends object> = {
  form: Form<Values>
  title: string
  /** What the fields are called, for what two people changed. */
  labels: Partial<Record<keyof Values & string, string>>
  /** Whoever may only look sees everything and can change nothing. */
  readOnly: boolean
  /** Where no list stands beside it, its title is that of the page. */
  alone?: boolean
  /** Buttons beside the title: what can be done besides saving. */
  actions?: ReactNode
  children: ReactNode
}

/** The frame of a form: title, fields, and the bar that appears as soon as something is unsaved. */
export function RecordForm<Values extends object>(props: RecordFormProps<Values>) {
  const { form, title, labels, readOnly, alone = false, actions, children } = props
  const Title = alone ? 'h1' : 'h2'
  const text = useText(words)
  const open = !readOnly && (form.dirty || form.isNew)
  useCommands(
    'ticket',
    open
      ? [{ id: 'save', group: text.configuration, label: text.save, keys: 'mod+s', run: () => void form.submit() }]
      : [],
  )
  const submit = (event: FormEvent) => {
    event.preventDefault()
    void form.submit()
  }
  return (
    <form onSubmit={submit} noValidate className="flex min-h-0 flex-1 flex-col" aria-label={title}>
      {/* A form that is only looked at has nothing that takes the focus, and must be scrolled by keys. */}
      <div tabIndex={readOnly ? 0 : undefined} className="min-h-0 flex-1 overflow-y-auto">
        <div className="flex max-w-2xl flex-col gap-5 p-6 max-md:p-4">
          <div className="flex min-h-8 flex-wrap items-center gap-2">
            <Title className="min-w-0 flex-1 truncate font-semibold text-lg">{title}</Title>
            {!readOnly && actions}
          </div>
          {readOnly && <p className="rounded-md bg-sunken px-3 py-2 text-fg-2">{text.readOnly}</p>}
          <fieldset disabled={readOnly} className="flex min-w-0 flex-col gap-5">
            {children}
          </fieldset>
        </div>
      </div>
      {open && (
        <div className="flex shrink-0 flex-col gap-2 border-line border-t bg-surface px-6 py-3 max-md:px-4">
          <Conflicts form={form} labels={labels} />
          {form.problem && form.conflicts.length === 0 && (
            <p role="alert" className="rounded-md bg-bad-soft px-3 py-2 text-bad-fg">
              {form.problem}
            </p>
          )}
          <div className="flex items-center gap-2">
            <span className="flex-1 text-fg-2" role="status">
              {form.dirty && text.unsaved}
            </span>
            {form.dirty && <Button onClick={form.reset}>{text.discard}</Button>}
            <Button look="primary" type="submit" aria-disabled={form.busy || form.conflicts.length > 0}>
              {form.isNew ? text.create : text.save}
            </Button>
          </div>
        </div>
      )}
    </form>
  )
}

/** Two changed the same: the newer version is shown beside what was typed, and nothing is lost. */
function Conflicts<Values extends object>({ form, labels }: Pick<RecordFormProps<Values>, 'form' | 'labels'>) {
  const text = useText(words)
  if (form.conflicts.length === 0) return null
  return (
    <div role="alert" className="flex flex-col gap-2 rounded-md bg-warn-soft px-3 py-2 text-warn-fg">
      <p className="flex items-center gap-2 font-medium">
        <GitCompareArrows size={15} aria-hidden />
        {text.conflict}
      </p>
      <ul className="list-disc pl-5">
        {form.conflicts.map(({ field, theirs }) => (
          <li key={field} className="break-words">
            {labels[field] ?? field}: {text.theirs} “{shown(theirs)}”
          </li>
        ))}
      </ul>
      <div className="flex gap-2">
        <Button size="sm" onClick={form.keepMine}>
          {text.keepMine}
        </Button>
        <Button size="sm" onClick={form.reset}>
          {text.takeTheirs}
        </Button>
      </div>
    </div>
  )
}

function shown(value: unknown): string {
  if (value === null || value === '') return '—'
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}
