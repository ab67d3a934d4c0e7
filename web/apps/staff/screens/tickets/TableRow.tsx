import { age } from '../../../../shared/i18n/formats'
import { useText } from '../../../../shared/i18n/language'
import { classes } from '../../../../shared/lib/classes'
import { Avatar } from '../../../../shared/ui/kit'
import { ChannelMark } from '../../app/Navigation'
import { PriorityIcon } from '../../parts/PriorityIcon'
import { StatusIcon } from '../../parts/StatusIcon'
import { Others, type RowProps, useContactName } from './SplitRow'
import { words } from './words'

const NUMBER = 'w-20 shrink-0'
const CONTACT = 'w-44 shrink-0 max-lg:hidden'
const CHANNEL = 'w-28 shrink-0 max-xl:hidden'
const OWNER = 'w-40 shrink-0 max-lg:hidden'
const AGE = 'w-12 shrink-0 text-right'

/** The names of the columns; the rows themselves are read aloud with them in their cells. */
export function TableHead() {
  const text = useText(words)
  return (
    <div
      aria-hidden
      className="flex h-8 shrink-0 items-center gap-3 border-line border-b bg-canvas pr-4 pl-12 text-fg-3 text-xs"
    >
      <span className={NUMBER}>{text.number}</span>
      <span className="min-w-0 flex-1">{text.subject}</span>
      <span className={CONTACT}>{text.contact}</span>
      <span className={CHANNEL}>{text.channel}</span>
      <span className={OWNER}>{text.owner}</span>
      <span className={AGE}>{text.age}</span>
    </div>
  )
}

/** One line in columns. */
export function TableRow({ row, unread, others }: RowProps) {
  const text = useText(words)
  return (
    // biome-ignore lint/a11y/useSemanticElements: see the grid
    // biome-ignore lint/a11y/useFocusableInteractive: the row has the focus, not its cell
    <div role="gridcell" className="flex min-w-0 flex-1 items-center gap-3 pr-4 pl-4">
      <span className="flex w-5 shrink-0 justify-center">
        <StatusIcon status={row.status} />
      </span>
      <span className={`num text-fg-3 text-xs ${NUMBER}`}>{row.reference}</span>
      <span className="flex min-w-0 flex-1 items-center gap-1.5">
        <span className={classes('truncate', unread && 'font-semibold')}>{row.subject}</span>
        {unread && <span className="sr-only">{text.unread}</span>}
        <PriorityIcon priority={row.priority} />
        <Others agents={others} />
      </span>
      <span className={`truncate text-fg-2 ${CONTACT}`}>{useContactName(row)}</span>
      <span className={`flex items-center gap-1.5 text-fg-2 ${CHANNEL}`}>
        <ChannelMark channel={row.channel.key} />
        <span className="truncate">{row.channel.name}</span>
      </span>
      <span className={`flex items-center gap-1.5 text-fg-2 ${OWNER}`}>
        <Avatar name={row.owner?.name} size={18} />
        <span className="truncate">{row.owner?.name ?? text.noOwner}</span>
      </span>
      <time className={`num text-fg-3 text-xs ${AGE}`} dateTime={row.changed_at}>
        {age(row.changed_at)}
      </time>
    </div>
  )
}
