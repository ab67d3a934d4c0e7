/** The parts of a ticket, as the address names them. */
export const TABS = ['activities', 'data', 'watchers', 'files'] as const
export type TicketTab = (typeof TABS)[number]
