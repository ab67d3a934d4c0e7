import { Link, useSearch } from '@tanstack/react-router'
import { ArrowLeft } from 'lucide-react'
import { useEffect } from 'react'
import type { TicketOut } from '../../../../shared/api/staff'
import { useText } from '../../../../shared/i18n/language'
import { Avatar, Button } from '../../../../shared/ui/kit'
import { ChannelMark } from '../../app/Navigation'
import { useMay } from '../../data/session'
import { PriorityIcon } from '../../parts/PriorityIcon'
import { StatusIcon } from '../../parts/StatusIcon'
import { HelpLink } from '../help/HelpLink'
import { Others } from '../tickets/SplitRow'
import { openPicker } from './properties/open'
import { words as propertyWords } from './properties/words'
import { TicketMenu } from './TicketMenu'
import { words } from './words'

/** Which ticket this is, who is in it, and how it stands. */
export function TicketHead({ ticket }: { ticket: TicketOut }) {
  const text = useText(words)
  const filters = useSearch({ from: '/shell/t' })
  useEffect(() => {
    document.title = `${ticket.reference} ${ticket.subject} · Deskstream`
    return () => {
      document.title = 'Deskstream'
    }
  }, [ticket.reference, ticket.subject])
  return (
    <header className="shrink-0 bg-surface px-4 pb-2">
      <div className="flex h-12 items-center gap-2">
        <Link
          to="/t"
          search={filters}
          aria-label={text.back}
          className="-ml-1 flex size-8 items-center justify-center rounded-md hover:bg-hover md:hidden"
        >
          <ArrowLeft size={16} />
        </Link>
        <span className="num rounded-sm bg-sunken px-1.5 py-0.5 text-fg-2 text-xs">{ticket.reference}</span>
        <span className="flex items-center gap-1 text-fg-2">
          <ChannelMark channel={ticket.channel.key} />
          {ticket.channel.name}
        </span>
        <span className="flex-1" />
        <Others agents={ticket.presence} />
        <PriorityIcon priority={ticket.priority} size={15} />
        <StatusAndOwner ticket={ticket} />
        <span className="max-xl:hidden">
          <HelpLink topic="work-with-tickets" />
        </span>
        <TicketMenu ticket={ticket} />
      </div>
      <h1 className="break-words font-semibold text-xl">{ticket.subject}</h1>
    </header>
  )
}

/** How it stands and whose it is; a click changes it. */
function StatusAndOwner({ ticket }: { ticket: TicketOut }) {
  const text = useText(propertyWords)
  const may = useMay('tickets:write')
  const owner = ticket.owner?.name ?? text.nobody
  return (
    <>
      <Button
        size="sm"
        aria-label={`${text.status}: ${ticket.status.name}`}
        disabled={!may}
        className="min-w-0 shrink!"
        onClick={() => openPicker('status')}
      >
        <StatusIcon status={ticket.status} />
        <span className="truncate">{ticket.status.name}</span>
      </Button>
      <button
        type="button"
        aria-label={`${text.owner}: ${owner}`}
        title={owner}
        disabled={!may}
        className="flex size-7 shrink-0 items-center justify-center rounded-full"
        onClick={() => openPicker('owner')}
      >
        <Avatar name={ticket.owner?.name} size={22} />
      </button>
    </>
  )
}
