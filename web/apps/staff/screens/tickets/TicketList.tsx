import { useNavigate, useSearch } from '@tanstack/react-router'
import { useEffect } from 'react'
import { useText } from '../../../../shared/i18n/language'
import { ErrorState } from '../../../../shared/ui/kit'
import type { Filters } from '../../data/tickets'
import { cursor } from './cursor'
import { EmptyList } from './EmptyList'
import { FilterChips } from './FilterChips'
import { ListHeader } from './ListHeader'
import { LoadingRows } from './LoadingRows'
import { TicketGrid } from './TicketGrid'
import { useListCommands } from './useListCommands'
import { useTicketRows } from './useTicketRows'
import { words } from './words'

type TicketListProps = { open: number | undefined; table: boolean }

/** The pane with the list: its name, search and filters, and the rows. */
export function TicketList({ open, table }: TicketListProps) {
  const text = useText(words)
  const filters = useSearch({ from: '/shell/t' })
  const navigate = useNavigate()
  const { query, rows, more, complete } = useTicketRows(filters)
  const narrow = (next: Filters) => void navigate({ to: '.', search: next, replace: true })
  const show = (number: number) => void navigate({ to: '/t/$number', params: { number }, search: filters })
  useEffect(() => {
    if (open !== undefined) cursor.set({ number: open })
  }, [open])
  useListCommands({ rows, open, filters, show, table })
  return (
    <section aria-label={text.ticketList} className="flex min-h-0 flex-1 flex-col border-line border-r bg-surface">
      <ListHeader filters={filters} narrow={narrow} table={table} open={open} />
      <FilterChips filters={filters} narrow={narrow} />
      {query.isPending ? (
        <LoadingRows table={table} />
      ) : query.isError && rows.length === 0 ? (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      ) : rows.length === 0 ? (
        <EmptyList filters={filters} narrow={narrow} />
      ) : (
        <TicketGrid
          rows={rows}
          more={more}
          complete={complete}
          open={open}
          show={show}
          table={table}
          filters={filters}
        />
      )}
    </section>
  )
}
