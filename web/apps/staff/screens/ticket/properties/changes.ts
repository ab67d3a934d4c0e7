import type { TicketOut, TicketPatch, TicketRow } from '../../../../../shared/api/staff'
import { textOf } from '../../../../../shared/i18n/language'
import { notify } from '../../../../../shared/ui/kit'
import { call, queries } from '../../../app/api'
import { problemText } from '../../../app/problems'
import { changeTicket, inTurn, knownVersion, patchTicket } from '../../../data/tickets'
import { words } from './words'

type Change = {
  patch: TicketPatch
  /** What is shown at once. */
  shown: Partial<TicketRow>
  /** What the notice says when it is done. */
  title: string
  /** What puts it back; left out where it cannot be put back by a change. */
  back?: TicketPatch
}

/** Change a ticket at once, with Undo; what is refused goes back by itself and says why. */
export async function change(ticket: TicketRow, { patch, shown, title, back }: Change): Promise<void> {
  try {
    await changeTicket(ticket, patch, shown)
  } catch (error) {
    notify({ title: problemText(error), tone: 'error' })
    return
  }
  settle(ticket.number)
  notify({ title, ...(back && { undo: () => void undo(ticket, back, former(ticket, shown)) }) })
}

/** Only what the change was about goes back: others may have changed the rest meanwhile. */
async function undo(before: TicketRow, back: TicketPatch, shown: Partial<TicketRow>) {
  try {
    await changeTicket(queries.getQueryData<TicketOut>(['ticket', before.number]) ?? before, back, shown)
    settle(before.number)
  } catch (error) {
    notify({ title: problemText(error), tone: 'error' })
  }
}

const former = (before: TicketRow, shown: Partial<TicketRow>): Partial<TicketRow> =>
  Object.fromEntries(Object.entries(before).filter(([key]) => key in shown))

/** The change is a line in the history, and may move the ticket between lists. */
function settle(number: number) {
  void queries.invalidateQueries({ queryKey: ['activities', number] })
  void queries.invalidateQueries({ queryKey: ['counters'] })
  void queries.invalidateQueries({ queryKey: ['tickets'] })
}

/** Become the owner; a new ticket is in progress then. */
export async function takeOwnership(ticket: TicketOut, me: { id: string; name: string }): Promise<void> {
  const { number } = ticket
  const text = textOf(words)
  await queries.cancelQueries({ queryKey: ['ticket', number] })
  patchTicket(number, { owner: { id: me.id, name: me.name } })
  try {
    const after = await inTurn(number, () =>
      call('take_ownership', { path: { number }, version: knownVersion(number) ?? ticket.version }),
    )
    if (after) patchTicket(number, after)
    settle(number)
    const back = { owner_id: ticket.owner?.id ?? null, status: ticket.status.key }
    notify({ title: text.taken, undo: () => void undo(ticket, back, { owner: ticket.owner, status: ticket.status }) })
  } catch (error) {
    patchTicket(number, { owner: ticket.owner, status: ticket.status })
    void queries.invalidateQueries({ queryKey: ['ticket', number] })
    notify({ title: problemText(error), tone: 'error' })
  }
}

/** Set a custom field; gives what is wrong with the value, so that what was typed can stay where it is. */
export async function changeField(
  ticket: TicketOut,
  key: string,
  value: string | boolean | number | string[] | null,
  title: string,
): Promise<string | undefined> {
  const before = ticket.fields[key] ?? null
  const set = (to: typeof value) =>
    queries.setQueryData<TicketOut>(
      ['ticket', ticket.number],
      now => now && { ...now, fields: withField(now, key, to) },
    )
  const send = (to: typeof value) => changeTicket(ticket, { fields: { [key]: to } }, {})
  try {
    set(value)
    await send(value)
  } catch (error) {
    set(before)
    return problemText(error)
  }
  settle(ticket.number)
  const undoField = () => send(before).then(() => settle(ticket.number))
  notify({
    title,
    undo: () => void undoField().catch((error: unknown) => notify({ title: problemText(error), tone: 'error' })),
  })
  return undefined
}

function withField(ticket: TicketOut, key: string, value: string | boolean | number | string[] | null) {
  const { [key]: _before, ...rest } = ticket.fields
  return value === null ? rest : { ...rest, [key]: value }
}
