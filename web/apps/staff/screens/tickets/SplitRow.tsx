import type { PresentAgent, TicketRow } from '../../../../shared/api/staff'
import { age } from '../../../../shared/i18n/formats'
import { useText } from '../../../../shared/i18n/language'
import { classes } from '../../../../shared/lib/classes'
import { Avatar } from '../../../../shared/ui/kit'
import { useMe } from '../../data/session'
import { PriorityIcon } from '../../parts/PriorityIcon'
import { StatusIcon } from '../../parts/StatusIcon'
import { words } from './words'

export type RowProps = { row: TicketRow; unread: boolean; others: readonly PresentAgent[] }

/** Two lines: who, which number and how old; what it is about, how urgent and whose. */
export function SplitRow({ row, unread, others }: RowProps) {
  const text = useText(words)
  return (
    // biome-ignore lint/a11y/useSemanticElements: see the grid
    // biome-ignore lint/a11y/useFocusableInteractive: the row has the focus, not its cell
    <div role="gridcell" className="flex min-w-0 flex-1 gap-2.5 py-2.5 pr-3 pl-3.5">
      <span className="flex w-5 shrink-0 justify-center pt-0.5">
        <StatusIcon status={row.status} />
      </span>
      <div className="min-w-0 flex-1">
        <div className="flex items-center gap-1.5">
          <span className={classes('truncate', unread ? 'font-semibold text-fg' : 'text-fg-2')}>
            {useContactName(row)}
          </span>
          {row.contact?.company_name && <span className="truncate text-fg-3 text-xs">{row.contact.company_name}</span>}
          {unread && <span className="sr-only">{text.unread}</span>}
          <span className="flex-1" />
          <span className="num shrink-0 text-fg-3 text-xs">{row.reference}</span>
          <time className="num w-8 shrink-0 text-right text-fg-3 text-xs" dateTime={row.changed_at}>
            {age(row.changed_at)}
          </time>
        </div>
        <div className="mt-1 flex items-center gap-1.5">
          <PriorityIcon priority={row.priority} />
          <span className={classes('min-w-0 flex-1 truncate text-fg', unread && 'font-semibold')}>{row.subject}</span>
          <Others agents={others} />
          <Owner row={row} />
        </div>
      </div>
    </div>
  )
}

/** Whom the ticket is with: a customer, or for an internal one nobody outside. */
export function useContactName(row: TicketRow): string {
  const text = useText(words)
  return row.contact?.name || row.contact?.address || (row.origin === 'internal' ? text.internal : text.noContact)
}

export function Owner({ row }: { row: TicketRow }) {
  const text = useText(words)
  const name = row.owner?.name ?? text.noOwner
  return (
    <span title={name} className="flex shrink-0">
      <Avatar name={row.owner?.name} size={18} />
      <span className="sr-only">{`${text.owner}: ${name}`}</span>
    </span>
  )
}

/** Who else is in the ticket right now. */
export function Others({ agents }: { agents: readonly PresentAgent[] }) {
  const text = useText(words)
  const me = useMe()
  const others = agents.filter(agent => agent.id !== me.id)
  if (others.length === 0) return null
  const names = text.presence(others.map(agent => agent.name).join(', '))
  return (
    <span title={names} className="flex shrink-0 gap-1">
      {others.slice(0, 2).map(agent => (
        <Avatar key={agent.id} name={agent.name} size={18} ring />
      ))}
      <span className="sr-only">{names}</span>
    </span>
  )
}
