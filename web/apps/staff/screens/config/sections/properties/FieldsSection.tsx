import { useQuery } from '@tanstack/react-query'
import { useLanguage, useText } from '../../../../../../shared/i18n/language'
import { customFieldsQuery } from '../../../../data/config'
import { useMay } from '../../../../data/session'
import { Detail, NEW } from '../../parts/Detail'
import { SplitPage } from '../../parts/SplitPage'
import { words as shared } from '../../parts/words'
import type { SectionProps } from '../../sections'
import { FieldForm } from './FieldForm'
import { words } from './words'

/** Custom fields (TS-04). */
export function FieldsSection({ id }: SectionProps) {
  const text = useText(words)
  const own = useText(shared)
  const language = useLanguage()
  const may = useMay('staff:manage')
  const fields = useQuery(customFieldsQuery)
  return (
    <SplitPage
      section="fields"
      title={text.fields}
      hint={text.fieldHint}
      selected={id}
      add={may ? text.add : undefined}
      error={fields.error}
      onRetry={() => void fields.refetch()}
      rows={fields.data?.map(field => ({
        id: field.key,
        name: field.label[language],
        sub: [text[field.type], field.active ? '' : own.inactive].filter(Boolean).join(' · '),
        faded: !field.active,
      }))}
    >
      <Detail id={id} items={fields.data} idOf={field => field.key} mayAdd={may}>
        {field => <FieldForm key={field?.key ?? NEW} field={field} readOnly={!may} />}
      </Detail>
    </SplitPage>
  )
}
