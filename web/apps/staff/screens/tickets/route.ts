import { createRoute } from '@tanstack/react-router'
import { queries } from '../../app/api'
import { shellRoute } from '../../app/roots'
import { countersQuery, ticketsQuery } from '../../data/tickets'
import { filtersOf } from './filters'
import { NoTicketOpen } from './NoTicketOpen'
import { TicketsScreen } from './TicketsScreen'

export const ticketsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/t',
  validateSearch: filtersOf,
  loaderDeps: ({ search }) => search,
  loader: ({ deps }) => {
    // Begun here, so that data and code come at the same time; nothing waits for it.
    void queries.prefetchQuery(countersQuery)
    void queries.prefetchInfiniteQuery(ticketsQuery(deps))
  },
  component: TicketsScreen,
})

export const noTicketRoute = createRoute({ getParentRoute: () => ticketsRoute, path: '/', component: NoTicketOpen })
