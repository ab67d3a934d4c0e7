import { store } from '../../../../../shared/lib/store'

/** What somebody has typed into a form and not saved; `base` and `version` are what stood there when they began. */
export type Kept<Values> = { typed: Partial<Values>; base: Values; version: number | null }

/** Unsaved forms by their place, `channels/support`. They outlive a look at another place, not a reload. */
export const kept = store<Record<string, Kept<object> | undefined>>({})

export const useIsKept = (place: string) => kept.use(all => all[place] !== undefined)

window.addEventListener('beforeunload', event => {
  if (Object.values(kept.get()).some(Boolean)) event.preventDefault()
})
