import { Mail } from 'lucide-react'
import type { AgentOut, Role } from '../../../../../../shared/api/staff'
import { useText } from '../../../../../../shared/i18n/language'
import { Button, TextField } from '../../../../../../shared/ui/kit'
import { call } from '../../../../app/api'
import { act } from '../../parts/act'
import { NEW, useLead } from '../../parts/Detail'
import { Choice, Tick } from '../../parts/fields'
import { RecordForm } from '../../parts/RecordForm'
import { useRecordForm } from '../../parts/useRecordForm'
import { words as shared } from '../../parts/words'
import { AccessOf } from './AccessOf'
import { words } from './words'

const ROLES: readonly Role[] = ['agent', 'light_agent', 'admin']

/** An agent: name, address, role; below it where they are signed in. */
export function AgentForm({ agent, readOnly }: { agent: AgentOut | null; readOnly: boolean }) {
  const text = useText(words)
  const own = useText(shared)
  const lead = useLead('staff')
  const form = useRecordForm({
    place: `staff/${agent?.id ?? NEW}`,
    stored: {
      name: agent?.name ?? '',
      email: agent?.email ?? '',
      language: agent?.language ?? 'en',
      role: agent?.role ?? ('agent' as Role),
      active: agent?.active ?? true,
    },
    version: agent?.version ?? null,
    save: async (changed, { active: _, ...all }, version) => {
      if (agent) await call('change_agent', { path: { agent_id: agent.id }, version, body: changed })
      else await lead((await call('create_agent', { body: all })).id)
    },
  })
  const { values, set, errors } = form
  const invite = () =>
    agent && act(text.invited(agent.email), () => call('invite_agent', { path: { agent_id: agent.id } }))
  const languages = [
    { value: 'en', label: own.english },
    { value: 'de', label: own.german },
  ]
  return (
    <RecordForm
      form={form}
      readOnly={readOnly}
      title={agent?.name ?? text.newAgent}
      labels={{ name: own.name, email: text.email, language: text.language, role: text.role, active: text.active }}
      actions={
        agent?.active && (
          <Button onClick={() => void invite()}>
            <Mail size={14} aria-hidden />
            {text.invite}
          </Button>
        )
      }
    >
      <TextField
        label={own.name}
        value={values.name}
        error={errors.name}
        onChange={event => set({ name: event.target.value })}
      />
      <TextField
        label={text.email}
        type="email"
        value={values.email}
        error={errors.email}
        help={agent ? undefined : text.inviteHelp}
        onChange={event => set({ email: event.target.value })}
      />
      <div className="grid gap-4 sm:grid-cols-2">
        <Choice
          label={text.role}
          help={text.roleHelp}
          value={values.role}
          onChange={role => set({ role })}
          options={ROLES.map(value => ({ value, label: text[value] }))}
        />
        <Choice
          label={text.language}
          value={values.language}
          onChange={language => set({ language })}
          options={
            languages.some(each => each.value === values.language)
              ? languages
              : [...languages, { value: values.language, label: values.language }]
          }
        />
      </div>
      {agent && (
        <Tick label={text.active} help={text.activeHelp} checked={values.active} onChange={active => set({ active })} />
      )}
      {agent && !readOnly && <AccessOf agent={agent} />}
    </RecordForm>
  )
}
