import type { InfiniteData } from '@tanstack/react-query'
import { type Connection, live } from '../../../shared/api/live'
import type { LiveEvents, PresenceList, TicketOut, TicketPage, TicketPresence } from '../../../shared/api/staff'
import { store } from '../../../shared/lib/store'
import { knownVersion, patchTicket, ticketQuery } from '../data/tickets'
import { queries } from './api'

type Events = LiveEvents & { counters: unknown; ended: unknown }

const NAMES = [
  'ready',
  'ticket',
  'ticket_left',
  'counters',
  'presence',
  'notification',
  'notifications_read',
  'resync',
  'ended',
] as const
const SETTLE_MS = 250
/** A list with more pages than this is not read anew while somebody scrolls in it; its rows are patched all the same. */
const MOST_PAGES_ANEW = 4

const connection = store<{ state: Connection }>({ state: 'connecting' })
export const useConnection = () => connection.use(own => own.state)

/** Follow the live stream until the function that this gives is called. */
export const followLive = () =>
  live<Events>('/api/v1/live', {
    names: NAMES,
    on: heard,
    onConnection: state => connection.set({ state }),
    onJoin: () => handlers.ready({ resumed: false, heartbeat_seconds: 0 }),
  })

function heard<Name extends keyof Events>(name: Name, data: Events[Name]) {
  handlers[name](data)
}

const handlers: { [Name in keyof Events]: (data: Events[Name]) => void } = {
  ready: ({ resumed }) => {
    refresh('notifications', 'presence')
    if (!resumed) refresh('tickets', 'ticket', 'activities', 'counters')
  },
  ticket: event => {
    const version = knownVersion(event.number)
    if (version !== undefined && version >= event.version) return
    refreshLists()
    if (version !== undefined) void readAnew(event.number)
  },
  ticket_left: ({ number }) => {
    removeRow(number)
    void queries.invalidateQueries({ queryKey: ['ticket', number] })
  },
  counters: () => refresh('counters'),
  presence: showPresence,
  notification: () => refresh('notifications'),
  notifications_read: () => refresh('notifications'),
  resync: ({ of }) => {
    for (const what of of) refresh(...(what === 'tickets' ? ['tickets', 'ticket', 'activities', 'counters'] : [what]))
  },
  ended: () => refresh('session'),
}

function showPresence(event: TicketPresence) {
  // An answer that is on its way may be older than this event: it is asked for once more.
  if (queries.isFetching({ queryKey: ['presence'] })) refresh('presence')
  queries.setQueriesData<PresenceList>({ queryKey: ['presence'] }, list => {
    const others = list?.items.filter(each => each.number !== event.number)
    return list && { ...list, items: [...(others ?? []), event] }
  })
  queries.setQueryData<TicketOut>(['ticket', event.number], ticket => ticket && { ...ticket, presence: event.agents })
}

/** Several events come at once after a bulk change: read anew once, when it is quiet. */
const waiting = new Map<string, number>()
function refresh(...keys: string[]) {
  for (const key of keys) {
    if (waiting.has(key)) continue
    waiting.set(
      key,
      window.setTimeout(() => {
        waiting.delete(key)
        void queries.invalidateQueries({ queryKey: [key] })
      }, SETTLE_MS),
    )
  }
}

let listsWaiting: number | undefined
function refreshLists() {
  if (listsWaiting !== undefined) return
  listsWaiting = window.setTimeout(() => {
    listsWaiting = undefined
    void queries.invalidateQueries({
      queryKey: ['tickets'],
      predicate: query =>
        ((query.state.data as InfiniteData<TicketPage> | undefined)?.pages.length ?? 0) <= MOST_PAGES_ANEW,
    })
  }, SETTLE_MS)
}

/** Read a ticket that is shown somewhere, and write it everywhere. */
async function readAnew(number: number) {
  void queries.invalidateQueries({ queryKey: ['activities', number] })
  try {
    const ticket = await queries.fetchQuery({ ...ticketQuery(number), staleTime: 0 })
    patchTicket(number, ticket)
  } catch {
    // It left our sight meanwhile, or the network is away: `ticket_left` or `ready` will tell.
  }
}

function removeRow(number: number) {
  queries.setQueriesData<InfiniteData<TicketPage, string | null>>(
    { queryKey: ['tickets'] },
    lists =>
      lists && {
        ...lists,
        pages: lists.pages.map(page => ({ ...page, items: page.items.filter(row => row.number !== number) })),
      },
  )
}
