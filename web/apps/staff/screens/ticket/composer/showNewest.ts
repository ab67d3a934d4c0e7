import type { ActivityOut } from '../../../../../shared/api/staff'
import { write } from './saving'
import type { Slot } from './writing'

export const HISTORY_ID = 'history'

/** Bring the newest activity into sight. */
export function scrollToEnd() {
  const pane = document.getElementById(HISTORY_ID)
  pane?.scrollTo({ top: pane.scrollHeight })
}

/** What was shown has been seen: the guard of sending lets it pass. */
export function markSeen(number: number, slot: Slot, shown: readonly ActivityOut[]) {
  const last = shown.at(-1)
  if (last) write(number, slot, { lastSeen: last.id })
}
