import { useQuery } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import type { AbsenceOut, AgentRef } from '../../../../shared/api/staff'
import { useText } from '../../../../shared/i18n/language'
import { Badge, Button, Combobox, ErrorState, notify, Skeleton, TextField } from '../../../../shared/ui/kit'
import { call, queries } from '../../app/api'
import { useSubmit } from '../../app/useSubmit'
import { agentsQuery } from '../../data/desk'
import { absenceQuery } from '../../data/profile'
import { useMe } from '../../data/session'
import { Card } from './Card'
import { change } from './change'
import { words } from './words'

/** When one is away, and who stands in. */
export function Absence() {
  const text = useText(words)
  const absence = useQuery(absenceQuery)
  return (
    <Card title={text.absence} text={text.absenceText}>
      {absence.error && <ErrorState error={absence.error} onRetry={() => void absence.refetch()} />}
      {absence.isPending && <Skeleton className="h-20 w-full" />}
      {absence.data !== undefined && <AbsenceForm key={JSON.stringify(absence.data)} absence={absence.data} />}
    </Card>
  )
}

function AbsenceForm({ absence }: { absence: AbsenceOut | null }) {
  const text = useText(words)
  const me = useMe()
  const agents: AgentRef[] = (useQuery(agentsQuery).data ?? []).filter(agent => agent.id !== me.id)
  const [from, setFrom] = useState(localOf(absence?.starts_at ?? new Date().toISOString()))
  const [until, setUntil] = useState(absence?.ends_at ? localOf(absence.ends_at) : '')
  const [chosen, setChosen] = useState<AgentRef | null>()
  const substitute = chosen === undefined ? (agents.find(each => each.id === absence?.substitute_id) ?? null) : chosen
  const { busy, problem, submit } = useSubmit()
  const save = (event: FormEvent) => {
    event.preventDefault()
    void submit(async () => {
      const body = {
        starts_at: isoOf(from),
        ends_at: until ? isoOf(until) : null,
        substitute_id: substitute?.id ?? null,
      }
      await call('set_my_absence', { body })
      notify({ title: text.absenceSaved })
      for (const key of ['profile', 'counters']) void queries.invalidateQueries({ queryKey: [key] })
    })
  }
  const end = () => change(text.absenceEnded, ['profile', 'counters'], () => call('end_my_absence', {}))
  const begun = absence && Date.parse(absence.starts_at) <= Date.now()
  return (
    <form onSubmit={save} className="flex flex-col gap-4">
      {absence && (
        <p>
          <Badge tone="warn">{begun ? text.absenceNow : text.absencePlanned}</Badge>
        </p>
      )}
      <div className="grid gap-4 sm:grid-cols-2">
        <TextField
          label={text.startsAt}
          type="datetime-local"
          required
          value={from}
          onChange={event => setFrom(event.target.value)}
        />
        <TextField
          label={text.endsAt}
          help={text.endsAtHelp}
          type="datetime-local"
          value={until}
          onChange={event => setUntil(event.target.value)}
        />
      </div>
      <Combobox
        label={text.substitute}
        optional
        placeholder={text.noSubstitute}
        items={agents}
        value={substitute}
        onChange={setChosen}
        keyOf={agent => agent.id}
        nameOf={agent => agent.name}
      />
      {problem && (
        <p role="alert" className="rounded-md bg-bad-soft px-3 py-2 text-bad-fg">
          {problem}
        </p>
      )}
      <div className="flex gap-2">
        <Button type="submit" look="primary" aria-disabled={busy}>
          {text.absenceSave}
        </Button>
        {absence && <Button onClick={() => void end()}>{text.absenceEnd}</Button>}
      </div>
    </form>
  )
}

/** A moment as the browser's own field writes it: in local time, to the minute. */
function localOf(iso: string): string {
  const moment = new Date(iso)
  return new Date(moment.getTime() - moment.getTimezoneOffset() * 60_000).toISOString().slice(0, 16)
}

const isoOf = (local: string) => new Date(local).toISOString()
