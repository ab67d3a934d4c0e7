import { useQuery } from '@tanstack/react-query'
import type { AgentOut } from '../../../../../../shared/api/staff'
import { age, moment } from '../../../../../../shared/i18n/formats'
import { useText } from '../../../../../../shared/i18n/language'
import { Button, ErrorState } from '../../../../../../shared/ui/kit'
import { call } from '../../../../app/api'
import { sessionsOfQuery, tokensOfQuery } from '../../../../data/config'
import { AccessRow } from '../../../../parts/AccessRow'
import { deviceOf } from '../../../../parts/device'
import { act } from '../../parts/act'
import { Group } from '../../parts/fields'
import { words } from './words'

/** Where an agent is signed in, and with which tokens programs speak for them; each can be ended. */
export function AccessOf({ agent }: { agent: AgentOut }) {
  const text = useText(words)
  const sessions = useQuery(sessionsOfQuery(agent.id))
  const tokens = useQuery(tokensOfQuery(agent.id))
  const end = (session: string) =>
    act(text.ended, () => call('end_session_of_agent', { path: { agent_id: agent.id, session_id: session } }))
  const endAll = () => act(text.endedAll, () => call('end_sessions_of_agent', { path: { agent_id: agent.id } }))
  const revoke = (token: string) =>
    act(text.revoked, () => call('delete_token_of_agent', { path: { agent_id: agent.id, token_id: token } }))
  return (
    <>
      <Group title={text.sessions}>
        {sessions.error && <ErrorState error={sessions.error} onRetry={() => void sessions.refetch()} />}
        {sessions.data?.length === 0 && <p className="text-fg-2">{text.noSessions}</p>}
        <ul className="flex flex-col gap-1">
          {sessions.data?.map(session => (
            <AccessRow
              key={session.id}
              name={deviceOf(session.user_agent) || text.deviceUnknown}
              about={`${session.address} · ${text.seen(age(session.seen_at))}`}
              action={text.end}
              onAction={() => void end(session.id)}
            />
          ))}
        </ul>
        {(sessions.data?.length ?? 0) > 1 && (
          <div>
            <Button size="sm" onClick={() => void endAll()}>
              {text.endAll}
            </Button>
          </div>
        )}
      </Group>
      <Group title={text.tokens}>
        {tokens.error && <ErrorState error={tokens.error} onRetry={() => void tokens.refetch()} />}
        {tokens.data?.length === 0 && <p className="text-fg-2">{text.noTokens}</p>}
        <ul className="flex flex-col gap-1">
          {tokens.data?.map(token => (
            <AccessRow
              key={token.id}
              name={token.name}
              about={`${token.scopes.join(', ')} · ${text.until(moment(token.expires_at))}`}
              action={text.revoke}
              onAction={() => void revoke(token.id)}
            />
          ))}
        </ul>
      </Group>
    </>
  )
}
