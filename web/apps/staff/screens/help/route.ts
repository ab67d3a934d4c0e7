import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { shellRoute } from '../../app/roots'

/** `/help`: all pages and the search; `/help/channels`: one of them. */
export const helpRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/help/{-$topic}',
  component: lazyRouteComponent(() => import('./HelpScreen'), 'HelpScreen'),
})
