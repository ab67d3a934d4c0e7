import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { AuditEntryOut } from '../../../../../../shared/api/staff'
import { age, fullMoment } from '../../../../../../shared/i18n/formats'
import { useText } from '../../../../../../shared/i18n/language'
import { Combobox, TextField } from '../../../../../../shared/ui/kit'
import { allAgentsQuery, auditQuery } from '../../../../data/config'
import { useSettled } from '../../../../parts/useSettled'
import { Detail } from '../../parts/Detail'
import { Facts, Sheet } from '../../parts/Facts'
import { Group } from '../../parts/fields'
import { MoreButton } from '../../parts/MoreButton'
import { SplitPage } from '../../parts/SplitPage'
import type { SectionProps } from '../../sections'
import { words } from './words'

/** The audit log, the newest entry first, by agent and by action. */
export function AuditSection({ id }: SectionProps) {
  const text = useText(words)
  const agents = useQuery(allAgentsQuery).data ?? []
  const [actor, setActor] = useState<{ id: string; name: string } | null>(null)
  const [action, setAction] = useState('')
  const settled = useSettled(action.trim())
  const entries = useInfiniteQuery(auditQuery({ actor: actor?.id ?? null, action: settled || null }))
  return (
    <SplitPage
      section="audit"
      title={text.audit}
      hint={text.auditHint}
      selected={id}
      error={entries.error}
      onRetry={() => void entries.refetch()}
      above={
        <div className="flex flex-col gap-3">
          <Combobox
            label={text.actor}
            items={agents}
            value={actor}
            onChange={setActor}
            keyOf={agent => agent.id}
            nameOf={agent => agent.name}
          />
          <TextField
            label={text.action}
            help={text.actionHelp}
            placeholder={text.actionPlaceholder}
            value={action}
            onChange={event => setAction(event.target.value)}
          />
        </div>
      }
      rows={entries.data?.map(entry => ({
        id: String(entry.seq),
        name: entry.action,
        sub: `${entry.actor.name || text[`by_${entry.actor.kind}`]} · ${age(entry.at)}`,
      }))}
      below={<MoreButton pages={entries} />}
    >
      <Detail id={id} items={entries.data} idOf={entry => String(entry.seq)} mayAdd={false}>
        {entry => entry && <Entry entry={entry} />}
      </Detail>
    </SplitPage>
  )
}

function Entry({ entry }: { entry: AuditEntryOut }) {
  const text = useText(words)
  const details = Object.keys(entry.details).length > 0
  return (
    <Sheet title={entry.action}>
      <Facts
        facts={[
          { name: text.at, value: fullMoment(entry.at) },
          {
            name: text.actor,
            value: [entry.actor.name, text[`by_${entry.actor.kind}`], entry.actor.credential]
              .filter(Boolean)
              .join(' · '),
          },
          { name: text.subject, value: <code className="text-xs">{entry.subject}</code> },
          { name: text.address, value: entry.address },
          { name: text.userAgent, value: entry.user_agent },
          {
            name: text.chain,
            value: (
              <code className="break-all text-xs">
                {entry.seq} · {entry.hash}
              </code>
            ),
          },
        ]}
      />
      {details && (
        <Group title={text.details}>
          <pre className="whitespace-pre-wrap break-all rounded-md bg-sunken p-3 font-mono text-xs">
            {JSON.stringify(entry.details, null, 2)}
          </pre>
        </Group>
      )}
    </Sheet>
  )
}
