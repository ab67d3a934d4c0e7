import { language } from './language'

const locale = () => (language() === 'de' ? 'de-DE' : 'en-GB')

export const MOST_COUNTED = 9_999

/** A count as the navigation shows it: above 9,999 nobody needs the last digit. */
export function count(value: number): string {
  const shown = new Intl.NumberFormat(locale()).format(Math.min(value, MOST_COUNTED))
  return value > MOST_COUNTED ? `${shown}+` : shown
}

export const moment = (iso: string) =>
  new Intl.DateTimeFormat(locale(), {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
  }).format(new Date(iso))

export const fullMoment = (iso: string) =>
  new Intl.DateTimeFormat(locale(), { dateStyle: 'full', timeStyle: 'short' }).format(new Date(iso))

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** How old something is, in the few characters that a row has: 5m, 3h, 2d, then the date. */
export function age(iso: string, now: number = Date.now()): string {
  const passed = Math.max(0, now - Date.parse(iso))
  if (passed < MINUTE) return language() === 'de' ? 'jetzt' : 'now'
  if (passed < HOUR) return `${Math.floor(passed / MINUTE)}m`
  if (passed < DAY) return `${Math.floor(passed / HOUR)}h`
  if (passed < 30 * DAY) return `${Math.floor(passed / DAY)}${language() === 'de' ? 'T' : 'd'}`
  return new Intl.DateTimeFormat(locale(), { day: 'numeric', month: 'short' }).format(new Date(iso))
}

/** A size of a file: 12 KB. */
export function fileSize(bytes: number): string {
  const units = ['B', 'KB', 'MB', 'GB'] as const
  const power = bytes < 1 ? 0 : Math.min(Math.floor(Math.log(bytes) / Math.log(1024)), units.length - 1)
  const value = bytes / 1024 ** power
  const digits = power > 1 && value < 10 ? 1 : 0
  return `${new Intl.NumberFormat(locale(), { maximumFractionDigits: digits }).format(value)} ${units[power]}`
}
