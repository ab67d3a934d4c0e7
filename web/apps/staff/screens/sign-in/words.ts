import { dictionary } from '../../../../shared/i18n/dictionary'

export const words = dictionary(
  {
    both: 'Enter your e-mail address and your password.',
    continue: 'Then it goes on where you wanted to be.',
    email: 'E-mail address',
    forgot: 'Forgot your password?',
    password: 'Password',
    signIn: 'Sign in',
    signingIn: 'Signing in…',
    title: 'Sign in',
  },
  {
    both: 'Geben Sie Ihre E-Mail-Adresse und Ihr Passwort ein.',
    continue: 'Danach geht es weiter, wohin Sie wollten.',
    email: 'E-Mail-Adresse',
    forgot: 'Passwort vergessen?',
    password: 'Passwort',
    signIn: 'Anmelden',
    signingIn: 'Anmeldung läuft…',
    title: 'Anmelden',
  },
)
