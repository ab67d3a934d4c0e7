import { useQuery } from '@tanstack/react-query'
import { useLanguage, useText } from '../../../../shared/i18n/language'
import { agentsQuery, channelsQuery, markersQuery, prioritiesQuery, statusesQuery } from '../../data/desk'
import type { Narrowing } from './filters'
import { words } from './words'

export type Choice = { value: string; name: string; colour?: string }

/** What can be chosen for each filter, with the names that people know. */
export function useFilterChoices(): Record<Exclude<Narrowing, 'tag'>, Choice[]> {
  const text = useText(words)
  const language = useLanguage()
  const statuses = useQuery(statusesQuery).data ?? []
  const channels = useQuery(channelsQuery).data ?? []
  const agents = useQuery(agentsQuery).data ?? []
  const priorities = useQuery(prioritiesQuery).data ?? []
  const markers = useQuery(markersQuery).data ?? []
  return {
    category: [
      { value: 'open', name: text.open },
      { value: 'closed', name: text.closed },
    ],
    // Workflows may have statuses with the same key and name; for people it is one.
    status: [...new Map(statuses.map(status => [status.key, { value: status.key, name: status.name }])).values()],
    channel: channels
      .filter(each => each.active && each.subscription)
      .map(each => ({ value: each.key, name: each.name })),
    owner: [
      { value: 'me', name: text.me },
      { value: 'none', name: text.noOwner },
      ...agents.map(agent => ({ value: agent.id, name: agent.name })),
    ],
    priority: priorities.map(each => ({ value: each.key, name: each.name[language] })),
    marker: markers.map(each => ({ value: each.id, name: each.name, colour: each.colour })),
  }
}
