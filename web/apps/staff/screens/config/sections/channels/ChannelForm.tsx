import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { ChannelOut, SubjectNumber } from '../../../../../../shared/api/staff'
import { useText } from '../../../../../../shared/i18n/language'
import { TextField } from '../../../../../../shared/ui/kit'
import { call } from '../../../../app/api'
import { LINK } from '../../../../app/Door'
import { workflowsQuery } from '../../../../data/config'
import { channelsQuery } from '../../../../data/desk'
import { NEW, useLead } from '../../parts/Detail'
import { Choice, Group, KeyField, keyOfName, PositionField, Tick } from '../../parts/fields'
import { RecordForm } from '../../parts/RecordForm'
import { type RecordForm as Form, useRecordForm } from '../../parts/useRecordForm'
import { words as shared } from '../../parts/words'
import { EVERYBODY, sorted, ToldMatrix } from './ToldMatrix'
import { words } from './words'

const storedOf = (channel: ChannelOut | null) => ({
  key: channel?.key ?? '',
  name: channel?.name ?? '',
  parent: channel?.parent ?? null,
  workflow: channel?.workflow ?? 'standard',
  subject_number: channel?.subject_number ?? ('prefix' as SubjectNumber),
  informal_read_only: channel?.informal_read_only ?? false,
  from_name: channel?.from_name ?? null,
  reopen_days: channel?.reopen_days ?? null,
  position: channel?.position ?? 0,
  owner_starts_work: channel?.owner_starts_work ?? true,
  told: channel ? sorted(channel.told) : EVERYBODY,
  active: channel?.active ?? true,
})

type Values = ReturnType<typeof storedOf>

/** What a channel is called, its workflow, its options, and who is told of what. */
export function ChannelForm({ channel, readOnly }: { channel: ChannelOut | null; readOnly: boolean }) {
  const text = useText(words)
  const own = useText(shared)
  const lead = useLead('channels')
  const form = useRecordForm<Values>({
    place: `channels/${channel?.key ?? NEW}`,
    stored: storedOf(channel),
    version: channel?.version ?? null,
    save: async ({ key: _, ...changed }, all, version) => {
      if (channel) {
        await call('change_channel', { path: { key: channel.key }, version, body: changed })
        return
      }
      // What nobody set stays out, so that the desk's own defaults hold.
      const body = { ...changed, key: all.key || keyOfName(all.name), name: all.name }
      await lead((await call('create_channel', { body: withoutActive(body) })).key)
    },
  })
  const { values, set, errors } = form
  const options = { prefix: text.prefix, suffix: text.suffix, off: text.off }
  return (
    <RecordForm
      form={form}
      readOnly={readOnly}
      title={channel?.name ?? text.newChannel}
      labels={{
        name: own.name,
        workflow: text.workflow,
        parent: text.parent,
        from_name: text.fromName,
        subject_number: text.subjectNumber,
        reopen_days: text.reopenDays,
        position: own.position,
        told: text.told,
        active: text.active,
      }}
    >
      <TextField
        label={own.name}
        value={values.name}
        error={errors.name}
        onChange={event => set({ name: event.target.value })}
      />
      {form.isNew && (
        <KeyField value={values.key || keyOfName(values.name)} error={errors.key} onChange={key => set({ key })} />
      )}
      <Places form={form} channel={channel} />
      <Group title={text.options}>
        <Choice
          label={text.subjectNumber}
          value={values.subject_number}
          onChange={subject_number => set({ subject_number })}
          options={(['prefix', 'suffix', 'off'] as const).map(value => ({ value, label: options[value] }))}
        />
        <TextField
          label={text.fromName}
          help={text.fromNameHelp}
          optional
          value={values.from_name ?? ''}
          error={errors.from_name}
          onChange={event => set({ from_name: event.target.value || null })}
        />
        <Reopening form={form} />
        <Tick
          label={text.ownerStarts}
          help={text.ownerStartsHelp}
          checked={values.owner_starts_work}
          onChange={owner_starts_work => set({ owner_starts_work })}
        />
        <Tick
          label={text.informalReadOnly}
          help={text.informalReadOnlyHelp}
          checked={values.informal_read_only}
          onChange={informal_read_only => set({ informal_read_only })}
        />
        {channel && (
          <Tick
            label={text.active}
            help={text.activeHelp}
            checked={values.active}
            onChange={active => set({ active })}
          />
        )}
      </Group>
      <Group title={text.told} text={text.toldText}>
        <ToldMatrix told={values.told} onChange={told => set({ told })} />
      </Group>
      {channel && (
        <Group title={text.templates}>
          <p>
            <Link to="/config/{-$section}/{-$id}" params={{ section: 'templates', id: undefined }} className={LINK}>
              {text.templatesLink}
            </Link>
          </p>
        </Group>
      )}
    </RecordForm>
  )
}

/** Where the channel stands: its workflow, the channel above it, its place in the order. */
function Places({ form, channel }: { form: Form<Values>; channel: ChannelOut | null }) {
  const text = useText(words)
  const workflows = useQuery(workflowsQuery).data ?? []
  const others = (useQuery(channelsQuery).data ?? []).filter(each => each.key !== channel?.key)
  const { values, set, errors } = form
  return (
    <>
      <Choice
        label={text.workflow}
        help={text.workflowHelp}
        value={values.workflow}
        error={errors.workflow}
        onChange={workflow => set({ workflow })}
        options={
          workflows.length > 0
            ? workflows.map(workflow => ({ value: workflow.key, label: workflow.name }))
            : [{ value: values.workflow, label: values.workflow }]
        }
      />
      <div className="grid gap-4 sm:grid-cols-2">
        <Choice
          label={text.parent}
          value={values.parent ?? ''}
          error={errors.parent}
          onChange={parent => set({ parent: parent || null })}
          options={[
            { value: '', label: text.noParent },
            ...others.map(each => ({ value: each.key, label: each.name })),
          ]}
        />
        <PositionField value={values.position} onChange={position => set({ position })} />
      </div>
    </>
  )
}

const USUAL_DAYS = 30

function Reopening({ form: { values, set, errors } }: { form: Form<Values> }) {
  const text = useText(words)
  const never = values.reopen_days === null
  return (
    <>
      <Tick
        label={text.neverReopen}
        help={text.neverReopenHelp}
        checked={never}
        onChange={next => set({ reopen_days: next ? null : USUAL_DAYS })}
      />
      {!never && (
        <TextField
          label={text.reopenDays}
          help={text.reopenDaysHelp}
          type="number"
          min={0}
          value={String(values.reopen_days)}
          error={errors.reopen_days}
          onChange={event => set({ reopen_days: Number(event.target.value) })}
        />
      )}
    </>
  )
}

function withoutActive<Body extends { active?: boolean }>({ active: _, ...body }: Body): Omit<Body, 'active'> {
  return body
}
