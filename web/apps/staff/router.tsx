import { createRoute, createRouter, redirect } from '@tanstack/react-router'
import { NotFound } from './app/NotFound'
import { rootRoute, shellRoute } from './app/roots'
import { ScreenError } from './app/ScreenError'
import { VIEWS } from './app/views'
import { configRoute } from './screens/config/route'
import { setupRoute } from './screens/first-run/route'
import { helpRoute } from './screens/help/route'
import { kitRoute } from './screens/kit/route'
import { forgotRoute, invitationRoute, resetRoute } from './screens/password/routes'
import { profileRoute } from './screens/profile/route'
import { signInRoute } from './screens/sign-in/route'
import { ticketRoute } from './screens/ticket/route'
import { noTicketRoute, ticketsRoute } from './screens/tickets/route'

const homeRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/',
  beforeLoad: () => {
    const start = VIEWS.find(view => view.id === 'action') ?? VIEWS[0]
    throw redirect({ to: '/t', search: start?.filters ?? { list: 'overview' } })
  },
})

// A screen adds its routes here: behind the sign-in below `shellRoute`, before it below `rootRoute`.
const routes = rootRoute.addChildren([
  signInRoute,
  setupRoute,
  forgotRoute,
  resetRoute,
  invitationRoute,
  kitRoute,
  shellRoute.addChildren([
    homeRoute,
    ticketsRoute.addChildren([noTicketRoute, ticketRoute]),
    configRoute,
    helpRoute,
    profileRoute,
  ]),
])

export const router = createRouter({
  routeTree: routes,
  defaultErrorComponent: ScreenError,
  defaultNotFoundComponent: NotFound,
  defaultPreload: false,
  scrollRestoration: false,
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
