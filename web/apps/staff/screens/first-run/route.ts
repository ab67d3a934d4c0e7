import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { rootRoute } from '../../app/roots'

/** Where the one-time link of `tickets setup-link` leads. */
export const setupRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/setup',
  component: lazyRouteComponent(() => import('./FirstRunScreen'), 'FirstRunScreen'),
})
