import { useQuery } from '@tanstack/react-query'
import type { TicketRow } from '../../../../../shared/api/staff'
import { ticketSearch } from '../../../data/properties'
import { StatusIcon } from '../../../parts/StatusIcon'
import type { Pick } from '../PickDialog'

/** Other tickets that are meant by what is typed. */
export function useTicketPicks(typed: string, without: number, run: (row: TicketRow) => void): Pick[] | undefined {
  const found = useQuery(ticketSearch(typed.trim())).data
  return found
    ?.filter(row => row.number !== without)
    .map(row => ({
      id: row.id,
      name: row.subject,
      detail: `${row.reference} · ${row.contact?.name ?? row.contact?.address ?? ''}`,
      icon: <StatusIcon status={row.status} />,
      run: () => run(row),
    }))
}
