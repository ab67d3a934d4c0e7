import { queryOptions } from '@tanstack/react-query'
import { call } from '../app/api'

// What the desk is made of changes seldom; configuration screens invalidate ['desk'] after a change.
const SELDOM = 5 * 60_000

export const channelsQuery = queryOptions({
  queryKey: ['desk', 'channels'],
  staleTime: SELDOM,
  queryFn: () => call('list_channels', {}),
  select: list => list.items,
})

export const statusesQuery = queryOptions({
  queryKey: ['desk', 'statuses'],
  staleTime: SELDOM,
  queryFn: () => call('list_statuses', {}),
  select: list => list.items,
})

export const prioritiesQuery = queryOptions({
  queryKey: ['desk', 'priorities'],
  staleTime: SELDOM,
  queryFn: () => call('list_priorities', {}),
  select: list => list.items,
})

export const markersQuery = queryOptions({
  queryKey: ['desk', 'markers'],
  staleTime: SELDOM,
  queryFn: () => call('list_colour_markers', {}),
  select: list => list.items,
})

/** Active agents, as many as a list to choose from can hold. */
export const agentsQuery = queryOptions({
  queryKey: ['desk', 'agents'],
  staleTime: SELDOM,
  queryFn: () => call('list_agents', { query: { active: true, limit: 200 } }),
  select: page => page.items,
})
