import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { SearchX } from 'lucide-react'
import { isProblem } from '../../../../shared/api/problem'
import type { TicketOut } from '../../../../shared/api/staff'
import { useText } from '../../../../shared/i18n/language'
import { EmptyState, ErrorState, Skeleton } from '../../../../shared/ui/kit'
import { ticketQuery } from '../../data/tickets'
import { useOpenSlot, useWriting } from './composer/writing'
import { Pickers } from './properties/Pickers'
import { PropertiesPanel } from './properties/PropertiesPanel'
import { usePropertyCommands } from './properties/usePropertyCommands'
import { TicketHead } from './TicketHead'
import { TicketTabs } from './TicketTabs'
import { useMarkRead } from './useMarkRead'
import { useOwnPresence } from './useOwnPresence'
import { words } from './words'

/** One ticket: its head, what happened in it, and what is known of it. */
export function TicketScreen() {
  const text = useText(words)
  const { number } = useParams({ from: '/shell/t/$number' })
  const { data: ticket, error, refetch } = useQuery(ticketQuery(number))
  useOwnPresence(number, ticket !== undefined, useWrites(number) ? 'writing' : 'viewing')
  useMarkRead(number)
  if (isProblem(error, 'ticket_not_found')) {
    return (
      <EmptyState heading icon={<SearchX size={28} aria-hidden />} title={text.notFoundTitle} text={text.notFound} />
    )
  }
  if (error && !ticket) return <ErrorState error={error} onRetry={() => void refetch()} />
  if (!ticket) return <Loading />
  return (
    <>
      <article aria-label={ticket.reference} className="flex min-w-0 flex-1 flex-col">
        <TicketHead ticket={ticket} />
        <TicketTabs ticket={ticket} />
      </article>
      <PropertiesPanel ticket={ticket} />
      <Choosing ticket={ticket} />
    </>
  )
}

/** What is chosen for the ticket: by its keys, from the palette, or by a click. */
function Choosing({ ticket }: { ticket: TicketOut }) {
  usePropertyCommands(ticket)
  return <Pickers ticket={ticket} />
}

/** Whether this agent is writing in the ticket; a draft that lies open is not being written. */
function useWrites(number: number): boolean {
  const slot = useOpenSlot(number)
  const writing = useWriting(number, slot ?? 'reply')
  return slot !== undefined && writing?.touched === true
}

function Loading() {
  const text = useText(words)
  return (
    <div role="status" className="flex flex-1 flex-col gap-4 p-4">
      <h1 className="sr-only">{text.loading}</h1>
      <Skeleton className="h-6 w-40" />
      <Skeleton className="h-7 w-3/5" />
      <Skeleton className="mt-4 h-32 w-full" />
      <Skeleton className="h-32 w-full" />
    </div>
  )
}
