import { useInfiniteQuery } from '@tanstack/react-query'
import { useCallback, useMemo } from 'react'
import { type Filters, ticketsQuery } from '../../data/tickets'

/** The rows of a list as far as they are loaded, and how to get more of them. */
export function useTicketRows(filters: Filters) {
  const query = useInfiniteQuery(ticketsQuery(filters))
  const { data, hasNextPage, isFetchingNextPage, fetchNextPage } = query
  const rows = useMemo(() => {
    // A ticket that moved up while pages were read stands on two of them.
    const found = new Map((data?.pages ?? []).flatMap(page => page.items.map(row => [row.number, row] as const)))
    return [...found.values()]
  }, [data])
  const more = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage()
  }, [hasNextPage, isFetchingNextPage, fetchNextPage])
  return { query, rows, more, complete: !hasNextPage }
}
