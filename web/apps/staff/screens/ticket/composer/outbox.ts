import { store } from '../../../../../shared/lib/store'
import type { Slot } from './writing'

/** Something that was sent a moment ago: shown in the history at once, and taken back as long as it may be. */
export type Leaving = {
  key: string
  number: number
  slot: Slot
  html: string
  to: string
  at: string
  /** The newest activity when it was sent. */
  after: string | null
  /** Known as soon as the server has it. */
  activityId: string | null
  /** Until when it can be taken back; null: it cannot, or the server has not said it yet. */
  undoUntil: string | null
}

export const outbox = store<{ leaving: readonly Leaving[] }>({ leaving: [] })

export const leavingOf = (key: string) => outbox.get().leaving.find(each => each.key === key)

export const addLeaving = (leaving: Leaving) => outbox.set({ leaving: [...outbox.get().leaving, leaving] })

export const patchLeaving = (key: string, change: Partial<Leaving>) =>
  outbox.set({ leaving: outbox.get().leaving.map(each => (each.key === key ? { ...each, ...change } : each)) })

export const removeLeaving = (key: string) =>
  outbox.set({ leaving: outbox.get().leaving.filter(each => each.key !== key) })

export const useLeaving = () => outbox.use(state => state.leaving)
