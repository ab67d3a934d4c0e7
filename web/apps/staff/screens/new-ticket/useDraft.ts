import { useCallback, useEffect, useRef, useState } from 'react'
import type { DraftOut, Way } from '../../../../shared/api/staff'
import { discardDraft, keepDraft } from '../../data/creation'
import { dropBesides, keepBesides } from './besides'
import { draftOf, isWritten, KINDS, type NewTicket } from './form'

async function discard(draft: DraftOut) {
  dropBesides(draft.id)
  await discardDraft(draft)
}

const QUIET_MS = 800
export type DraftState = 'nothing' | 'saving' | 'saved' | 'failed'

/** Keeps what is written as a draft, a moment after the last key. One request at a time, so that versions fit. */
export function useDraft(way: Way, form: NewTicket, begun: DraftOut | null) {
  const draft = useRef(begun)
  const kept = useRef(JSON.stringify([draftOf(form), form.marker, form.watchers, form.fields]))
  const running = useRef<Promise<void>>(Promise.resolve())
  const over = useRef(false)
  const [state, setState] = useState<DraftState>(begun ? 'saved' : 'nothing')

  const keep = useCallback(() => {
    running.current = running.current.then(async () => {
      const content = draftOf(form)
      const written = JSON.stringify([content, form.marker, form.watchers, form.fields])
      const before = draft.current
      if (over.current || written === kept.current || (!before && !isWritten(form))) return
      setState('saving')
      try {
        // A draft is of one kind for ever: another way is another draft.
        const same = before?.kind === KINDS[way] ? before : null
        draft.current = await keepDraft(KINDS[way], content, same)
        keepBesides(draft.current.id, form)
        if (before && !same) await discard(before)
        kept.current = written
        setState('saved')
      } catch {
        setState('failed')
      }
    })
    return running.current
  }, [way, form])

  useEffect(() => {
    const timer = window.setTimeout(() => void keep(), QUIET_MS)
    return () => window.clearTimeout(timer)
  }, [keep])

  /** The draft is done with: it became a ticket, or nobody wants it. */
  const drop = useCallback(async () => {
    over.current = true
    await running.current
    if (draft.current) await discard(draft.current)
    draft.current = null
  }, [])

  return { state, keep, drop, current: () => draft.current }
}
