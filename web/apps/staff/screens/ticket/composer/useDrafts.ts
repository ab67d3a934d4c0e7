import { useQuery } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { draftsQuery } from '../../../data/writing'
import { writingOfDraft } from './content'
import { learnFiles } from './files'
import { save } from './saving'
import { closeSlot, isEmpty, openSlot, putWriting, type Slot, writingOf, writings } from './writing'

const SLOTS: readonly Slot[] = ['reply', 'note', 'call']

/** Drafts of the ticket are open again when it is; the one that was written last in front, and without the focus. */
export function useDrafts(number: number, found: boolean) {
  const drafts = useQuery({ ...draftsQuery(number), enabled: found }).data
  const restored = useRef<number | null>(null)
  useEffect(() => {
    if (!drafts || restored.current === number) return
    restored.current = number
    const slots: Slot[] = []
    for (const draft of drafts.items) {
      const writing = writingOfDraft(number, draft)
      // What is in this window is newer than what the server has.
      if (!writing) continue
      const here = writingOf(number, writing.slot)
      if (here && (here.draft || !isEmpty(here))) continue
      putWriting({ ...writing, edition: (here?.edition ?? 0) + 1 })
      slots.push(writing.slot)
      void learnFiles(number, writing.slot)
    }
    const [first] = slots
    if (first && !writings.get().open[number]) openSlot(number, first, false)
  }, [drafts, number])
  useEffect(() => () => leave(number), [number])
}

/** Somebody goes to another ticket: save what is written, fold what is empty. */
function leave(number: number) {
  for (const slot of SLOTS) {
    const writing = writingOf(number, slot)
    if (!writing) continue
    if (!isEmpty(writing)) void save(number, slot)
    else if (writings.get().open[number] === slot) closeSlot(number)
  }
  writings.set({ wantsFocus: false })
}
