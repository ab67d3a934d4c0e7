import { useQuery } from '@tanstack/react-query'
import type { ChoiceIn, FieldOut, FieldType, HelpIn, LabelIn } from '../../../../../../shared/api/staff'
import { useLanguage, useText } from '../../../../../../shared/i18n/language'
import { call } from '../../../../app/api'
import { channelsQuery } from '../../../../data/desk'
import { ChipsField } from '../../../../parts/ChipsField'
import { NEW, useLead } from '../../parts/Detail'
import { BothLanguages, Choice, KeyField, keyOfName, PositionField, Tick } from '../../parts/fields'
import { RecordForm } from '../../parts/RecordForm'
import { useRecordForm } from '../../parts/useRecordForm'
import { words as shared } from '../../parts/words'
import { ChoicesEditor } from './ChoicesEditor'
import { words } from './words'

const TYPES: readonly FieldType[] = ['text', 'long_text', 'number', 'date', 'boolean', 'choice', 'multi_choice', 'url']

const isChoice = (type: FieldType) => type === 'choice' || type === 'multi_choice'

function storedOf(field: FieldOut | null) {
  return {
    key: field?.key ?? '',
    type: field?.type ?? ('text' as FieldType),
    label: (field?.label ?? {}) as LabelIn,
    help: field?.help as HelpIn | null,
    channels: field?.channels ?? null,
    required: field?.required ?? false,
    choices: (field?.choices ?? []) as ChoiceIn[],
    position: field?.position ?? 0,
    active: field?.active ?? true,
  }
}

/** A custom field: its names, where it stands, and for choices its answers. */
export function FieldForm({ field, readOnly }: { field: FieldOut | null; readOnly: boolean }) {
  const text = useText(words)
  const own = useText(shared)
  const language = useLanguage()
  const lead = useLead('fields')
  const channels = useQuery(channelsQuery).data ?? []
  const form = useRecordForm({
    place: `fields/${field?.key ?? NEW}`,
    stored: storedOf(field),
    version: field?.version ?? null,
    save: async ({ key: _, type: __, ...changed }, all, version) => {
      if (field) {
        await call('change_custom_field', { path: { key: field.key }, version, body: changed })
        return
      }
      const key = all.key || keyOfName(nameOf(all.label))
      const choices = isChoice(all.type) ? all.choices : []
      await lead((await call('create_custom_field', { body: { ...all, key, choices, help: helpOf(all.help) } })).key)
    },
  })
  const { values, set, errors } = form
  const some = values.channels !== null
  return (
    <RecordForm
      form={form}
      readOnly={readOnly}
      title={field?.label[language] ?? text.newField}
      labels={{
        label: own.name,
        help: text.help,
        channels: text.channels,
        required: text.required,
        choices: text.choices,
        position: own.position,
        active: text.stillActive,
      }}
    >
      <BothLanguages label={own.name} value={values.label} error={errors.label} onChange={label => set({ label })} />
      {form.isNew && (
        <>
          <KeyField
            value={values.key || keyOfName(nameOf(values.label))}
            error={errors.key}
            onChange={key => set({ key })}
          />
          <Choice
            label={text.type}
            help={text.typeHelp}
            value={values.type}
            onChange={type => set({ type })}
            options={TYPES.map(value => ({ value, label: text[value] }))}
          />
        </>
      )}
      {isChoice(values.type) && (
        <ChoicesEditor choices={values.choices} error={errors.choices} onChange={choices => set({ choices })} />
      )}
      <BothLanguages
        label={text.help}
        optional
        value={values.help ?? {}}
        error={errors.help}
        onChange={help => set({ help: helpOf(help) })}
      />
      <Tick label={text.allChannels} checked={!some} onChange={all => set({ channels: all ? null : [] })} />
      {some && (
        <ChipsField
          label={text.channels}
          help={text.channelsHelp}
          disabled={readOnly}
          items={channels}
          value={channels.filter(channel => values.channels?.includes(channel.key))}
          onChange={chosen => set({ channels: chosen.map(channel => channel.key) })}
          keyOf={channel => channel.key}
          nameOf={channel => channel.name}
        />
      )}
      <Tick
        label={text.required}
        help={text.requiredHelp}
        checked={values.required}
        onChange={required => set({ required })}
      />
      <PositionField value={values.position} onChange={position => set({ position })} />
      <Tick
        label={text.stillActive}
        help={text.stillActiveHelp}
        checked={values.active}
        onChange={active => set({ active })}
      />
    </RecordForm>
  )
}

const nameOf = (label: LabelIn) => label.en || label.de || ''
const helpOf = (help: HelpIn | null) => (help && (help.en || help.de) ? help : null)
