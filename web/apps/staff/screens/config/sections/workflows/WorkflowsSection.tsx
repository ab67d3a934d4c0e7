import { useQuery } from '@tanstack/react-query'
import { useText } from '../../../../../../shared/i18n/language'
import { workflowsQuery } from '../../../../data/config'
import { useMay } from '../../../../data/session'
import { Detail, NEW } from '../../parts/Detail'
import { SplitPage } from '../../parts/SplitPage'
import type { SectionProps } from '../../sections'
import { WorkflowForm } from './WorkflowForm'
import { words } from './words'

/** Workflows and their statuses (CF-02). */
export function WorkflowsSection({ id }: SectionProps) {
  const text = useText(words)
  const may = useMay('staff:manage')
  const workflows = useQuery(workflowsQuery)
  return (
    <SplitPage
      section="workflows"
      title={text.workflows}
      hint={text.hint}
      selected={id}
      add={may ? text.add : undefined}
      error={workflows.error}
      onRetry={() => void workflows.refetch()}
      rows={workflows.data?.map(workflow => ({
        id: workflow.key,
        name: workflow.name,
        sub: text.usedBy(workflow.channels.length),
      }))}
    >
      <Detail id={id} items={workflows.data} idOf={workflow => workflow.key} mayAdd={may}>
        {workflow => <WorkflowForm key={workflow?.key ?? NEW} workflow={workflow} readOnly={!may} />}
      </Detail>
    </SplitPage>
  )
}
