import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { queries } from '../../app/api'
import { activitiesQuery, ticketQuery } from '../../data/tickets'
import { ticketsRoute } from '../tickets/route'
import { TABS, type TicketTab } from './tabs'

export const ticketRoute = createRoute({
  getParentRoute: () => ticketsRoute,
  path: '$number',
  params: {
    parse: ({ number }) => ({ number: Number(number) }),
    stringify: ({ number }) => ({ number: String(number) }),
  },
  validateSearch: ({ tab }: { tab?: unknown }): { tab?: TicketTab | undefined } => ({
    tab: TABS.find(each => each === tab),
  }),
  loader: ({ params: { number } }) => {
    void queries.prefetchQuery(ticketQuery(number))
    void queries.prefetchInfiniteQuery(activitiesQuery(number))
  },
  component: lazyRouteComponent(() => import('./TicketScreen'), 'TicketScreen'),
})
