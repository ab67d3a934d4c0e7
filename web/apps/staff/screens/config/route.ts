import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { shellRoute } from '../../app/roots'

/** `/config/channels/support`: a section, and what of it is open; `new` is one that is not there yet. */
export const configRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/config/{-$section}/{-$id}',
  component: lazyRouteComponent(() => import('./ConfigScreen'), 'ConfigScreen'),
})
