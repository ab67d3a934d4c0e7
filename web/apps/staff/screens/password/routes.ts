import { createRoute } from '@tanstack/react-router'
import { rootRoute } from '../../app/roots'
import { ForgotScreen } from './ForgotScreen'
import { InvitationScreen, ResetScreen } from './SetPasswordScreen'

export const forgotRoute = createRoute({ getParentRoute: () => rootRoute, path: '/forgot', component: ForgotScreen })
// Where the links in mails lead.
export const resetRoute = createRoute({ getParentRoute: () => rootRoute, path: '/reset', component: ResetScreen })
export const invitationRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/invitation',
  component: InvitationScreen,
})
