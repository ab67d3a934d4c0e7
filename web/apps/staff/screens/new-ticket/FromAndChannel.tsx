import type { NewOptionsOut } from '../../../../shared/api/staff'
import { useText } from '../../../../shared/i18n/language'
import { SelectField } from '../../../../shared/ui/kit'
import type { NewTicket } from './form'
import { words } from './words'

type Props = { options: NewOptionsOut; form: NewTicket; set: (change: Partial<NewTicket>) => void }

/** The mail account that the mail leaves from; unless somebody chooses, that of the channel. */
export function FromField({ options, form, set }: Props) {
  const text = useText(words)
  const standard = options.channels.find(channel => channel.key === form.channel)?.account ?? ''
  const accounts = options.accounts ?? []
  return (
    <SelectField
      label={text.from}
      value={form.from ?? standard}
      onChange={event => set({ from: event.target.value || null })}
      options={[
        ...(form.from || standard ? [] : [{ value: '', label: text.noFrom }]),
        ...accounts.map(account => ({ value: account.key, label: `${account.from_name} <${account.address}>` })),
      ]}
    />
  )
}

/** Where the ticket lands. Another channel brings its own account, status and fields. */
export function ChannelField({ options, form, set, missing }: Props & { missing: boolean }) {
  const text = useText(words)
  return (
    <SelectField
      label={text.channel}
      help={text.channelHelp}
      error={missing ? text.missingChannel : undefined}
      value={form.channel}
      onChange={event => set({ channel: event.target.value, from: null, status: null })}
      options={[
        ...(form.channel ? [] : [{ value: '', label: text.chooseChannel }]),
        ...options.channels.map(channel => ({ value: channel.key, label: channel.name })),
      ]}
    />
  )
}
