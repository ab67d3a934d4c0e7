import type { Beginning, BeginningMailbox, Mode } from '../../../../../shared/api/staff'
import { store } from '../../../../../shared/lib/store'
import { collectTyping } from './typeahead'

/** What is written: a mail, a note, or what was said on the phone. Each has a text of its own. */
export type Slot = 'reply' | 'note' | 'call'

export type WrittenFile = {
  key: string
  name: string
  size: number
  /** Shown inside the text, so it is not among the files below it. */
  inline: boolean
  /** The upload's id, when it is there. */
  id: string | null
  share: number
  error: string | null
  file: File | null
}

/** How far the server knows it. `conflict`: somebody changed the draft in another window. */
export type Saved = 'clean' | 'dirty' | 'saving' | 'failed' | 'conflict'

export type Attempt = { key: string; version: number; next: string }

/** A text that somebody is writing. It outlives screens, refusals and lost connections until it is sent or discarded. */
export type Writing = {
  number: number
  slot: Slot
  mode: Mode
  /** Which activity is answered; null: the last one. */
  activityId: string | null
  /** What the editor holds, with addresses in the place of `cid:`. */
  html: string
  text: string
  to: readonly BeginningMailbox[]
  cc: readonly BeginningMailbox[]
  bcc: readonly BeginningMailbox[]
  beginning: Beginning | null
  withQuote: boolean
  withSignature: boolean
  files: readonly WrittenFile[]
  /** The newest activity when writing began, or that was looked at since. */
  lastSeen: string | null
  draft: { id: string; version: number } | null
  saved: Saved
  /** Counts up when the text comes from elsewhere than the editor, which then takes it over. */
  edition: number
  /** Recipients are those of the beginning, as soon as it is there; not so for a draft, which has its own. */
  wantsRecipients: boolean
  /** The request that sent it and got no answer: repeated as it was, it has no second effect. */
  attempt: Attempt | null
  /** Somebody has typed in it here, not only opened it. */
  touched: boolean
  /** Why it could not be sent. */
  refused: unknown
}

type State = {
  /** By ticket and slot. */
  writings: Readonly<Record<string, Writing>>
  /** Which slot is open, by ticket. */
  open: Readonly<Record<number, Slot | undefined>>
  /** Somebody asked to write, so the editor takes the focus; a restored draft never does. */
  wantsFocus: boolean
}

export const writings = store<State>({ writings: {}, open: {}, wantsFocus: false })

const keyOf = (number: number, slot: Slot) => `${number}/${slot}`

export const writingOf = (number: number, slot: Slot): Writing | undefined =>
  writings.get().writings[keyOf(number, slot)]

export const useWriting = (number: number, slot: Slot) => writings.use(state => state.writings[keyOf(number, slot)])
export const useOpenSlot = (number: number) => writings.use(state => state.open[number])

export const blank = (number: number, slot: Slot): Writing => ({
  number,
  slot,
  mode: 'reply_all',
  activityId: null,
  html: '',
  text: '',
  to: [],
  cc: [],
  bcc: [],
  beginning: null,
  withQuote: true,
  withSignature: true,
  files: [],
  lastSeen: null,
  draft: null,
  saved: 'clean',
  edition: 0,
  wantsRecipients: true,
  attempt: null,
  touched: false,
  refused: null,
})

export function putWriting(writing: Writing) {
  const state = writings.get()
  writings.set({ writings: { ...state.writings, [keyOf(writing.number, writing.slot)]: writing } })
}

/** Change what is written, if it is still there. */
export function patchWriting(number: number, slot: Slot, change: Partial<Writing>) {
  const before = writingOf(number, slot)
  if (before) putWriting({ ...before, ...change })
}

export function dropWriting(number: number, slot: Slot) {
  const { [keyOf(number, slot)]: _gone, ...rest } = writings.get().writings
  writings.set({ writings: rest })
}

export function openSlot(number: number, slot: Slot, focus: boolean) {
  if (focus) collectTyping()
  if (!writingOf(number, slot)) putWriting(blank(number, slot))
  writings.set({ open: { ...writings.get().open, [number]: slot }, wantsFocus: focus })
}

export const closeSlot = (number: number) =>
  writings.set({ open: { ...writings.get().open, [number]: undefined }, wantsFocus: false })

/** Whether anything is in it that would be missed. */
export const isEmpty = (writing: Writing) =>
  writing.text.trim() === '' && writing.files.length === 0 && !writing.html.includes('<img')

/** Whether the server does not know the newest of it. */
export const isUnsaved = () =>
  Object.values(writings.get().writings).some(each => each.saved !== 'clean' && !isEmpty(each))
