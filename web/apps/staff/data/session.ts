import { queryOptions, useQuery } from '@tanstack/react-query'
import { isProblem } from '../../../shared/api/problem'
import type { MeOut, Permission } from '../../../shared/api/staff'
import { suggestLanguage } from '../../../shared/i18n/language'
import { call, queries } from '../app/api'

/** Who is signed in; null for nobody. */
export const sessionQuery = queryOptions({
  queryKey: ['session'],
  staleTime: Number.POSITIVE_INFINITY,
  queryFn: async (): Promise<MeOut | null> => {
    try {
      return welcome(await call('get_session', {}))
    } catch (error) {
      if (isProblem(error) && error.status === 401) return null
      throw error
    }
  },
})

function welcome(me: MeOut): MeOut {
  suggestLanguage(me.language)
  return me
}

export async function signIn(email: string, password: string): Promise<void> {
  const me = await call('sign_in', { body: { email, password } })
  queries.clear() // nothing of whoever was here before
  queries.setQueryData(sessionQuery.queryKey, welcome(me))
}

export const signOut = () => call('sign_out', {})

/** Nothing of who was here stays in the memory of the browser; for after the sign-in screen is there. */
export function forgetSession() {
  queries.clear()
  queries.setQueryData(sessionQuery.queryKey, null)
}

/** The agent who is signed in. Only below the shell, which lets nobody else in. */
export function useMe(): MeOut {
  const me = useQuery(sessionQuery).data
  if (!me) throw new Error('nobody is signed in')
  return me
}

export const useMay = (permission: Permission) => useMe().permissions.includes(permission)
