import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useRef, useState } from 'react'
import { randomId } from '../../../../shared/api/http'
import { Problem } from '../../../../shared/api/problem'
import type { FieldOut, TicketOut, Way } from '../../../../shared/api/staff'
import { textOf } from '../../../../shared/i18n/language'
import { notify } from '../../../../shared/ui/kit'
import { call, queries } from '../../app/api'
import { problemText } from '../../app/problems'
import { writingQuery } from '../../data/creation'
import { type NewTicket, requestOf } from './form'
import { words } from './words'

/** How long a mail can be taken back where an agent has not said otherwise. */
const UNDO_SECONDS = 10

/** Opens the ticket and leads to it; a mail can be taken back for a while. */
export function useOpenTicket(way: Way, fields: readonly FieldOut[]) {
  const navigate = useNavigate()
  const undoSeconds = useQuery(writingQuery).data?.undo_seconds ?? UNDO_SECONDS
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<{ text: string; fields: Record<string, string> } | null>(null)
  // The same request has the same key, so that a lost answer does not open a second ticket.
  const attempt = useRef({ request: '', key: '' })

  const open = async (form: NewTicket): Promise<boolean> => {
    const body = requestOf(way, form, fields, undoSeconds)
    const request = JSON.stringify(body)
    if (attempt.current.request !== request) attempt.current = { request, key: randomId() }
    setBusy(true)
    setProblem(null)
    try {
      const ticket = await call('open_ticket', { body }, { idempotencyKey: attempt.current.key })
      queries.setQueryData(['ticket', ticket.number], ticket)
      for (const key of ['tickets', 'counters']) void queries.invalidateQueries({ queryKey: [key] })
      await navigate({ to: '/t/$number', params: { number: ticket.number }, search: { list: 'overview' } })
      tell(way, ticket, undoSeconds)
      return true
    } catch (error) {
      setProblem({ text: problemText(error), fields: error instanceof Problem ? error.fields : {} })
      return false
    } finally {
      setBusy(false)
    }
  }
  return { open, busy, problem }
}

function tell(way: Way, ticket: TicketOut, undoSeconds: number) {
  const text = textOf(words)
  const mail = ticket.activities.items.find(activity => activity.kind === 'outgoing')
  if (way !== 'email' || !mail || undoSeconds === 0) {
    notify({ title: text.opened(ticket.reference) })
    return
  }
  notify({
    title: text.sending(ticket.reference),
    milliseconds: undoSeconds * 1000,
    undo: () => void takeBack(ticket.number, mail.id),
  })
}

async function takeBack(number: number, activityId: string) {
  try {
    await call('withdraw_mail', { path: { number, activity_id: activityId } })
    notify({ title: textOf(words).takenBack })
  } catch (error) {
    notify({ title: problemText(error), tone: 'error' })
  }
  for (const key of ['ticket', 'activities', 'drafts']) void queries.invalidateQueries({ queryKey: [key] })
}
