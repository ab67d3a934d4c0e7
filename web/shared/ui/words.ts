import { dictionary } from '../i18n/dictionary'

export const words = dictionary(
  {
    cancel: 'Cancel',
    clear: 'Clear',
    close: 'Close',
    dismiss: 'Dismiss',
    failed: 'This could not be loaded',
    failedOffline: 'The desk cannot be reached. Check the network; it is tried again by itself.',
    notFound: 'Nothing found',
    notices: 'Notices',
    optional: 'optional',
    save: 'Save',
    tryAgain: 'Try again',
    undo: 'Undo',
    unexpected: 'Something unexpected happened.',
  },
  {
    cancel: 'Abbrechen',
    clear: 'Leeren',
    close: 'Schließen',
    dismiss: 'Ausblenden',
    failed: 'Das konnte nicht geladen werden',
    failedOffline: 'Der Desk ist nicht erreichbar. Prüfen Sie das Netz; es wird von selbst erneut versucht.',
    notFound: 'Nichts gefunden',
    notices: 'Meldungen',
    optional: 'freiwillig',
    save: 'Speichern',
    tryAgain: 'Erneut versuchen',
    undo: 'Rückgängig',
    unexpected: 'Etwas Unerwartetes ist passiert.',
  },
)
