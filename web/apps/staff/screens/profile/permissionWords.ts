import { dictionary } from '../../../../shared/i18n/dictionary'

/** What each permission allows, in words. */
export const permissionWords = dictionary(
  {
    'tickets:read': 'See tickets',
    'tickets:write': 'Change tickets and answer',
    'notes:write': 'Write notes',
    'contacts:read': 'See contacts',
    'contacts:write': 'Change contacts',
    'notifications:read': 'See notifications',
    'mail:read': 'See the mail ledger',
    'mail:manage': 'Manage mail accounts',
    'portal:manage': 'Manage external access',
    'staff:read': 'See staff',
    'staff:manage': 'Manage staff and the desk',
    'audit:read': 'See the audit log',
    'operations:manage': 'Manage dead letters',
  },
  {
    'tickets:read': 'Tickets sehen',
    'tickets:write': 'Tickets ändern und antworten',
    'notes:write': 'Notizen schreiben',
    'contacts:read': 'Kontakte sehen',
    'contacts:write': 'Kontakte ändern',
    'notifications:read': 'Meldungen sehen',
    'mail:read': 'Maileingang sehen',
    'mail:manage': 'Mailkonten verwalten',
    'portal:manage': 'Externe Zugänge verwalten',
    'staff:read': 'Mitarbeitende sehen',
    'staff:manage': 'Mitarbeitende und Desk verwalten',
    'audit:read': 'Prüfprotokoll sehen',
    'operations:manage': 'Unzustellbares verwalten',
  },
)
