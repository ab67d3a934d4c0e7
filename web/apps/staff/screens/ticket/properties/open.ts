import { store } from '../../../../../shared/lib/store'

export type Property =
  | 'status'
  | 'owner'
  | 'responsible'
  | 'priority'
  | 'marker'
  | 'channel'
  | 'contact'
  | 'tag'
  | 'watcher'
  | 'reminder'
  | 'merge'
  | 'link'

/** Which property is being chosen: from a click on it, or from its key. */
export const picker = store<{ property: Property | null }>({ property: null })

export const openPicker = (property: Property) => picker.set({ property })
export const closePicker = () => picker.set({ property: null })
