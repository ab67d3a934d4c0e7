import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { FieldOut, TicketOut } from '../../../../../shared/api/staff'
import { useLanguage, useText } from '../../../../../shared/i18n/language'
import { Checkbox, SelectField, TextArea, TextField } from '../../../../../shared/ui/kit'
import { channelFieldsQuery } from '../../../data/properties'
import { useMay } from '../../../data/session'
import { changeField } from './changes'
import { Part } from './Parts'
import { words } from './words'

type Value = string | boolean | number | string[]

/** The channel's own fields: each is saved when one leaves it. */
export function FieldsPart({ ticket }: { ticket: TicketOut }) {
  const text = useText(words)
  const fields = useQuery(channelFieldsQuery(ticket.channel.key)).data?.filter(each => each.active) ?? []
  if (fields.length === 0) return null
  return (
    <Part title={text.customFields}>
      <div className="flex flex-col gap-3">
        {fields.map(field => (
          <OneField key={`${field.key}${String(ticket.fields[field.key])}`} ticket={ticket} field={field} />
        ))}
      </div>
    </Part>
  )
}

const INPUTS = { number: 'number', date: 'date', url: 'url', text: 'text' } as const

function OneField({ ticket, field }: { ticket: TicketOut; field: FieldOut }) {
  const text = useText(words)
  const language = useLanguage()
  const may = useMay('tickets:write')
  const before = ticket.fields[field.key]
  const [typed, setTyped] = useState(before === undefined ? '' : String(before))
  const [wrong, setWrong] = useState<string>()
  const label = field.label[language]
  const set = async (value: Value | null) => {
    if (value === (before ?? null)) return
    setWrong(await changeField(ticket, field.key, value, text.changed(label, shownValue(field, value, language, text))))
  }
  const described = { label, help: field.help?.[language], error: wrong, disabled: !may }
  const leave = () => void set(typed.trim() === '' ? null : field.type === 'number' ? Number(typed) : typed)
  switch (field.type) {
    case 'boolean':
      return (
        <span className="flex items-center gap-2">
          <Checkbox checked={before === true} onChange={checked => void set(checked)} label={label} />
          <span aria-hidden>{label}</span>
        </span>
      )
    case 'choice': {
      const choices = field.choices.filter(each => each.active || each.key === before)
      const options = choices.map(each => ({ value: each.key, label: each.label[language] }))
      return (
        <SelectField
          {...described}
          value={String(before ?? '')}
          options={[{ value: '', label: text.none }, ...options]}
          onChange={event => void set(event.target.value || null)}
        />
      )
    }
    case 'multi_choice':
      return <Choices field={field} chosen={Array.isArray(before) ? before : []} onChange={value => void set(value)} />
    case 'long_text':
      return (
        <TextArea
          {...described}
          rows={3}
          value={typed}
          onChange={event => setTyped(event.target.value)}
          onBlur={leave}
        />
      )
    default:
      return (
        <TextField
          {...described}
          type={INPUTS[field.type]}
          value={typed}
          onChange={event => setTyped(event.target.value)}
          onBlur={leave}
          onKeyDown={event => event.key === 'Enter' && leave()}
        />
      )
  }
}

type ChoicesProps = { field: FieldOut; chosen: readonly string[]; onChange: (chosen: string[]) => void }

function Choices({ field, chosen, onChange }: ChoicesProps) {
  const language = useLanguage()
  return (
    <fieldset className="flex flex-col gap-1.5">
      <legend className="mb-1 font-medium">{field.label[language]}</legend>
      {field.choices
        .filter(each => each.active || chosen.includes(each.key))
        .map(each => (
          <span key={each.key} className="flex items-center gap-2">
            <Checkbox
              checked={chosen.includes(each.key)}
              label={each.label[language]}
              onChange={on => onChange(on ? [...chosen, each.key] : chosen.filter(key => key !== each.key))}
            />
            <span aria-hidden>{each.label[language]}</span>
          </span>
        ))}
    </fieldset>
  )
}

type YesNo = { yes: string; no: string; none: string }

function shownValue(field: FieldOut, value: Value | null, language: 'en' | 'de', text: YesNo): string {
  if (value === null) return text.none
  if (typeof value === 'boolean') return value ? text.yes : text.no
  const keys = Array.isArray(value) ? value : [String(value)]
  return keys.map(key => field.choices.find(each => each.key === key)?.label[language] ?? key).join(', ')
}
