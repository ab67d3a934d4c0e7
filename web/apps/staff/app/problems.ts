import { Problem, Unreachable } from '../../../shared/api/problem'
import { dictionary } from '../../../shared/i18n/dictionary'
import { textOf } from '../../../shared/i18n/language'
import { words as kitWords } from '../../../shared/ui/words'

/** Refusals that people meet often, in their language; for every other one the server's own sentence is shown. */
const refusals = dictionary(
  {
    forbidden: 'You are not allowed to do this.',
    invalid_link: 'This link does not work any more. Ask for a new one.',
    sign_in_failed: 'Address and password do not belong together. Check both; in the password case counts.',
    stale_version: 'Somebody else has changed this meanwhile. Look at it again, then repeat your change.',
    too_many_resets: 'Too many requests. Please wait a little and try again.',
    too_many_sign_ins: 'Too many attempts. Please wait a little and try again.',
    unavailable: 'The desk is busy right now. Please try again in a moment.',
    unauthenticated: 'You are no longer signed in.',
    weak_password: 'Take a longer password: at least 10 characters, and not your address.',
  },
  {
    forbidden: 'Das dürfen Sie nicht.',
    invalid_link: 'Dieser Link gilt nicht mehr. Fordern Sie einen neuen an.',
    sign_in_failed: 'Adresse und Passwort gehören nicht zusammen. Prüfen Sie beides; Groß- und Kleinschreibung zählt.',
    stale_version:
      'Jemand anderes hat das inzwischen geändert. Sehen Sie es noch einmal an und wiederholen Sie die Änderung.',
    too_many_resets: 'Zu viele Anfragen. Bitte warten Sie ein wenig und versuchen Sie es erneut.',
    too_many_sign_ins: 'Zu viele Versuche. Bitte warten Sie ein wenig und versuchen Sie es erneut.',
    unavailable: 'Der Desk ist gerade beschäftigt. Bitte versuchen Sie es gleich noch einmal.',
    unauthenticated: 'Sie sind nicht mehr angemeldet.',
    weak_password: 'Nehmen Sie ein längeres Passwort: mindestens 10 Zeichen, und nicht Ihre Adresse.',
  },
)

/** What went wrong, as a sentence for people. */
export function problemText(error: unknown): string {
  if (error instanceof Unreachable) return textOf(kitWords).failedOffline
  if (!(error instanceof Problem)) return textOf(kitWords).unexpected
  const known: Record<string, string> = textOf(refusals)
  return known[error.code] ?? error.message
}
