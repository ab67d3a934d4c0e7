import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { TemplateIn, TemplateOut, Variant } from '../../../../../../shared/api/staff'
import { useText } from '../../../../../../shared/i18n/language'
import { Button, Confirm, TextArea, TextField } from '../../../../../../shared/ui/kit'
import { call } from '../../../../app/api'
import { channelsQuery } from '../../../../data/desk'
import { act } from '../../parts/act'
import { NEW, useLead } from '../../parts/Detail'
import { Choice, Group, Tick } from '../../parts/fields'
import { RecordForm } from '../../parts/RecordForm'
import { useRecordForm } from '../../parts/useRecordForm'
import { words as shared } from '../../parts/words'
import { words } from './words'

type Kind = TemplateIn['kind']
const KINDS: readonly Kind[] = ['reply', 'note', 'letter', 'receipt']
const LANGUAGES = ['en', 'de'] as const
const NOTHING: Variant = { subject: '', html: '' }

const storedOf = (template: TemplateOut | null, mayShare: boolean) => ({
  name: template?.name ?? '',
  kind: template?.kind ?? ('reply' as Kind),
  channel: template?.channel ?? null,
  shared: template?.shared ?? mayShare,
  en: { ...NOTHING, ...template?.variants.en },
  de: { ...NOTHING, ...template?.variants.de },
})

type Props = { template: TemplateOut | null; mayShare: boolean; readOnly: boolean }

/** A template in both languages. */
export function TemplateForm({ template, mayShare, readOnly }: Props) {
  const text = useText(words)
  const own = useText(shared)
  const names = { en: own.english, de: own.german }
  const lead = useLead('templates')
  const channels = useQuery(channelsQuery).data ?? []
  const form = useRecordForm({
    place: `templates/${template?.id ?? NEW}`,
    stored: storedOf(template, mayShare),
    version: template?.version ?? null,
    save: async (_, { en, de, shared: forAll, ...rest }, version) => {
      const variants = withoutEmpty({ ...template?.variants, en, de })
      if (template) {
        await call('change_template', { path: { template_id: template.id }, version, body: { ...rest, variants } })
      } else {
        await lead((await call('create_template', { body: { ...rest, shared: forAll, variants } })).id)
      }
    },
  })
  const { values, set, errors } = form
  return (
    <RecordForm
      form={form}
      readOnly={readOnly}
      title={template?.name ?? text.newTemplate}
      labels={{ name: own.name, kind: text.kind, channel: text.channel, ...names }}
      actions={template && <Deleting template={template} />}
    >
      <TextField
        label={own.name}
        value={values.name}
        error={errors.name}
        onChange={event => set({ name: event.target.value })}
      />
      <div className="grid gap-4 sm:grid-cols-2">
        <Choice
          label={text.kind}
          value={values.kind}
          onChange={kind => set({ kind })}
          options={KINDS.map(value => ({ value, label: text[value] }))}
        />
        <Choice
          label={text.channel}
          value={values.channel ?? ''}
          onChange={channel => set({ channel: channel || null })}
          options={[
            { value: '', label: text.allChannels },
            ...channels.map(channel => ({ value: channel.key, label: channel.name })),
          ]}
        />
      </div>
      {!template && mayShare && (
        <Tick
          label={text.shared}
          help={text.sharedHelp}
          checked={values.shared}
          onChange={forAll => set({ shared: forAll })}
        />
      )}
      {LANGUAGES.map(language => (
        <Group key={language} title={names[language]}>
          {(values.kind === 'letter' || values.kind === 'receipt') && (
            <TextField
              label={text.subject(names[language])}
              optional
              value={values[language].subject ?? ''}
              onChange={event => set({ [language]: { ...values[language], subject: event.target.value } })}
            />
          )}
          <TextArea
            label={text.html(names[language])}
            help={text.htmlHelp}
            rows={8}
            value={values[language].html}
            error={errors[`variants.${language}.html`] ?? errors.variants}
            onChange={event => set({ [language]: { ...values[language], html: event.target.value } })}
          />
        </Group>
      ))}
    </RecordForm>
  )
}

function Deleting({ template }: { template: TemplateOut }) {
  const text = useText(words)
  const lead = useLead('templates')
  const [asking, setAsking] = useState(false)
  const remove = async () => {
    const gone = await act(text.deleted(template.name), () =>
      call('delete_template', { path: { template_id: template.id }, version: template.version }),
    )
    if (gone) await lead()
  }
  return (
    <>
      <Button look="danger" onClick={() => setAsking(true)}>
        {text.delete}
      </Button>
      <Confirm
        open={asking}
        onClose={() => setAsking(false)}
        title={text.deleteTitle(template.name)}
        text={text.deleteText}
        action={text.delete}
        onConfirm={() => void remove()}
      />
    </>
  )
}

const withoutEmpty = (variants: Record<string, Variant>) =>
  Object.fromEntries(Object.entries(variants).filter(([, variant]) => variant.html.trim() !== ''))
