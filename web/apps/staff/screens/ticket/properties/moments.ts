const MORNING = 9
const DAY_MS = 86_400_000
const MONDAY = 1

/** At nine in the morning, so many days from now, by the clock of this device. */
function morningIn(days: number, now: Date): Date {
  const at = new Date(now)
  at.setDate(at.getDate() + days)
  at.setHours(MORNING, 0, 0, 0)
  return at
}

export const inHours = (hours: number, now = new Date()) => new Date(now.getTime() + hours * 3_600_000)
export const tomorrow = (now = new Date()) => morningIn(1, now)
export const nextMonday = (now = new Date()) => morningIn(((MONDAY - now.getDay() + 6) % 7) + 1, now)
export const inAWeek = (now = new Date()) => morningIn(7, now)

/** As the browser's field for a moment wants it: the time here, without a zone. */
export function asField(at: Date): string {
  const here = new Date(at.getTime() - at.getTimezoneOffset() * 60_000)
  return here.toISOString().slice(0, 16)
}

export const isFuture = (at: Date, now = Date.now()) => at.getTime() > now && at.getTime() < now + 3_650 * DAY_MS
