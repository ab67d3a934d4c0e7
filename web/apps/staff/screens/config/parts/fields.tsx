import { type ReactNode, useId } from 'react'
import type { LabelIn } from '../../../../../shared/api/staff'
import { useText } from '../../../../../shared/i18n/language'
import { SelectField, TextField } from '../../../../../shared/ui/kit'
import { words } from './words'

type TickProps = { label: string; help?: ReactNode; checked: boolean; onChange: (checked: boolean) => void }

/** On or off, and saved with the form: a native box, which a form that is only looked at switches off. */
export function Tick({ label, help, checked, onChange }: TickProps) {
  const id = useId()
  return (
    <div className="flex items-start gap-2.5">
      <input
        id={id}
        type="checkbox"
        checked={checked}
        aria-describedby={help ? `${id}-help` : undefined}
        onChange={event => onChange(event.target.checked)}
        className="mt-0.5 size-4 shrink-0 accent-(--accent)"
      />
      <div>
        <label htmlFor={id} className="font-medium">
          {label}
        </label>
        {help && (
          <p id={`${id}-help`} className="text-fg-3 text-xs">
            {help}
          </p>
        )}
      </div>
    </div>
  )
}

/** Fields that belong together, under a heading. */
export function Group({ title, text, children }: { title: string; text?: ReactNode; children: ReactNode }) {
  return (
    <section className="flex flex-col gap-4 border-line border-t pt-5">
      <div>
        <h3 className="font-semibold">{title}</h3>
        {text && <p className="text-fg-2">{text}</p>}
      </div>
      {children}
    </section>
  )
}

type BothProps = {
  label: string
  value: LabelIn
  onChange: (value: LabelIn) => void
  error?: string | undefined
  optional?: boolean
}

/** A name in English and in German. */
export function BothLanguages({ label, value, onChange, error, optional = false }: BothProps) {
  const text = useText(words)
  return (
    <div className="grid gap-4 sm:grid-cols-2">
      <TextField
        label={text.inEnglish(label)}
        value={value.en ?? ''}
        error={error}
        optional={optional}
        onChange={event => onChange({ ...value, en: event.target.value || null })}
      />
      <TextField
        label={text.inGerman(label)}
        value={value.de ?? ''}
        optional={optional}
        onChange={event => onChange({ ...value, de: event.target.value || null })}
      />
    </div>
  )
}

const SPELLED: Record<string, string> = { ä: 'ae', ö: 'oe', ü: 'ue', ß: 'ss' }

/** A key made of a name: what stands in addresses. */
export const keyOfName = (name: string) =>
  name
    .toLowerCase()
    .replace(/[äöüß]/g, letter => SPELLED[letter] ?? '')
    .normalize('NFD')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 40)

type KeyFieldProps = { value: string; onChange: (value: string) => void; error?: string | undefined }

/** The key of something new; it is for ever. */
export function KeyField({ value, onChange, error }: KeyFieldProps) {
  const text = useText(words)
  return (
    <TextField
      label={text.key}
      help={text.keyHelp}
      error={error}
      value={value}
      maxLength={40}
      onChange={event => onChange(event.target.value)}
    />
  )
}

type PositionProps = { value: number; onChange: (value: number) => void; help?: string }

export function PositionField({ value, onChange, help }: PositionProps) {
  const text = useText(words)
  return (
    <TextField
      label={text.position}
      help={help ?? text.positionHelp}
      type="number"
      min={0}
      value={String(value)}
      onChange={event => onChange(Number(event.target.value))}
    />
  )
}

type ChoiceProps<Value extends string> = {
  label: string
  help?: ReactNode
  value: Value
  onChange: (value: Value) => void
  options: readonly { value: Value; label: string }[]
  disabled?: boolean
  error?: string | undefined
}

/** One of a few values that the API names. */
export function Choice<Value extends string>({ onChange, options, ...field }: ChoiceProps<Value>) {
  return (
    <SelectField
      {...field}
      options={options}
      onChange={event => {
        const chosen = options.find(option => option.value === event.target.value)
        if (chosen) onChange(chosen.value)
      }}
    />
  )
}
