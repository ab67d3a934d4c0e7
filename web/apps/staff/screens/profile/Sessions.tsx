import { useQuery } from '@tanstack/react-query'
import { age } from '../../../../shared/i18n/formats'
import { useText } from '../../../../shared/i18n/language'
import { ErrorState, Skeleton } from '../../../../shared/ui/kit'
import { call } from '../../app/api'
import { mySessionsQuery } from '../../data/profile'
import { AccessRow } from '../../parts/AccessRow'
import { deviceOf } from '../../parts/device'
import { Card } from './Card'
import { change } from './change'
import { words } from './words'

/** Where one is signed in; every other session can be ended from here. */
export function Sessions() {
  const text = useText(words)
  const sessions = useQuery(mySessionsQuery)
  const end = (id: string) => change(text.ended, ['profile'], () => call('end_session', { path: { session_id: id } }))
  return (
    <Card title={text.sessions} text={text.sessionsText}>
      {sessions.error && <ErrorState error={sessions.error} onRetry={() => void sessions.refetch()} />}
      {sessions.isPending && <Skeleton className="h-11 w-full" />}
      <ul className="flex flex-col gap-1">
        {sessions.data?.map(session => (
          <AccessRow
            key={session.id}
            name={deviceOf(session.user_agent) || text.deviceUnknown}
            about={`${session.address} · ${text.seen(age(session.seen_at))}`}
            {...(session.current
              ? { badge: text.current }
              : { action: text.end, onAction: () => void end(session.id) })}
          />
        ))}
      </ul>
    </Card>
  )
}
