import { CalendarCheck, CircleDashed, Inbox, Layers, ListChecks, type LucideIcon, UserRoundX } from 'lucide-react'
import type { Counters } from '../../../shared/api/staff'
import type { Filters } from '../data/tickets'
import type { words } from './words'

type Word = keyof (typeof words)['en']

/** A list that everybody has: its place in the navigation, its key, and the counter that tells its length. */
export type View = {
  id: string
  word: Word
  keys: string
  icon: LucideIcon
  filters: Filters
  count: (counters: Counters) => number
}

export const VIEWS: readonly View[] = [
  {
    id: 'mine',
    word: 'myTickets',
    keys: 'g m',
    icon: Inbox,
    filters: { list: 'mine', category: 'open' },
    count: all => all.mine,
  },
  {
    id: 'action',
    word: 'actionRequired',
    keys: 'g a',
    icon: ListChecks,
    filters: { list: 'overview', prefilter: 'action_required' },
    count: all => all.action_required,
  },
  {
    id: 'no-owner',
    word: 'noOwner',
    keys: 'g u',
    icon: UserRoundX,
    filters: { list: 'overview', prefilter: 'no_owner' },
    count: all => all.no_owner,
  },
  {
    id: 'new',
    word: 'newTickets',
    keys: 'g n',
    icon: CircleDashed,
    filters: { list: 'overview', prefilter: 'new' },
    count: all => all.new,
  },
  {
    id: 'today',
    word: 'handledToday',
    keys: 'g h',
    icon: CalendarCheck,
    filters: { list: 'overview', prefilter: 'handled_today' },
    count: all => all.handled_today,
  },
  {
    id: 'overview',
    word: 'overview',
    keys: 'g o',
    icon: Layers,
    filters: { list: 'overview' },
    count: all => all.open,
  },
]

/** The view whose list these filters narrow; filters of its own that somebody added do not make it another one. */
export function viewOf(filters: Filters): View | undefined {
  return (
    VIEWS.find(
      view =>
        view.filters.list === filters.list && view.filters.prefilter && view.filters.prefilter === filters.prefilter,
    ) ?? VIEWS.find(view => view.filters.list === filters.list && !view.filters.prefilter && !filters.prefilter)
  )
}
