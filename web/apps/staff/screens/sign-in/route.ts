import { createRoute } from '@tanstack/react-router'
import { rootRoute } from '../../app/roots'
import { SignInScreen } from './SignInScreen'

/** Where to go afterwards: an address of this app, nothing else. */
const ownAddress = (value: unknown) =>
  typeof value === 'string' && /^\/(?![/\\])/.test(value) && !value.startsWith('/sign-in') ? value : undefined

export const signInRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/sign-in',
  validateSearch: (search: Record<string, unknown>): { to?: string | undefined } => ({ to: ownAddress(search.to) }),
  component: SignInScreen,
})
