import { useQuery } from '@tanstack/react-query'
import type { AgentRef, ChannelOut, Subscribed, SubscriptionList } from '../../../../../../shared/api/staff'
import { useText } from '../../../../../../shared/i18n/language'
import { ErrorState } from '../../../../../../shared/ui/kit'
import { call } from '../../../../app/api'
import { groupsQuery, subscriptionsQuery } from '../../../../data/config'
import { agentsQuery } from '../../../../data/desk'
import { ChipsField } from '../../../../parts/ChipsField'
import { LoadingForm } from '../../parts/Detail'
import { Group } from '../../parts/fields'
import { RecordForm } from '../../parts/RecordForm'
import { useRecordForm } from '../../parts/useRecordForm'
import { words } from './words'

/** Who subscribes to a channel, as two lists: standard is responsible and told, informal may look in. */
export function SubscriptionsForm({ channel }: { channel: ChannelOut }) {
  const subscriptions = useQuery(subscriptionsQuery(channel.key))
  if (subscriptions.error) {
    return <ErrorState error={subscriptions.error} onRetry={() => void subscriptions.refetch()} />
  }
  if (!subscriptions.data) return <LoadingForm />
  return <Lists channel={channel} subscriptions={subscriptions.data} />
}

function Lists({ channel, subscriptions }: { channel: ChannelOut; subscriptions: SubscriptionList }) {
  const text = useText(words)
  const form = useRecordForm({
    place: `subscriptions/${channel.key}`,
    stored: {
      standard: agentsOf(subscriptions, 'standard'),
      informal: agentsOf(subscriptions, 'informal'),
      standardGroups: groupsOf(subscriptions, 'standard'),
      informalGroups: groupsOf(subscriptions, 'informal'),
    },
    version: 0, // the list has no versions: it is replaced as a whole
    save: (_, all) =>
      call('replace_subscriptions', {
        path: { key: channel.key },
        body: {
          items: [...kindOf(all.standard, 'standard'), ...kindOf(all.informal, 'informal')].map(({ id, kind }) => ({
            agent_id: id,
            kind,
          })),
          groups: [...kindOf(all.standardGroups, 'standard'), ...kindOf(all.informalGroups, 'informal')].map(
            ({ id, kind }) => ({ group_id: id, kind }),
          ),
        },
      }),
  })
  const { values, set } = form
  // What follows from groups and agents together is known again when it is saved.
  const counted = (kind: Subscribed) =>
    form.dirty ? '' : `${text.effective(subscriptions.effective.filter(each => each.kind === kind).length)}.`
  return (
    <RecordForm
      form={form}
      readOnly={false}
      title={text.subscriptions}
      labels={{ standard: text.standard, informal: text.informal }}
    >
      <Group title={text.standard} text={`${text.standardText} ${counted('standard')}`}>
        <Agents
          label={text.agents}
          value={values.standard}
          onChange={standard => set({ standard, informal: without(values.informal, standard) })}
        />
        <Groups
          label={text.groups}
          value={values.standardGroups}
          onChange={standardGroups =>
            set({ standardGroups, informalGroups: without(values.informalGroups, standardGroups) })
          }
        />
      </Group>
      <Group title={text.informal} text={`${text.informalText} ${counted('informal')}`}>
        <Agents
          label={text.agents}
          value={values.informal}
          onChange={informal => set({ informal, standard: without(values.standard, informal) })}
        />
        <Groups
          label={text.groups}
          value={values.informalGroups}
          onChange={informalGroups =>
            set({ informalGroups, standardGroups: without(values.standardGroups, informalGroups) })
          }
        />
      </Group>
    </RecordForm>
  )
}

type NamesProps = { label: string; value: readonly string[]; onChange: (ids: string[]) => void }

const Agents = (props: NamesProps) => <Names {...props} items={useQuery(agentsQuery).data ?? []} />
const Groups = (props: NamesProps) => <Names {...props} items={useQuery(groupsQuery).data ?? []} />

/** People and groups by id; one that cannot be named here (no longer active) stays where it is. */
function Names({ label, value, onChange, items }: NamesProps & { items: readonly AgentRef[] }) {
  const named = new Map(items.map(item => [item.id, item]))
  return (
    <ChipsField
      label={label}
      items={items}
      value={value.map(id => named.get(id) ?? { id, name: '…' })}
      onChange={chosen => onChange(chosen.map(item => item.id))}
      keyOf={item => item.id}
      nameOf={item => item.name}
    />
  )
}

const agentsOf = (list: SubscriptionList, kind: Subscribed) =>
  list.items.filter(each => each.kind === kind).map(each => each.agent_id)
const groupsOf = (list: SubscriptionList, kind: Subscribed) =>
  list.groups.filter(each => each.kind === kind).map(each => each.group_id)
const kindOf = (ids: readonly string[], kind: Subscribed) => ids.map(id => ({ id, kind }))
const without = (ids: readonly string[], taken: readonly string[]) => ids.filter(id => !taken.includes(id))
