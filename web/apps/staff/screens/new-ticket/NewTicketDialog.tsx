import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useText } from '../../../../shared/i18n/language'
import { Dialog, ErrorState, Skeleton } from '../../../../shared/ui/kit'
import { queries } from '../../app/api'
import { newOptionsQuery } from '../../data/creation'
import { agentsQuery } from '../../data/desk'
import { EMPTY, type NewTicket } from './form'
import { type Beginning, opening } from './opening'
import { restored } from './restoring'
import { WritingDialog } from './WritingDialog'
import { words } from './words'

const close = () => opening.set({ beginning: null })

/** The one dialog for a new ticket, whichever way; here until it is known what it begins with. */
export function NewTicketDialog({ beginning }: { beginning: Beginning }) {
  const text = useText(words)
  const options = useQuery(newOptionsQuery)
  const first = useQuery({
    queryKey: ['new-ticket', beginning.draft?.id ?? null, beginning.contact?.id ?? null],
    queryFn: () => beginOf(beginning),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  })
  const [begun] = useState(beginning)
  if (options.data && first.data) {
    return <WritingDialog beginning={begun} first={first.data} options={options.data} onClose={close} />
  }
  const error = options.error ?? first.error
  return (
    <Dialog open onClose={close} title={text.newTicket} width="wide">
      {error ? (
        <ErrorState error={error} onRetry={() => void (options.error ? options.refetch() : first.refetch())} />
      ) : (
        <div className="flex flex-col gap-4">
          <Skeleton className="h-9 w-2/3" />
          <Skeleton className="h-8 w-full" />
          <Skeleton className="h-8 w-full" />
          <Skeleton className="h-40 w-full" />
        </div>
      )}
    </Dialog>
  )
}

async function beginOf({ draft, contact }: Beginning): Promise<NewTicket> {
  if (draft) return restored(draft, (await queries.fetchQuery(agentsQuery)).items)
  const address = contact?.addresses[0]
  return {
    ...EMPTY,
    contact: contact ?? null,
    to: contact && address ? [{ name: contact.name, address }] : [],
  }
}
