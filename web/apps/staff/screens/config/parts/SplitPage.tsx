import { Link } from '@tanstack/react-router'
import { ChevronLeft, MousePointerClick, Plus } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { useText } from '../../../../../shared/i18n/language'
import { classes } from '../../../../../shared/lib/classes'
import { EmptyState, ErrorState, Skeleton } from '../../../../../shared/ui/kit'
import { HelpLink } from '../../help/HelpLink'
import { helpOf } from '../helpOf'
import { useIsKept } from './kept'
import { words } from './words'

export type Row = { id: string; name: string; sub?: ReactNode; mark?: ReactNode; faded?: boolean }

type SplitPageProps = {
  /** The section's part of the address. */
  section: string
  title: string
  hint: string
  /** Undefined while they load. */
  rows: readonly Row[] | undefined
  error: unknown
  onRetry: () => void
  selected: string | undefined
  /** Its name, where somebody may add one. */
  add?: string | undefined
  /** What narrows the list, above it. */
  above?: ReactNode
  /** What is below the list, such as the way to further rows. */
  below?: ReactNode
  children: ReactNode
}

const MANY = 8

/** A list on the left, the form of what is chosen on the right; on a phone one of them. */
export function SplitPage(props: SplitPageProps) {
  const { section, title, hint, rows, error, onRetry, selected, add, above, below, children } = props
  const text = useText(words)
  const [sought, setSought] = useState('')
  const found = rows?.filter(row => row.name.toLowerCase().includes(sought.trim().toLowerCase()))
  return (
    <>
      <section
        aria-label={title}
        className={classes(
          'flex min-h-0 w-[280px] shrink-0 flex-col border-line border-r bg-surface max-md:w-full',
          selected !== undefined && 'max-md:hidden',
        )}
      >
        <div className="px-4 pt-4 pb-3">
          <div className="flex min-h-7 items-center gap-2">
            <h1 className="flex-1 font-semibold text-lg">{title}</h1>
            <HelpLink topic={helpOf(section)} />
            {add && (
              <Link
                to="/config/{-$section}/{-$id}"
                params={{ section, id: 'new' }}
                className="inline-flex h-7 items-center gap-1 rounded-md border border-line px-2 font-medium text-xs shadow-card hover:bg-hover"
              >
                <Plus size={13} aria-hidden />
                {add}
              </Link>
            )}
          </div>
          <p className="mt-1 text-fg-2">{hint}</p>
          {above && <div className="mt-3">{above}</div>}
          {rows && rows.length > MANY && (
            <input
              type="search"
              value={sought}
              onChange={event => setSought(event.target.value)}
              aria-label={text.narrow}
              placeholder={text.narrow}
              className="mt-3 h-8 w-full rounded-md border border-control bg-surface px-2.5 placeholder:text-fg-3"
            />
          )}
        </div>
        <div className="min-h-0 flex-1 overflow-y-auto px-2 pb-3">
          {error ? (
            <ErrorState error={error} onRetry={onRetry} />
          ) : found ? (
            <ul className="flex flex-col gap-px">
              {found.map(row => (
                <RowLink key={row.id} section={section} row={row} current={row.id === selected} />
              ))}
            </ul>
          ) : (
            <LoadingRows />
          )}
          {found?.length === 0 && <p className="px-2 py-6 text-center text-fg-2">{text.nothingHere}</p>}
          {below}
        </div>
      </section>
      <div className={classes('flex min-h-0 min-w-0 flex-1 flex-col', selected === undefined && 'max-md:hidden')}>
        {selected !== undefined && (
          <h1 className="shrink-0 border-line border-b md:hidden">
            <Link
              to="/config/{-$section}/{-$id}"
              params={{ section, id: undefined }}
              className="flex h-10 items-center gap-1 px-3 text-fg-2"
            >
              <ChevronLeft size={16} aria-hidden />
              {title}
            </Link>
          </h1>
        )}
        {selected === undefined ? (
          <EmptyState
            icon={<MousePointerClick size={28} aria-hidden />}
            title={rows?.length === 0 ? text.nothingHere : text.chooseOne}
            text={rows?.length === 0 ? add && text.addFirst : text.chooseText}
          />
        ) : (
          children
        )}
      </div>
    </>
  )
}

function RowLink({ section, row, current }: { section: string; row: Row; current: boolean }) {
  const text = useText(words)
  const unsaved = useIsKept(`${section}/${row.id}`)
  return (
    <li>
      <Link
        to="/config/{-$section}/{-$id}"
        params={{ section, id: row.id }}
        aria-current={current ? 'page' : undefined}
        className={classes(
          'flex min-h-9 items-center gap-2 rounded-md px-2 py-1.5',
          current ? 'bg-selected' : 'hover:bg-hover',
        )}
      >
        {row.mark}
        <span className="min-w-0 flex-1">
          <span className={classes('block truncate', row.faded ? 'text-fg-3' : 'font-medium')}>{row.name}</span>
          {row.sub && <span className="block truncate text-fg-3 text-xs">{row.sub}</span>}
        </span>
        {unsaved && (
          <span className="size-2 rounded-full bg-warn" title={text.unsaved}>
            <span className="sr-only">{text.unsaved}</span>
          </span>
        )}
      </Link>
    </li>
  )
}

const LoadingRows = () => (
  <div className="flex flex-col gap-2 px-2 pt-1">
    {[0, 1, 2, 3, 4].map(row => (
      <Skeleton key={row} className="h-8 w-full" />
    ))}
  </div>
)
