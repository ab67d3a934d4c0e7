import { useQuery } from '@tanstack/react-query'
import type { ChannelOut, SignatureOut } from '../../../../../../shared/api/staff'
import { useText } from '../../../../../../shared/i18n/language'
import { ErrorState, TextArea } from '../../../../../../shared/ui/kit'
import { call } from '../../../../app/api'
import { signatureQuery } from '../../../../data/config'
import { LoadingForm } from '../../parts/Detail'
import { RecordForm } from '../../parts/RecordForm'
import { useRecordForm } from '../../parts/useRecordForm'
import { words as shared } from '../../parts/words'
import { words } from './words'

type Props = { channel: ChannelOut; readOnly: boolean }

/** What stands below the mails of a channel, by language. */
export function SignatureForm({ channel, readOnly }: Props) {
  const signature = useQuery(signatureQuery(channel.key))
  if (signature.error) return <ErrorState error={signature.error} onRetry={() => void signature.refetch()} />
  if (!signature.data) return <LoadingForm />
  return <Variants channel={channel} readOnly={readOnly} signature={signature.data} />
}

function Variants({ channel, readOnly, signature }: Props & { signature: SignatureOut }) {
  const text = useText(words)
  const own = useText(shared)
  const names = { en: own.english, de: own.german }
  const form = useRecordForm({
    place: `signatures/${channel.key}`,
    stored: { en: signature.variants.en ?? '', de: signature.variants.de ?? '' },
    version: signature.version,
    save: (_, all, version) => {
      const variants = { ...signature.variants, ...all }
      const written = Object.entries(variants).filter(([, html]) => html.trim() !== '')
      return call('set_signature', {
        path: { key: channel.key },
        version,
        body: { variants: Object.fromEntries(written) },
      })
    },
  })
  return (
    <RecordForm form={form} readOnly={readOnly} title={text.signature} labels={names}>
      <p className="text-fg-2">{text.signatureText}</p>
      {(['en', 'de'] as const).map(language => (
        <TextArea
          key={language}
          label={text.signatureOf(names[language])}
          help={text.noSignature}
          rows={6}
          spellCheck={false}
          value={form.values[language]}
          error={form.errors[`variants.${language}`]}
          onChange={event => form.set({ [language]: event.target.value })}
        />
      ))}
    </RecordForm>
  )
}
