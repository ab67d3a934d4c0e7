import { createRoute, lazyRouteComponent, notFound } from '@tanstack/react-router'
import { rootRoute } from '../../app/roots'

const OWN_MACHINE = /^(localhost|127\.0\.0\.1)$/

/** All components in all states, for whoever develops: it is there on one's own machine only. */
export const kitRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/kit',
  beforeLoad: () => {
    if (!OWN_MACHINE.test(location.hostname)) throw notFound()
  },
  component: lazyRouteComponent(() => import('./KitScreen'), 'KitScreen'),
})
