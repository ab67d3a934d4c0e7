import { isProblem } from '../../../../../shared/api/problem'
import type { DraftKind, DraftOut } from '../../../../../shared/api/staff'
import { call, queries } from '../../../app/api'
import { draftContent, writingOfDraft } from './content'
import {
  dropWriting,
  isEmpty,
  isUnsaved,
  patchWriting,
  putWriting,
  type Slot,
  type Writing,
  writingOf,
} from './writing'

/** After the last key; short enough that closing the window loses a word at most. */
const QUIET_MS = 700
const AGAIN_MS = 5_000

const timers = new Map<string, number>()
/** Saves of one draft come one after another: each needs the version of the one before. */
const running = new Map<string, Promise<void>>()

const kindOf = (writing: Writing): DraftKind => writing.slot

/** Note a change, and save it when it is quiet. */
export function write(number: number, slot: Slot, change: Partial<Writing>) {
  const before = writingOf(number, slot)
  if (!before) return
  const saved = before.saved === 'conflict' ? 'conflict' : 'dirty'
  patchWriting(number, slot, { ...change, saved, attempt: null, touched: true })
  if (saved === 'dirty') saveLater(number, slot, QUIET_MS)
}

function saveLater(number: number, slot: Slot, milliseconds: number) {
  const key = `${number}/${slot}`
  window.clearTimeout(timers.get(key))
  timers.set(
    key,
    window.setTimeout(() => void save(number, slot), milliseconds),
  )
}

/** Bring the draft to the server now. Does not raise: what cannot be saved stays here and is tried again. */
export function save(number: number, slot: Slot): Promise<void> {
  const key = `${number}/${slot}`
  window.clearTimeout(timers.get(key))
  const turn = (running.get(key) ?? Promise.resolve()).then(() => saveNow(number, slot))
  running.set(key, turn)
  return turn
}

async function saveNow(number: number, slot: Slot): Promise<void> {
  const writing = writingOf(number, slot)
  if (!writing || (writing.saved !== 'dirty' && writing.saved !== 'failed')) return
  if (!writing.draft && isEmpty(writing)) return patchWriting(number, slot, { saved: 'clean' })
  patchWriting(number, slot, { saved: 'saving' })
  try {
    const draft = await storeDraft(writing)
    // Meanwhile somebody may have typed on, or sent it.
    const now = writingOf(number, slot)
    if (now) patchWriting(number, slot, { draft, saved: now.saved === 'saving' ? 'clean' : now.saved })
  } catch (error) {
    if (isProblem(error, 'draft_not_found')) {
      patchWriting(number, slot, { draft: null, saved: 'failed' }) // sent or thrown away elsewhere: a new one
      saveLater(number, slot, 0)
    } else if (isProblem(error, 'stale_version', 'draft_exists')) {
      patchWriting(number, slot, { saved: 'conflict' })
    } else {
      patchWriting(number, slot, { saved: 'failed' })
      if (!isProblem(error) || error.status >= 500) saveLater(number, slot, AGAIN_MS)
    }
  }
}

async function storeDraft(writing: Writing): Promise<{ id: string; version: number }> {
  const content = draftContent(writing)
  const { draft } = writing
  const saved = draft
    ? await call('save_draft', { path: { draft_id: draft.id }, version: draft.version, body: content })
    : await call('create_draft', { body: { kind: kindOf(writing), ticket: writing.number, content } })
  return { id: saved.id, version: saved.version }
}

/** The draft as the server has it now, of the kind that is written. */
async function draftElsewhere(writing: Writing): Promise<DraftOut | undefined> {
  const page = await call('list_drafts', { query: { ticket: writing.number } })
  return page.items.find(each =>
    writing.draft ? each.id === writing.draft.id : each.kind === kindOf(writing) && !each.recovered,
  )
}

/** Two windows wrote the same draft: keep the text of this one. */
export async function keepOurs(number: number, slot: Slot) {
  const writing = writingOf(number, slot)
  if (!writing) return
  const theirs = await draftElsewhere(writing)
  patchWriting(number, slot, { draft: theirs ? { id: theirs.id, version: theirs.version } : null, saved: 'dirty' })
  await save(number, slot)
}

/** Two windows wrote the same draft: take the text of the other one. */
export async function takeTheirs(number: number, slot: Slot) {
  const writing = writingOf(number, slot)
  if (!writing) return
  const theirs = await draftElsewhere(writing)
  const taken = theirs && writingOfDraft(number, theirs)
  if (taken) putWriting({ ...taken, beginning: writing.beginning, edition: writing.edition + 1 })
}

/** Throw away what was written, here and on the server. Gives what was there, for Undo. */
export async function discard(number: number, slot: Slot): Promise<void> {
  window.clearTimeout(timers.get(`${number}/${slot}`))
  await running.get(`${number}/${slot}`)
  const draft = writingOf(number, slot)?.draft
  dropWriting(number, slot)
  if (draft) {
    await call('discard_draft', { path: { draft_id: draft.id }, version: draft.version }).catch((error: unknown) => {
      if (!isProblem(error, 'draft_not_found')) throw error
    })
  }
  void queries.invalidateQueries({ queryKey: ['drafts'] })
}

window.addEventListener('beforeunload', event => {
  if (isUnsaved()) event.preventDefault()
})
