import type { TicketOut } from '../../../../../shared/api/staff'
import { useMay } from '../../../data/session'

/** An internal ticket never sends anything outside (CW-11). */
export const mayReply = (ticket: TicketOut) => ticket.origin !== 'internal'

/** What this agent may write here: mails need more than notes. */
export function useMayWrite(ticket: TicketOut) {
  const notes = useMay('notes:write')
  const mails = useMay('tickets:write')
  return { notes, mails: mails && mayReply(ticket) }
}
