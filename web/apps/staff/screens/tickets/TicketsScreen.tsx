import { Outlet, useParams } from '@tanstack/react-router'
import { classes } from '../../../../shared/lib/classes'
import { usePreferences } from '../../app/preferences'
import { TicketList } from './TicketList'

/** The list and the ticket beside it; on a phone and in the table form only one of them. */
export function TicketsScreen() {
  const { number } = useParams({ strict: false })
  const table = usePreferences(all => all.form) === 'table' && number === undefined
  return (
    <>
      <div
        className={classes(
          'flex min-h-0 flex-col',
          table ? 'min-w-0 flex-1' : 'w-[384px] shrink-0 max-lg:w-[320px] max-md:w-full',
          number !== undefined && 'max-md:hidden',
        )}
      >
        <TicketList open={number} table={table} />
      </div>
      <div className={classes('flex min-w-0 flex-1', table && 'hidden', number === undefined && 'max-md:hidden')}>
        <Outlet />
      </div>
    </>
  )
}
