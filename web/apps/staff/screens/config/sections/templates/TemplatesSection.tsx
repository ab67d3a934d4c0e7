import { useQuery } from '@tanstack/react-query'
import { useText } from '../../../../../../shared/i18n/language'
import { templatesQuery } from '../../../../data/config'
import { useMay } from '../../../../data/session'
import { Detail, NEW } from '../../parts/Detail'
import { SplitPage } from '../../parts/SplitPage'
import type { SectionProps } from '../../sections'
import { TemplateForm } from './TemplateForm'
import { words } from './words'

/** Templates: those of everybody, which administrators change, and one's own. */
export function TemplatesSection({ id }: SectionProps) {
  const text = useText(words)
  const mayWrite = useMay('tickets:write')
  const mayManage = useMay('staff:manage')
  const templates = useQuery(templatesQuery)
  return (
    <SplitPage
      section="templates"
      title={text.templates}
      hint={text.hint}
      selected={id}
      add={mayWrite ? text.add : undefined}
      error={templates.error}
      onRetry={() => void templates.refetch()}
      rows={templates.data?.map(template => ({
        id: template.id,
        name: template.name,
        sub: [text[template.kind], template.shared ? template.channel : text.mine].filter(Boolean).join(' · '),
      }))}
    >
      <Detail id={id} items={templates.data} idOf={template => template.id} mayAdd={mayWrite}>
        {template => (
          <TemplateForm
            key={template?.id ?? NEW}
            template={template}
            mayShare={mayManage}
            readOnly={!mayWrite || (template?.shared === true && !mayManage)}
          />
        )}
      </Detail>
    </SplitPage>
  )
}
