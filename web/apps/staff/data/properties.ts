import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { isProblem } from '../../../shared/api/problem'
import type { AgentRef, ReminderOut, TicketOut } from '../../../shared/api/staff'
import { call, queries } from '../app/api'
import { inTurn, patchTicket } from './tickets'

export const channelFieldsQuery = (key: string) =>
  queryOptions({
    queryKey: ['desk', 'fields', key],
    staleTime: 5 * 60_000,
    queryFn: () => call('get_channel_fields', { path: { key } }),
    select: fields => fields.items,
  })

/** One's own reminder on a ticket; null for none. */
export const reminderQuery = (number: number) =>
  queryOptions({
    queryKey: ['reminder', number],
    queryFn: async ({ signal }): Promise<ReminderOut | null> => {
      try {
        return await call('get_reminder', { path: { number } }, { signal })
      } catch (error) {
        if (isProblem(error, 'reminder_not_found')) return null
        throw error
      }
    },
  })

export const tagsQuery = (q: string) =>
  queryOptions({
    queryKey: ['tags', q],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => call('complete_tags', { query: { q, limit: 20 } }, { signal }),
    select: page => page.items,
  })

/** Tickets that are meant by what is typed: a number, words of the subject. */
export const ticketSearch = (q: string) =>
  queryOptions({
    queryKey: ['ticket-search', q],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) =>
      call('list_tickets', { query: { list: 'overview', ...(q && { q }), limit: 12 } }, { signal }),
    select: page => page.items,
  })

export const movePreviewQuery = (number: number, channel: string) =>
  queryOptions({
    queryKey: ['move-preview', number, channel],
    staleTime: 0,
    queryFn: ({ signal }) => call('preview_move', { path: { number }, query: { channel } }, { signal }),
  })

export const mergePreviewQuery = (number: number, into: number) =>
  queryOptions({
    queryKey: ['merge-preview', number, into],
    staleTime: 0,
    queryFn: ({ signal }) => call('preview_merge', { path: { number }, query: { into } }, { signal }),
  })

/** Be told of each new activity, or not any more; shown at once, put back where it is refused. */
export async function setWatching(number: number, agent: AgentRef, watches: boolean): Promise<void> {
  const key = ['ticket', number]
  const before = queries.getQueryData<TicketOut>(key)?.watchers ?? []
  const others = before.filter(each => each.id !== agent.id)
  const show = (watchers: AgentRef[]) =>
    queries.setQueryData<TicketOut>(key, ticket => ticket && { ...ticket, watchers })
  show(watches ? [...others, agent] : others)
  try {
    await inTurn(number, async () => {
      await call(watches ? 'watch_ticket' : 'unwatch_ticket', { path: { number, agent_id: agent.id } })
      // It counts as a change of the ticket, and its answer does not tell the version for the next one.
      return call('get_ticket', { path: { number } })
    })
  } catch (error) {
    show(before)
    throw error
  }
}

/** What was read stays read until somebody else writes, or one says otherwise. */
export async function setUnread(number: number, unread: boolean, until: string): Promise<void> {
  patchTicket(number, { unread })
  try {
    if (unread) await call('mark_ticket_unread', { path: { number } })
    else await call('mark_ticket_read', { path: { number }, body: { until } })
  } catch (error) {
    patchTicket(number, { unread: !unread })
    throw error
  }
}

/** A ticket that came out of a change of the structure: everything about it is read anew. */
export function refreshAll() {
  for (const key of ['ticket', 'tickets', 'activities', 'counters']) void queries.invalidateQueries({ queryKey: [key] })
}
