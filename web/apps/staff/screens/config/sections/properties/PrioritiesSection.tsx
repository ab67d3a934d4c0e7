import { useQuery } from '@tanstack/react-query'
import type { LabelIn, PriorityOut } from '../../../../../../shared/api/staff'
import { useLanguage, useText } from '../../../../../../shared/i18n/language'
import { Badge } from '../../../../../../shared/ui/kit'
import { call } from '../../../../app/api'
import { prioritiesQuery } from '../../../../data/desk'
import { useMay } from '../../../../data/session'
import { Detail, NEW, useLead } from '../../parts/Detail'
import { BothLanguages, KeyField, keyOfName, PositionField, Tick } from '../../parts/fields'
import { RecordForm } from '../../parts/RecordForm'
import { SplitPage } from '../../parts/SplitPage'
import { useRecordForm } from '../../parts/useRecordForm'
import { words as shared } from '../../parts/words'
import type { SectionProps } from '../../sections'
import { words } from './words'

/** Priorities (CF-05). */
export function PrioritiesSection({ id }: SectionProps) {
  const text = useText(words)
  const own = useText(shared)
  const language = useLanguage()
  const may = useMay('staff:manage')
  const priorities = useQuery(prioritiesQuery)
  return (
    <SplitPage
      section="priorities"
      title={text.priorities}
      hint={text.priorityHint}
      selected={id}
      add={may ? text.add : undefined}
      error={priorities.error}
      onRetry={() => void priorities.refetch()}
      rows={priorities.data?.map(priority => ({
        id: priority.key,
        name: priority.name[language],
        sub: priority.active ? undefined : own.inactive,
        faded: !priority.active,
        mark: priority.is_default && <Badge>{text.standard}</Badge>,
      }))}
    >
      <Detail id={id} items={priorities.data} idOf={priority => priority.key} mayAdd={may}>
        {priority => <PriorityForm key={priority?.key ?? NEW} priority={priority} readOnly={!may} />}
      </Detail>
    </SplitPage>
  )
}

function PriorityForm({ priority, readOnly }: { priority: PriorityOut | null; readOnly: boolean }) {
  const text = useText(words)
  const own = useText(shared)
  const language = useLanguage()
  const lead = useLead('priorities')
  const form = useRecordForm({
    place: `priorities/${priority?.key ?? NEW}`,
    stored: {
      key: priority?.key ?? '',
      name: (priority?.name ?? {}) as LabelIn,
      position: priority?.position ?? 50,
      active: priority?.active ?? true,
      is_default: priority?.is_default ?? false,
    },
    version: priority?.version ?? null,
    save: async ({ key: _, is_default, ...changed }, all, version) => {
      if (priority) {
        const body = is_default ? { ...changed, is_default } : changed
        await call('change_priority', { path: { key: priority.key }, version, body })
      } else {
        await lead(
          (await call('create_priority', { body: { ...all, key: all.key || keyOfName(nameOf(all.name)) } })).key,
        )
      }
    },
  })
  const { values, set, errors } = form
  return (
    <RecordForm
      form={form}
      readOnly={readOnly}
      title={priority?.name[language] ?? text.newPriority}
      labels={{ name: own.name, position: own.position, active: text.stillActive, is_default: text.defaultPriority }}
    >
      <BothLanguages label={own.name} value={values.name} error={errors.name} onChange={name => set({ name })} />
      {form.isNew && (
        <KeyField
          value={values.key || keyOfName(nameOf(values.name))}
          error={errors.key}
          onChange={key => set({ key })}
        />
      )}
      <PositionField value={values.position} help={text.order} onChange={position => set({ position })} />
      {!priority?.is_default && (
        <Tick label={text.defaultPriority} checked={values.is_default} onChange={is_default => set({ is_default })} />
      )}
      <Tick
        label={text.stillActive}
        help={text.stillActiveHelp}
        checked={values.active}
        onChange={active => set({ active })}
      />
    </RecordForm>
  )
}

const nameOf = (label: LabelIn) => label.en || label.de || ''
