import { createRootRoute, createRoute, Outlet, redirect } from '@tanstack/react-router'
import { sessionQuery } from '../data/session'
import { queries } from './api'
import { NotFound } from './NotFound'
import { Shell } from './Shell'

/** The route above all; its children need no session: sign-in, first run, a forgotten password. */
export const rootRoute = createRootRoute({ component: Outlet, notFoundComponent: NotFound })

/** The route of everything behind the sign-in, with navigation, palette and help around it. */
export const shellRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: 'shell',
  component: Shell,
  beforeLoad: async ({ location }) => {
    const me = await queries.ensureQueryData(sessionQuery)
    if (!me) throw redirect({ to: '/sign-in', search: location.href === '/' ? {} : { to: location.href } })
  },
})
