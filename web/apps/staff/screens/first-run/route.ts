import { createRoute } from '@tanstack/react-router'
import { rootRoute } from '../../app/roots'
import { FirstRunScreen } from './FirstRunScreen'

/** Where the one-time link of `tickets setup-link` leads. */
export const setupRoute = createRoute({ getParentRoute: () => rootRoute, path: '/setup', component: FirstRunScreen })
