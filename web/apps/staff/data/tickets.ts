import { type InfiniteData, infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query'
import type {
  ListName,
  Prefilter,
  Sort,
  TicketOut,
  TicketPage,
  TicketPatch,
  TicketRow,
} from '../../../shared/api/staff'
import { call, queries } from '../app/api'

/** What narrows a list; it is the search part of the address of /t. */
export type Filters = {
  list: ListName
  prefilter?: Prefilter | undefined
  channel?: string[] | undefined
  status?: string[] | undefined
  category?: 'open' | 'closed' | undefined
  owner?: string[] | undefined
  priority?: string[] | undefined
  marker?: string[] | undefined
  tag?: string[] | undefined
  q?: string | undefined
  sort?: Sort | undefined
}

const PAGE = 100

export const countersQuery = queryOptions({
  queryKey: ['counters'],
  queryFn: () => call('count_tickets', {}),
})

export const ticketsQuery = (filters: Filters) =>
  infiniteQueryOptions({
    queryKey: ['tickets', filters],
    initialPageParam: null as string | null,
    queryFn: ({ pageParam, signal }) =>
      call('list_tickets', { query: { ...filters, cursor: pageParam, limit: PAGE } }, { signal }),
    getNextPageParam: (page: TicketPage) => page.next,
    placeholderData: keepPreviousData,
  })

export const ticketQuery = (number: number) =>
  queryOptions({
    queryKey: ['ticket', number],
    queryFn: ({ signal }) => call('get_ticket', { path: { number } }, { signal }),
  })

/** Further activities of a ticket, the newest first; the first page comes with the ticket itself. */
export const activitiesQuery = (number: number) =>
  infiniteQueryOptions({
    queryKey: ['activities', number],
    initialPageParam: null as string | null,
    queryFn: ({ pageParam, signal }) =>
      call(
        'list_activities',
        { path: { number }, query: { order: 'newest', cursor: pageParam, limit: 50 } },
        { signal },
      ),
    getNextPageParam: page => page.next,
  })

/** Tickets with something that this agent was told and has not read: the number, and the notifications. */
export const unreadQuery = queryOptions({
  queryKey: ['notifications', 'unread'],
  queryFn: () => call('list_notifications', { query: { unread: true, limit: 100 } }),
  select: page => {
    const found = new Map<number, string[]>()
    for (const each of page.items) found.set(each.ticket.number, [...(found.get(each.ticket.number) ?? []), each.id])
    return found as ReadonlyMap<number, readonly string[]>
  },
})

export const presenceQuery = (numbers: readonly number[]) =>
  queryOptions({
    queryKey: ['presence', numbers],
    enabled: numbers.length > 0,
    placeholderData: keepPreviousData,
    queryFn: () => call('list_presence', { query: { numbers: [...numbers] } }),
    select: list => new Map(list.items.map(each => [each.number, each.agents])),
  })

type Lists = InfiniteData<TicketPage, string | null>

/** Write what is known of a ticket into every list that shows it and into the open ticket: one place, no other. */
export function patchTicket(number: number, change: Partial<TicketRow>) {
  queries.setQueriesData<Lists>({ queryKey: ['tickets'] }, lists => {
    if (!lists?.pages.some(page => page.items.some(row => row.number === number))) return lists
    const patched = (page: TicketPage): TicketPage => ({
      ...page,
      items: page.items.map(row => (row.number === number ? { ...row, ...change } : row)),
    })
    return { ...lists, pages: lists.pages.map(patched) }
  })
  queries.setQueryData<TicketOut>(['ticket', number], ticket => ticket && { ...ticket, ...change })
}

/** The version of a ticket that any cache has; undefined where none shows it. */
export function knownVersion(number: number): number | undefined {
  const open = queries.getQueryData<TicketOut>(['ticket', number])
  if (open) return open.version
  for (const [, lists] of queries.getQueriesData<Lists>({ queryKey: ['tickets'] })) {
    for (const page of lists?.pages ?? []) {
      const row = page.items.find(each => each.number === number)
      if (row) return row.version
    }
  }
  return undefined
}

/**
 * Change a ticket: what it shows at once comes as `shown`, the request as `patch`. Where the server refuses, everything
 * goes back and the problem is raised. Gives the ticket after the change; null when it has left our sight by it.
 */
export async function changeTicket(
  before: TicketRow,
  patch: TicketPatch,
  shown: Partial<TicketRow>,
): Promise<TicketOut | null> {
  const number = before.number
  patchTicket(number, shown)
  try {
    const version = knownVersion(number) ?? before.version
    const after = await call('change_ticket', { path: { number }, version, body: patch })
    if (after) {
      patchTicket(number, after)
      queries.setQueryData(['ticket', number], after)
    }
    return after
  } catch (error) {
    patchTicket(number, before)
    void queries.invalidateQueries({ queryKey: ['ticket', number] })
    throw error
  }
}
