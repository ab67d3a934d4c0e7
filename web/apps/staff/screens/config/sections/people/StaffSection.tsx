import { useQuery } from '@tanstack/react-query'
import { useText } from '../../../../../../shared/i18n/language'
import { Avatar } from '../../../../../../shared/ui/kit'
import { allAgentsQuery } from '../../../../data/config'
import { useMay } from '../../../../data/session'
import { Detail, NEW } from '../../parts/Detail'
import { SplitPage } from '../../parts/SplitPage'
import { words as shared } from '../../parts/words'
import type { SectionProps } from '../../sections'
import { AgentForm } from './AgentForm'
import { words } from './words'

/** Staff: who works at the desk, in which role. */
export function StaffSection({ id }: SectionProps) {
  const text = useText(words)
  const own = useText(shared)
  const may = useMay('staff:manage')
  const agents = useQuery(allAgentsQuery)
  return (
    <SplitPage
      section="staff"
      title={text.staff}
      hint={text.staffHint}
      selected={id}
      add={may ? text.add : undefined}
      error={agents.error}
      onRetry={() => void agents.refetch()}
      rows={agents.data?.map(agent => ({
        id: agent.id,
        name: agent.name,
        sub: agent.active ? text[agent.role] : `${text[agent.role]} · ${own.inactive}`,
        faded: !agent.active,
        mark: <Avatar name={agent.name} size={24} />,
      }))}
    >
      <Detail id={id} items={agents.data} idOf={agent => agent.id} mayAdd={may}>
        {agent => <AgentForm key={agent?.id ?? NEW} agent={agent} readOnly={!may} />}
      </Detail>
    </SplitPage>
  )
}
