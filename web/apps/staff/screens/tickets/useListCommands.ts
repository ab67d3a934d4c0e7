import { useNavigate } from '@tanstack/react-router'
import type { TicketRow } from '../../../../shared/api/staff'
import { useText } from '../../../../shared/i18n/language'
import { useCommands } from '../../../../shared/lib/keys'
import { prefer } from '../../app/preferences'
import type { Filters } from '../../data/tickets'
import { cursor } from './cursor'
import { SEARCH_ID } from './SearchField'
import { words } from './words'

type ListCommands = {
  rows: readonly TicketRow[]
  open: number | undefined
  filters: Filters
  show: (number: number) => void
  table: boolean
}

/** What the keyboard does in a list: move, open, search, go back. */
export function useListCommands({ rows, open, filters, show, table }: ListCommands) {
  const text = useText(words)
  const navigate = useNavigate()
  const at = () => rows.findIndex(row => row.number === cursor.get().number)
  const go = (index: number): number | undefined => {
    const row = rows[Math.max(0, Math.min(rows.length - 1, index))]
    if (row) cursor.set({ number: row.number })
    return row?.number
  }
  const read = (index: number) => {
    const number = go(index)
    if (number !== undefined) show(number)
  }
  const leave = () => {
    const search = document.getElementById(SEARCH_ID)
    if (search && document.activeElement === search) search.blur()
    else if (open !== undefined) void navigate({ to: '/t', search: filters })
  }
  const keysOnly = { group: text.list, onlyKeys: true }
  useCommands('list', [
    { id: 'next', ...keysOnly, label: text.nextTicket, keys: 'j', also: ['ArrowDown'], run: () => go(at() + 1) },
    { id: 'previous', ...keysOnly, label: text.previousTicket, keys: 'k', also: ['ArrowUp'], run: () => go(at() - 1) },
    { id: 'open', ...keysOnly, label: text.openTicket, keys: 'Enter', also: ['o'], run: () => read(Math.max(0, at())) },
    { id: 'first', ...keysOnly, label: text.firstTicket, keys: 'Home', run: () => go(0) },
    { id: 'last', ...keysOnly, label: text.lastTicket, keys: 'End', run: () => go(rows.length - 1) },
    { id: 'read-previous', ...keysOnly, label: text.previousTicket, keys: '[', run: () => read(at() - 1) },
    { id: 'read-next', ...keysOnly, label: text.nextTicket, keys: ']', run: () => read(at() + 1) },
    { id: 'leave', ...keysOnly, label: text.list, also: ['Escape'], run: leave },
    {
      id: 'search',
      group: text.list,
      label: text.searchFocus,
      keys: '/',
      run: () => document.getElementById(SEARCH_ID)?.focus(),
    },
    { id: 'form', group: text.list, label: text.toggleForm, run: () => prefer({ form: table ? 'split' : 'table' }) },
  ])
}
