import { useQuery } from '@tanstack/react-query'
import type { NotificationPreferences } from '../../../../shared/api/staff'
import { useText } from '../../../../shared/i18n/language'
import { ErrorState, Skeleton, Switch } from '../../../../shared/ui/kit'
import { call, queries } from '../../app/api'
import { notificationPreferencesQuery } from '../../data/profile'
import { Card } from './Card'
import { change } from './change'
import { words } from './words'

/** On which ways one is told; shown at once, put back where the server refuses. */
export function Notifications() {
  const text = useText(words)
  const preferences = useQuery(notificationPreferencesQuery)
  const set = (next: NotificationPreferences) => {
    queries.setQueryData(notificationPreferencesQuery.queryKey, next)
    void change(text.saved, ['preferences'], () => call('set_notification_preferences', { body: next }))
  }
  return (
    <Card title={text.notifications} text={text.notificationsText}>
      {preferences.error && <ErrorState error={preferences.error} onRetry={() => void preferences.refetch()} />}
      {preferences.isPending && <Skeleton className="h-14 w-64" />}
      {preferences.data && (
        <>
          <Switch
            label={text.inApp}
            checked={preferences.data.in_app}
            onChange={in_app => set({ ...preferences.data, in_app })}
          />
          <Switch
            label={text.mail}
            help={text.mailHelp}
            checked={preferences.data.mail}
            onChange={mail => set({ ...preferences.data, mail })}
          />
        </>
      )}
    </Card>
  )
}
