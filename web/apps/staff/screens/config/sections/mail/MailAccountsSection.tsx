import { useQuery } from '@tanstack/react-query'
import type { HealthOut, MailAccountOut } from '../../../../../../shared/api/staff'
import { moment } from '../../../../../../shared/i18n/formats'
import { useText } from '../../../../../../shared/i18n/language'
import { Badge, TextField } from '../../../../../../shared/ui/kit'
import { call } from '../../../../app/api'
import { mailAccountsQuery } from '../../../../data/config'
import { channelsQuery } from '../../../../data/desk'
import { useMay } from '../../../../data/session'
import { Detail, NEW, useLead } from '../../parts/Detail'
import { Facts } from '../../parts/Facts'
import { Choice, KeyField, keyOfName, Tick } from '../../parts/fields'
import { RecordForm } from '../../parts/RecordForm'
import { SplitPage } from '../../parts/SplitPage'
import { useRecordForm } from '../../parts/useRecordForm'
import { words as shared } from '../../parts/words'
import type { SectionProps } from '../../sections'
import { words } from './words'

/** Mail accounts of the type Ticket, with how they are. */
export function MailAccountsSection({ id }: SectionProps) {
  const text = useText(words)
  const own = useText(shared)
  const may = useMay('mail:manage')
  const accounts = useQuery(mailAccountsQuery)
  return (
    <SplitPage
      section="mail-accounts"
      title={text.accounts}
      hint={text.accountHint}
      selected={id}
      add={may ? text.add : undefined}
      error={accounts.error}
      onRetry={() => void accounts.refetch()}
      rows={accounts.data?.map(account => ({
        id: account.id,
        name: account.name,
        sub: account.active ? account.address : `${account.address} · ${own.inactive}`,
        faded: !account.active,
        mark: account.health.quarantine > 0 && <Badge tone="bad">{account.health.quarantine}</Badge>,
      }))}
    >
      <Detail id={id} items={accounts.data} idOf={account => account.id} mayAdd={may}>
        {account => <AccountForm key={account?.id ?? NEW} account={account} readOnly={!may} />}
      </Detail>
    </SplitPage>
  )
}

const FIRST = { key: '', name: '', address: '', from_name: '', channel: '', active: true, is_default: false }

function AccountForm({ account, readOnly }: { account: MailAccountOut | null; readOnly: boolean }) {
  const text = useText(words)
  const own = useText(shared)
  const lead = useLead('mail-accounts')
  const channels = useQuery(channelsQuery).data ?? []
  const { key, name, address, from_name, channel, active, is_default } = account ?? FIRST
  const form = useRecordForm({
    place: `mail-accounts/${account?.id ?? NEW}`,
    stored: { key, name, address, from_name, channel, active, is_default },
    version: account?.version ?? null,
    save: async ({ key: _, ...changed }, all, version) => {
      if (account) {
        await call('change_mail_account', { path: { account_id: account.id }, version, body: changed })
      } else {
        const body = { ...all, key: all.key || keyOfName(all.name) }
        await lead((await call('add_mail_account', { body })).id)
      }
    },
  })
  const { values, set, errors } = form
  return (
    <RecordForm
      form={form}
      readOnly={readOnly}
      title={account?.name ?? text.newAccount}
      labels={{
        name: own.name,
        address: text.address,
        from_name: text.fromName,
        channel: text.channel,
        active: text.active,
        is_default: text.default,
      }}
    >
      {account && <Health health={account.health} />}
      <TextField
        label={own.name}
        value={values.name}
        error={errors.name}
        onChange={event => set({ name: event.target.value })}
      />
      {form.isNew && (
        <KeyField
          value={values.key || keyOfName(values.name)}
          error={errors.key}
          onChange={next => set({ key: next })}
        />
      )}
      <div className="grid gap-4 sm:grid-cols-2">
        <TextField
          label={text.address}
          type="email"
          value={values.address}
          error={errors.address}
          onChange={event => set({ address: event.target.value })}
        />
        <TextField
          label={text.fromName}
          value={values.from_name}
          error={errors.from_name}
          onChange={event => set({ from_name: event.target.value })}
        />
      </div>
      <Choice
        label={text.channel}
        help={text.channelHelp}
        error={errors.channel}
        value={values.channel}
        onChange={next => set({ channel: next })}
        options={[
          ...(channels.some(each => each.key === values.channel)
            ? []
            : [{ value: values.channel, label: values.channel || '—' }]),
          ...channels.map(each => ({ value: each.key, label: each.name })),
        ]}
      />
      <Tick
        label={text.active}
        help={text.activeHelp}
        checked={values.active}
        onChange={next => set({ active: next })}
      />
      <Tick
        label={text.default}
        help={text.defaultHelp}
        checked={values.is_default}
        onChange={next => set({ is_default: next })}
      />
    </RecordForm>
  )
}

function Health({ health }: { health: HealthOut }) {
  const text = useText(words)
  const waiting = (['stored', 'parsed', 'held', 'quarantine'] as const).filter(state => health[state] > 0)
  const calm = waiting.length === 0 && health.outgoing === 0
  return (
    <section className="flex flex-col gap-2 rounded-md border border-line bg-surface p-4">
      <h3 className="font-semibold">{text.health}</h3>
      <Facts
        facts={[
          { name: text.lastReceived, value: health.last_received_at ? moment(health.last_received_at) : text.never },
          ...waiting.map(state => ({
            name: text[state],
            value: <Badge tone={state === 'quarantine' ? 'bad' : 'warn'}>{health[state]}</Badge>,
          })),
          { name: text.outgoingWaits, value: health.outgoing > 0 && <Badge tone="warn">{health.outgoing}</Badge> },
        ].filter(fact => fact.value !== false)}
      />
      {calm && <p className="text-ok-fg">{text.healthGood}</p>}
    </section>
  )
}
