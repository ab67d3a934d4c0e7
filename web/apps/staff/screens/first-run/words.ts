import { dictionary } from '../../../../shared/i18n/dictionary'

export const words = dictionary(
  {
    all: 'Enter your name, your e-mail address and a password.',
    create: 'Create the first administrator',
    doneText: 'This desk has an administrator already. Sign in, or ask them for an account.',
    doneTitle: 'Set up already',
    email: 'E-mail address',
    name: 'Your name',
    noLink: 'The first administrator is created with a one-time link. Whoever runs this desk prints it on its machine:',
    password: 'Password',
    passwordHelp: 'At least 10 characters. A few words in a row are easier to remember than signs.',
    text: 'You will be its first administrator. Everybody else is invited by you.',
    title: 'Set up this desk',
    toSignIn: 'To the sign-in',
  },
  {
    all: 'Geben Sie Ihren Namen, Ihre E-Mail-Adresse und ein Passwort ein.',
    create: 'Ersten Administrator anlegen',
    doneText: 'Dieser Desk hat schon einen Administrator. Melden Sie sich an oder bitten Sie ihn um einen Zugang.',
    doneTitle: 'Schon eingerichtet',
    email: 'E-Mail-Adresse',
    name: 'Ihr Name',
    noLink:
      'Der erste Administrator wird mit einem einmaligen Link angelegt. Wer diesen Desk betreibt, erzeugt ihn auf dessen Rechner:',
    password: 'Passwort',
    passwordHelp: 'Mindestens 10 Zeichen. Ein paar Wörter hintereinander merken sich leichter als Sonderzeichen.',
    text: 'Sie werden sein erster Administrator. Alle anderen laden Sie danach ein.',
    title: 'Diesen Desk einrichten',
    toSignIn: 'Zur Anmeldung',
  },
)
