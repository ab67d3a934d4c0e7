import { useQuery } from '@tanstack/react-query'
import { useVirtualizer } from '@tanstack/react-virtual'
import { type RefObject, useEffect, useMemo, useRef } from 'react'
import type { TicketRow } from '../../../../shared/api/staff'
import { useText } from '../../../../shared/i18n/language'
import { classes } from '../../../../shared/lib/classes'
import type { Filters } from '../../data/tickets'
import { presenceQuery, unreadQuery } from '../../data/tickets'
import { cursor } from './cursor'
import { SplitRow } from './SplitRow'
import { TableHead, TableRow } from './TableRow'
import { words } from './words'

const ROW_HEIGHT = { split: 68, table: 36 } as const
/** How many rows before the last one the next page is asked for. */
const AHEAD = 30
/** The presence of so many rows is asked for at once; the server takes no more than 200 numbers. */
const BLOCK = 50

type TicketGridProps = {
  rows: readonly TicketRow[]
  more: () => void
  complete: boolean
  open: number | undefined
  show: (number: number) => void
  table: boolean
  filters: Filters
}

/** The rows that are in sight, of lists of any length. One row is in the tab order: that of the cursor. */
export function TicketGrid({ rows, more, complete, open, show, table, filters }: TicketGridProps) {
  const text = useText(words)
  const scroller = useRef<HTMLDivElement>(null)
  const height = table ? ROW_HEIGHT.table : ROW_HEIGHT.split
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => height,
    overscan: 8,
    getItemKey: index => rows[index]?.number ?? index,
  })
  // biome-ignore lint/correctness/useExhaustiveDependencies: measured anew when the form changes
  useEffect(() => {
    virtual.measure()
  }, [height, virtual])
  // biome-ignore lint/correctness/useExhaustiveDependencies: another list begins at its top
  useEffect(() => {
    if (scroller.current) scroller.current.scrollTop = 0
  }, [filters.list, filters.prefilter, filters.channel, filters.q])
  const shown = virtual.getVirtualItems()
  const last = shown.at(-1)?.index ?? 0
  useEffect(() => {
    if (last >= rows.length - AHEAD) more()
  }, [last, rows.length, more])
  const at = useCursor(rows, virtual.scrollToIndex, scroller)
  const unread = useQuery(unreadQuery).data
  const presence = usePresence(rows, shown[0]?.index ?? 0, last)
  return (
    <>
      {table && <TableHead />}
      <div ref={scroller} className="min-h-0 flex-1 overflow-y-auto overflow-x-hidden [contain:strict]" tabIndex={-1}>
        {/* biome-ignore lint/a11y/useSemanticElements: a table cannot have rows that are placed by hand */}
        <div
          role="grid"
          aria-label={text.tickets}
          aria-rowcount={complete ? rows.length : -1}
          className="relative"
          style={{ height: virtual.getTotalSize() }}
        >
          {shown.map(item => {
            const row = rows[item.index]
            if (!row) return null
            const parts = { row, unread: unread?.has(row.number) ?? false, others: presence?.get(row.number) ?? [] }
            return (
              // biome-ignore lint/a11y/useKeyWithClickEvents: Enter is a command of the list
              // biome-ignore lint/a11y/useSemanticElements: as above
              <div
                key={item.key}
                role="row"
                aria-rowindex={item.index + 1}
                aria-current={row.number === open ? 'true' : undefined}
                data-number={row.number}
                tabIndex={item.index === Math.max(0, at) ? 0 : -1}
                onClick={() => show(row.number)}
                onFocus={() => cursor.set({ number: row.number })}
                className={classes(
                  'focus-visible:-outline-offset-2 absolute inset-x-0 flex cursor-default border-line border-b',
                  row.number === open ? 'bg-selected' : item.index === at ? 'bg-hover' : 'hover:bg-hover',
                )}
                style={{ height: item.size, transform: `translateY(${item.start}px)` }}
              >
                {row.marker && <Marker name={row.marker.name} colour={row.marker.colour} />}
                {table ? <TableRow {...parts} /> : <SplitRow {...parts} />}
              </div>
            )
          })}
        </div>
      </div>
    </>
  )
}

const Marker = ({ name, colour }: { name: string; colour: string }) => (
  <span title={name} className="absolute inset-y-1.5 left-0 w-[3px] rounded-r-full" style={{ background: colour }} />
)

/** Where the cursor stands, -1 for nowhere in these rows; when it moves by key, its row comes into sight and gets the focus. */
function useCursor(
  rows: readonly TicketRow[],
  scrollToIndex: (index: number, options: { align: 'auto' }) => void,
  scroller: RefObject<HTMLDivElement | null>,
): number {
  const number = cursor.use(state => state.number)
  const at = rows.findIndex(row => row.number === number)
  const moved = useRef(number)
  useEffect(() => {
    if (number === null || number === moved.current || at < 0) return
    moved.current = number
    scrollToIndex(at, { align: 'auto' })
    const active = document.activeElement
    if (active && active !== document.body && !scroller.current?.contains(active)) return
    requestAnimationFrame(() => {
      scroller.current?.querySelector<HTMLElement>(`[data-number="${number}"]`)?.focus({ preventScroll: true })
    })
  }, [number, at, scrollToIndex, scroller])
  return at
}

/** Who is in the tickets in sight; asked for in whole blocks, so that scrolling does not ask for every row. */
function usePresence(rows: readonly TicketRow[], first: number, last: number) {
  const from = Math.floor(first / BLOCK) * BLOCK
  const until = Math.min(from + 4 * BLOCK, Math.ceil((last + 1) / BLOCK) * BLOCK)
  const numbers = useMemo(
    () =>
      rows
        .slice(from, until)
        .map(row => row.number)
        .sort((a, b) => a - b),
    [rows, from, until],
  )
  return useQuery(presenceQuery(numbers)).data
}
