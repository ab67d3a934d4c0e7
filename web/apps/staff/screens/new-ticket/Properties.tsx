import { useQuery } from '@tanstack/react-query'
import type { AgentRef } from '../../../../shared/api/staff'
import { useLanguage, useText } from '../../../../shared/i18n/language'
import { Avatar, Combobox, SelectField } from '../../../../shared/ui/kit'
import { agentsQuery, channelsQuery, markersQuery, prioritiesQuery, statusesQuery } from '../../data/desk'
import { ChipsField } from '../../parts/ChipsField'
import type { NewTicket } from './form'
import { words } from './words'

type Props = { form: NewTicket; set: (change: Partial<NewTicket>) => void }

const shownAgent = (agent: AgentRef) => (
  <span className="flex items-center gap-2">
    <Avatar name={agent.name} size={18} />
    {agent.name}
  </span>
)
const AGENT = { keyOf: (agent: AgentRef) => agent.id, nameOf: (agent: AgentRef) => agent.name, show: shownAgent }

export const useAgents = (): AgentRef[] => useQuery(agentsQuery).data ?? []

export function OwnerField({ form, set }: Props) {
  const text = useText(words)
  return (
    <Combobox
      {...AGENT}
      label={text.owner}
      help={text.ownerHelp}
      optional
      items={useAgents()}
      value={form.owner}
      onChange={owner => set({ owner })}
    />
  )
}

/** The status that an internal ticket begins with; its workflow's first one unless somebody says otherwise. */
export function StatusField({ form, set }: Props) {
  const text = useText(words)
  const workflow = useQuery(channelsQuery).data?.find(channel => channel.key === form.channel)?.workflow
  const statuses = (useQuery(statusesQuery).data ?? []).filter(status => status.workflow === workflow)
  if (statuses.length === 0) return null
  return (
    <SelectField
      label={text.status}
      value={form.status ?? statuses[0]?.key}
      onChange={event => set({ status: event.target.value })}
      options={statuses.map(status => ({ value: status.key, label: status.name }))}
    />
  )
}

/** Priority and colour marker, then who else has to do with it. */
export function Properties({ form, set }: Props) {
  const text = useText(words)
  const language = useLanguage()
  const agents = useAgents()
  const priorities = (useQuery(prioritiesQuery).data ?? []).filter(each => each.active)
  const markers = (useQuery(markersQuery).data ?? []).filter(each => each.active)
  const standard = priorities.find(each => each.is_default)?.key ?? ''
  return (
    <>
      <div className="grid gap-4 sm:grid-cols-2">
        <SelectField
          label={text.priority}
          value={form.priority ?? standard}
          onChange={event => set({ priority: event.target.value })}
          options={priorities.map(each => ({ value: each.key, label: each.name[language] }))}
        />
        <SelectField
          label={text.marker}
          value={form.marker ?? ''}
          onChange={event => set({ marker: event.target.value || null })}
          options={[
            { value: '', label: text.noMarker },
            ...markers.map(each => ({ value: each.id, label: each.name })),
          ]}
        />
      </div>
      <div className="grid gap-4 sm:grid-cols-2">
        <Combobox
          {...AGENT}
          label={text.responsible}
          optional
          items={agents}
          value={form.responsible}
          onChange={responsible => set({ responsible })}
        />
        <ChipsField
          {...AGENT}
          label={text.watchers}
          optional
          items={agents}
          value={form.watchers}
          onChange={watchers => set({ watchers })}
        />
      </div>
    </>
  )
}
