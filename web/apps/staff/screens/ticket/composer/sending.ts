import { randomId } from '../../../../../shared/api/http'
import { isProblem } from '../../../../../shared/api/problem'
import type { DraftContent, DraftSent, ThenIn } from '../../../../../shared/api/staff'
import { textOf } from '../../../../../shared/i18n/language'
import { notify } from '../../../../../shared/ui/kit'
import { call, queries } from '../../../app/api'
import { problemText } from '../../../app/problems'
import { activitiesQuery } from '../../../data/tickets'
import { UNDO_SECONDS, writingPreferencesQuery } from '../../../data/writing'
import { finishedContent, newestOf, withoutTail, writingOfDraft } from './content'
import { addLeaving, type Leaving, leavingOf, patchLeaving, removeLeaving } from './outbox'
import { save } from './saving'
import { ensureBeginning } from './useBeginning'
import { words } from './words'
import {
  closeSlot,
  dropWriting,
  openSlot,
  patchWriting,
  putWriting,
  type Slot,
  type Writing,
  writingOf,
  writings,
} from './writing'

/** What brings somebody back to the ticket when they take a mail back. */
type Come = (number: number) => void

const sendsNow = new Set<string>()

/**
 * Send what is written: it is shown as sent at once, and comes back into the composer where it is refused.
 *
 * The finished text becomes the draft first and is then sent by the server in one step with the draft's end, so it is
 * never lost and never sent twice.
 */
export async function send(number: number, slot: Slot, then: ThenIn | null, come: Come): Promise<void> {
  const writing = writingOf(number, slot)
  const turn = `${number}/${slot}`
  if (!writing || sendsNow.has(turn)) return
  sendsNow.add(turn)
  const key = randomId()
  addLeaving(asLeaving(writing, key))
  closeSlot(number)
  patchWriting(number, slot, { refused: null })
  try {
    const sent = await deliver(number, slot, then)
    dropWriting(number, slot)
    patchLeaving(key, { activityId: sent.activity_id, undoUntil: sent.undo_until })
    refreshTicket(number)
    announce(key, sent, slot, come)
  } catch (error) {
    removeLeaving(key)
    patchWriting(number, slot, { refused: error })
    openSlot(number, slot, true)
    come(number)
  } finally {
    sendsNow.delete(turn)
  }
}

const asLeaving = (writing: Writing, key: string): Leaving => ({
  key,
  number: writing.number,
  slot: writing.slot,
  html: writing.html,
  to: writing.to.map(each => each.name || each.address).join(', '),
  at: new Date().toISOString(),
  after: newestShown(writing.number),
  activityId: null,
  undoUntil: null,
})

function newestShown(number: number): string | null {
  const shown = queries.getQueryData(activitiesQuery(number).queryKey)
  return newestOf((shown?.pages ?? []).flatMap(page => page.items))
}

async function deliver(number: number, slot: Slot, then: ThenIn | null): Promise<DraftSent> {
  const undo = (await queries.fetchQuery(writingPreferencesQuery)).undo_seconds ?? UNDO_SECONDS
  await ensureBeginning(number, slot)
  // Whatever is still being saved has to be through: each save needs the version of the one before.
  await save(number, slot)
  const writing = writingOf(number, slot)
  if (!writing) throw new Error('nothing is written')
  const told = JSON.stringify(then)
  const again = writing.attempt?.next === told ? writing.attempt : null
  const { id, version } =
    again && writing.draft ? writing.draft : await store(writing, finishedContent(writing, then, undo))
  const attempt = again ?? { key: randomId(), version, next: told }
  patchWriting(number, slot, { draft: { id, version }, attempt })
  try {
    return await call(
      'send_draft',
      { path: { draft_id: id }, version: attempt.version },
      { idempotencyKey: attempt.key },
    )
  } catch (error) {
    if (isProblem(error) && error.status < 500) patchWriting(number, slot, { attempt: null })
    throw error
  }
}

const store = ({ draft, number, slot }: Writing, content: DraftContent) =>
  draft
    ? call('save_draft', { path: { draft_id: draft.id }, version: draft.version, body: content })
    : call('create_draft', { body: { kind: slot, ticket: number, content } })

function refreshTicket(number: number) {
  for (const key of ['ticket', 'activities', 'drafts']) void queries.invalidateQueries({ queryKey: [key, number] })
  void queries.invalidateQueries({ queryKey: ['counters'] })
}

function announce(key: string, sent: DraftSent, slot: Slot, come: Come) {
  const text = textOf(words)
  const left = sent.undo_until ? Date.parse(sent.undo_until) - Date.now() : 0
  if (left > 0) {
    const close = notify({
      title: text.sending,
      description: text.undoFor(Math.round(left / 1_000)),
      undo: () => void takeBack(key, come),
      milliseconds: left,
    })
    window.setTimeout(() => {
      close()
      removeLeaving(key)
      refreshTicket(sent.ticket_number)
    }, left)
  } else {
    if (slot === 'reply') notify({ title: text.sent })
    removeWhenShown(key, sent)
  }
}

/** Once the activity itself is in the history, what stood in for it goes. */
function removeWhenShown(key: string, sent: DraftSent) {
  void queries.refetchQueries({ queryKey: ['activities', sent.ticket_number] }).finally(() => removeLeaving(key))
}

/** Take a mail back before it has left: its text is in the composer again. */
export async function takeBack(key: string, come: Come): Promise<void> {
  const leaving = leavingOf(key)
  if (!leaving?.activityId) return
  const { number, activityId } = leaving
  try {
    const { draft } = await call('withdraw_mail', { path: { number, activity_id: activityId } })
    removeLeaving(key)
    const writing = writingOfDraft(number, draft)
    if (writing) await reopen(writing)
    refreshTicket(number)
    come(number)
  } catch (error) {
    const text = textOf(words)
    const gone = isProblem(error, 'already_sent')
    notify({ title: gone ? text.alreadySent : problemText(error), tone: 'error' })
  }
}

async function reopen(writing: Writing) {
  const { number, mode, activityId } = writing
  const beginning = await call('get_reply_template', {
    path: { number },
    query: { mode, activity: activityId },
  }).catch(() => null)
  // Who has begun another text meanwhile keeps it: it is a draft, and comes back when this one is sent.
  if (writings.get().writings[`${number}/reply`]) await save(number, 'reply')
  putWriting({ ...withoutTail({ ...writing, beginning }), edition: (writingOf(number, 'reply')?.edition ?? 0) + 1 })
  openSlot(number, 'reply', true)
}
