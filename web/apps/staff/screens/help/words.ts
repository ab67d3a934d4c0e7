import { dictionary } from '../../../../shared/i18n/dictionary'

export const words = dictionary(
  {
    allPages: 'All help pages',
    help: 'Help',
    helpHere: 'Help with this (new tab)',
    index: 'How the desk works, page by page.',
    noMatch: 'No help page has these words. Try fewer or other ones.',
    notThere: 'There is no such help page',
    pages: 'Help pages',
    search: 'Search the help',
  },
  {
    allPages: 'Alle Hilfeseiten',
    help: 'Hilfe',
    helpHere: 'Hilfe hierzu (neuer Tab)',
    index: 'Wie der Desk funktioniert, Seite für Seite.',
    noMatch: 'Keine Hilfeseite enthält diese Wörter. Versuchen Sie weniger oder andere.',
    notThere: 'Diese Hilfeseite gibt es nicht',
    pages: 'Hilfeseiten',
    search: 'Hilfe durchsuchen',
  },
)
