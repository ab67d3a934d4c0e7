import type { NewTicket } from './form'

type Besides = Pick<NewTicket, 'marker' | 'watchers' | 'fields'>

const keyOf = (draftId: string) => `new-ticket:${draftId}`

/** What the API's drafts have no place for is kept on this device, so that a draft comes back whole here. */
export function keepBesides(draftId: string, { marker, watchers, fields }: NewTicket) {
  localStorage.setItem(keyOf(draftId), JSON.stringify({ marker, watchers, fields } satisfies Besides))
}

export const dropBesides = (draftId: string) => localStorage.removeItem(keyOf(draftId))

export function keptBesides(draftId: string): Partial<Besides> {
  try {
    return JSON.parse(localStorage.getItem(keyOf(draftId)) ?? '{}') as Partial<Besides>
  } catch {
    return {}
  }
}
