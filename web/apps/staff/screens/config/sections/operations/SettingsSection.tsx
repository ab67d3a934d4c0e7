import { useQuery } from '@tanstack/react-query'
import type { SettingsOut } from '../../../../../../shared/api/staff'
import { useText } from '../../../../../../shared/i18n/language'
import { ErrorState, TextField } from '../../../../../../shared/ui/kit'
import { call } from '../../../../app/api'
import { settingsQuery } from '../../../../data/config'
import { channelsQuery } from '../../../../data/desk'
import { useMay } from '../../../../data/session'
import { HelpLink } from '../../../help/HelpLink'
import { LoadingForm } from '../../parts/Detail'
import { Facts } from '../../parts/Facts'
import { Choice, Group, Tick } from '../../parts/fields'
import { RecordForm } from '../../parts/RecordForm'
import { useRecordForm } from '../../parts/useRecordForm'
import { words } from './words'

const USUAL_DAYS = 30

/** What holds for the whole desk (CF-06). */
export function SettingsSection() {
  const settings = useQuery(settingsQuery)
  if (settings.error) return <ErrorState error={settings.error} onRetry={() => void settings.refetch()} />
  return (
    <div className="flex min-w-0 flex-1 flex-col">
      {settings.data ? <SettingsForm settings={settings.data} /> : <LoadingForm />}
    </div>
  )
}

function SettingsForm({ settings }: { settings: SettingsOut }) {
  const text = useText(words)
  const may = useMay('staff:manage')
  const channels = useQuery(channelsQuery).data ?? []
  const form = useRecordForm({
    place: 'settings/desk',
    stored: { default_channel: settings.default_channel, reopen_days: settings.reopen_days },
    version: settings.version,
    save: (changed, _, version) => call('change_settings', { version, body: changed }),
  })
  const { values, set, errors } = form
  const never = values.reopen_days === null
  return (
    <RecordForm
      form={form}
      alone
      readOnly={!may}
      title={text.settings}
      actions={<HelpLink topic="configuration" />}
      labels={{ default_channel: text.defaultChannel, reopen_days: text.days }}
    >
      <Choice
        label={text.defaultChannel}
        help={text.defaultHelp}
        error={errors.default_channel}
        value={values.default_channel ?? ''}
        onChange={next => set({ default_channel: next || null })}
        options={[
          { value: '', label: text.firstInOrder },
          ...channels.map(channel => ({ value: channel.key, label: channel.name })),
        ]}
      />
      <Tick
        label={text.neverReopen}
        checked={never}
        onChange={next => set({ reopen_days: next ? null : USUAL_DAYS })}
      />
      {!never && (
        <TextField
          label={text.days}
          help={text.daysHelp}
          type="number"
          min={0}
          value={String(values.reopen_days)}
          error={errors.reopen_days}
          onChange={event => set({ reopen_days: Number(event.target.value) })}
        />
      )}
      <Group title={`${text.prefix}, ${text.timeZone}`} text={text.operator}>
        <Facts
          facts={[
            { name: text.prefix, value: settings.ticket_prefix },
            { name: text.timeZone, value: settings.time_zone },
          ]}
        />
      </Group>
    </RecordForm>
  )
}
