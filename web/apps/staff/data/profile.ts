import { queryOptions } from '@tanstack/react-query'
import { isProblem } from '../../../shared/api/problem'
import type { AbsenceOut } from '../../../shared/api/staff'
import { call } from '../app/api'

export const notificationPreferencesQuery = queryOptions({
  queryKey: ['preferences', 'notifications'],
  queryFn: () => call('get_notification_preferences', {}),
})

/** The present or the next absence; null for none. */
export const absenceQuery = queryOptions({
  queryKey: ['profile', 'absence'],
  queryFn: async (): Promise<AbsenceOut | null> => {
    try {
      return await call('get_my_absence', {})
    } catch (error) {
      if (isProblem(error) && error.status === 404) return null
      throw error
    }
  },
})

export const mySessionsQuery = queryOptions({
  queryKey: ['profile', 'sessions'],
  queryFn: () => call('list_my_sessions', {}),
  select: list => list.items,
})

export const myTokensQuery = queryOptions({
  queryKey: ['profile', 'tokens'],
  queryFn: () => call('list_my_tokens', {}),
  select: list => list.items,
})
