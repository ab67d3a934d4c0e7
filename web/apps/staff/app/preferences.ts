import { store } from '../../../shared/lib/store'

/** What somebody prefers on this device. The rest (writing, notifications) is kept with the account. */
export type Preferences = {
  theme: 'system' | 'light' | 'dark'
  singleKeys: boolean
  /** Rows beside the ticket, or a table over the whole width. */
  form: 'split' | 'table'
  afterSend: 'stay' | 'next' | 'list'
  properties: boolean
}

const KEY = 'preferences'
const DEFAULTS: Preferences = { theme: 'system', singleKeys: true, form: 'split', afterSend: 'stay', properties: true }

function stored(): Preferences {
  try {
    return { ...DEFAULTS, ...JSON.parse(localStorage.getItem(KEY) ?? '{}') }
  } catch {
    return DEFAULTS
  }
}

const own = store(stored())
const system = matchMedia('(prefers-color-scheme: dark)')

export const preferences = own.get
export const usePreferences = <Part>(select: (all: Preferences) => Part) => own.use(select)

export function prefer(change: Partial<Preferences>) {
  own.set(change)
  localStorage.setItem(KEY, JSON.stringify(own.get()))
  paint()
}

const isDark = () => (own.get().theme === 'system' ? system.matches : own.get().theme === 'dark')

/** theme.js has painted before the app was there; it reads `theme`. */
function paint() {
  const { theme } = own.get()
  if (theme === 'system') localStorage.removeItem('theme')
  else localStorage.setItem('theme', theme)
  document.documentElement.dataset.theme = isDark() ? 'dark' : 'light'
}

system.addEventListener('change', () => {
  paint()
  own.set({}) // who shows the theme hears of it
})
paint() // the system may have changed since theme.js looked

export const useIsDark = () => own.use(() => isDark())
export const toggleTheme = () => prefer({ theme: isDark() ? 'light' : 'dark' })
