import { Link, useSearch } from '@tanstack/react-router'
import { ArrowLeft } from 'lucide-react'
import { useEffect } from 'react'
import type { TicketOut } from '../../../../shared/api/staff'
import { useText } from '../../../../shared/i18n/language'
import { Avatar } from '../../../../shared/ui/kit'
import { ChannelMark } from '../../app/Navigation'
import { PriorityIcon } from '../../parts/PriorityIcon'
import { StatusIcon } from '../../parts/StatusIcon'
import { Others } from '../tickets/SplitRow'
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
    <header className="shrink-0 border-line border-b bg-surface px-4 pb-3">
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
        <span className="flex items-center gap-1.5 font-medium">
          <StatusIcon status={ticket.status} />
          {ticket.status.name}
        </span>
        <span title={ticket.owner?.name} className="flex items-center">
          <Avatar name={ticket.owner?.name} size={22} />
          <span className="sr-only">{ticket.owner?.name}</span>
        </span>
      </div>
      <h1 className="break-words font-semibold text-xl">{ticket.subject}</h1>
    </header>
  )
}
