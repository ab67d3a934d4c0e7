import type { FieldOut } from '../../../../shared/api/staff'
import { useLanguage, useText } from '../../../../shared/i18n/language'
import { SelectField, TextArea, TextField } from '../../../../shared/ui/kit'
import { ChipsField } from '../../parts/ChipsField'
import { type FieldValue, fieldValue, type Missing, type NewTicket } from './form'
import { words } from './words'

type CustomFieldsProps = {
  fields: readonly FieldOut[]
  form: NewTicket
  set: (change: Partial<NewTicket>) => void
  missing: Missing
}

/** The fields that the channel adds, each by its type. */
export function CustomFields({ fields, form, set, missing }: CustomFieldsProps) {
  const text = useText(words)
  return fields.map(field => (
    <CustomField
      key={field.key}
      field={field}
      value={fieldValue(form, field)}
      error={missing[`fields.${field.key}`] && text.missingField}
      onChange={value => set({ fields: { ...form.fields, [field.key]: value } })}
    />
  ))
}

type CustomFieldProps = {
  field: FieldOut
  value: FieldValue
  error?: string | undefined
  onChange: (value: FieldValue) => void
}

const INPUTS = { text: 'text', url: 'url', number: 'number', date: 'date' } as const

function CustomField({ field, value, error, onChange }: CustomFieldProps) {
  const language = useLanguage()
  const text = useText(words)
  const shared = { label: field.label[language], help: field.help?.[language], error, optional: !field.required }
  const choices = field.choices.filter(choice => choice.active)
  switch (field.type) {
    case 'boolean':
      return (
        <SelectField
          {...shared}
          value={value === true ? 'yes' : ''}
          onChange={event => onChange(event.target.value === 'yes')}
          options={[
            { value: '', label: '—' },
            { value: 'yes', label: text.yes },
          ]}
        />
      )
    case 'choice':
      return (
        <SelectField
          {...shared}
          value={String(value ?? '')}
          onChange={event => onChange(event.target.value || null)}
          options={[
            { value: '', label: '—' },
            ...choices.map(choice => ({ value: choice.key, label: choice.label[language] })),
          ]}
        />
      )
    case 'multi_choice':
      return (
        <ChipsField
          {...shared}
          items={choices}
          value={choices.filter(choice => Array.isArray(value) && value.includes(choice.key))}
          onChange={chosen => onChange(chosen.map(choice => choice.key))}
          keyOf={choice => choice.key}
          nameOf={choice => choice.label[language]}
        />
      )
    case 'long_text':
      return (
        <TextArea
          {...shared}
          rows={3}
          value={String(value ?? '')}
          onChange={event => onChange(event.target.value || null)}
        />
      )
    default:
      return (
        <TextField
          {...shared}
          type={INPUTS[field.type]}
          step="any"
          value={String(value ?? '')}
          onChange={event => onChange(entered(field, event.target.value))}
        />
      )
  }
}

function entered(field: FieldOut, typed: string): FieldValue {
  if (typed === '') return null
  return field.type === 'number' ? Number(typed) : typed
}
