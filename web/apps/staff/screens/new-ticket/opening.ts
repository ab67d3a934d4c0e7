import type { ContactOut, DraftOut, Way } from '../../../../shared/api/staff'
import { store } from '../../../../shared/lib/store'

/** What a new ticket begins with: the way, and from where somebody came. */
export type Beginning = { way: Way; contact?: ContactOut; draft?: DraftOut }

export const opening = store<{ menu: boolean; beginning: Beginning | null }>({ menu: false, beginning: null })

/** Open the dialog for a new ticket, from anywhere: the plus, a key, a contact, a draft. */
export const openNewTicket = (beginning: Beginning) => opening.set({ beginning })
