import { store } from '../../../shared/lib/store'

/** What of the shell is open right now. */
export const chrome = store({ palette: false, help: false, navigation: false })
