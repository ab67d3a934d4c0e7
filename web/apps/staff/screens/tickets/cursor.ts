import { store } from '../../../../shared/lib/store'

/** The ticket that the keyboard stands on; by number, because rows move while one looks at them. */
export const cursor = store<{ number: number | null }>({ number: null })
