import { useQuery } from '@tanstack/react-query'
import { Link, useRouterState } from '@tanstack/react-router'
import { Search } from 'lucide-react'
import type { ReactNode } from 'react'
import { count } from '../../../shared/i18n/formats'
import { useText } from '../../../shared/i18n/language'
import { classes } from '../../../shared/lib/classes'
import { Button, Kbd, Skeleton } from '../../../shared/ui/kit'
import { countersQuery, type Filters } from '../data/tickets'
import { ConfigLink } from '../screens/config/ConfigLink'
import { HelpNavLink } from '../screens/help/HelpNavLink'
import { NewTicketMenu } from '../screens/new-ticket/NewTicket'
import { AccountBar } from './AccountBar'
import { chrome } from './chrome'
import { useConnection } from './live'
import { VIEWS, viewOf } from './views'
import { words } from './words'

const ROW = 'flex h-7 items-center gap-2 rounded-md px-2 text-fg-2 hover:bg-hover hover:text-fg'
export const closeNavigation = () => chrome.set({ navigation: false })

/** The pane on the left: lists with their live counters, channels, and the account. */
export function Navigation() {
  const text = useText(words)
  return (
    <nav aria-label={text.mainNavigation} className="flex h-full w-full flex-col border-line border-r bg-sunken">
      <Brand />
      <div className="px-3 pb-3">
        <Button
          className="!font-normal w-full text-fg-2"
          onClick={() => chrome.set({ palette: true, navigation: false })}
        >
          <Search size={14} aria-hidden />
          <span className="flex-1 truncate text-left">{text.search}</span>
          <Kbd keys="mod+k" />
        </Button>
      </div>
      <div className="min-h-0 flex-1 overflow-y-auto px-2 pb-3">
        <Lists />
      </div>
      <ConfigLink />
      <HelpNavLink />
      <AccountBar />
    </nav>
  )
}

function Brand() {
  const text = useText(words)
  const connected = useConnection() !== 'off'
  const state = connected ? text.liveOn : text.liveOff
  return (
    <div className="flex h-12 shrink-0 items-center gap-2 px-3">
      <img src="/icon.svg" alt="" width="22" height="22" />
      <span className="flex-1 font-semibold">Deskstream</span>
      <NewTicketMenu />
      <span
        role="status"
        title={state}
        className={classes('size-2 rounded-full', connected ? 'bg-ok' : 'animate-pulse bg-warn')}
      >
        <span className="sr-only">{state}</span>
      </span>
    </div>
  )
}

function Lists() {
  const text = useText(words)
  const counters = useQuery(countersQuery).data
  const shown = useFilters()
  const here = shown && (shown.channel?.length === 1 && !shown.prefilter ? undefined : viewOf(shown))
  return (
    <>
      <ul className="flex flex-col gap-px">
        {VIEWS.map(view => (
          <ListLink
            key={view.id}
            filters={view.filters}
            current={here?.id === view.id}
            count={counters && view.count(counters)}
          >
            <view.icon size={15} aria-hidden className={here?.id === view.id ? 'text-accent-fg' : ''} />
            <span className="flex-1 truncate">{text[view.word] as string}</span>
          </ListLink>
        ))}
      </ul>
      {counters && counters.channels.length > 0 && (
        <>
          <h2 className="mt-4 mb-1 px-2 font-medium text-fg-3 text-xs">{text.channels}</h2>
          <ul className="flex flex-col gap-px">
            {counters.channels.map(channel => (
              <ListLink
                key={channel.channel}
                filters={{ list: 'overview', category: 'open', channel: [channel.channel] }}
                current={shown?.channel?.length === 1 && shown.channel[0] === channel.channel && !shown.prefilter}
                count={channel.open}
              >
                <ChannelMark channel={channel.channel} />
                <span className="flex-1 truncate">{channel.name}</span>
              </ListLink>
            ))}
          </ul>
        </>
      )}
    </>
  )
}

type ListLinkProps = { filters: Filters; current: boolean; count: number | undefined; children: ReactNode }

function ListLink({ filters, current, count: length, children }: ListLinkProps) {
  return (
    <li>
      <Link
        to="/t"
        search={filters}
        onClick={closeNavigation}
        activeOptions={{ exact: true }}
        aria-current={current ? 'page' : undefined}
        className={classes(ROW, current && 'bg-selected font-medium !text-fg')}
      >
        {children}
        {length === undefined ? (
          <Skeleton className="h-3 w-6" />
        ) : (
          <span className="num font-normal text-fg-3 text-xs">{count(length)}</span>
        )}
      </Link>
    </li>
  )
}

/** The filters of the list that is open; undefined on every other screen. */
function useFilters(): Filters | undefined {
  return useRouterState({
    select: state => (/^\/t(\/|$)/.test(state.location.pathname) ? (state.location.search as Filters) : undefined),
  })
}

const CHANNEL_HUES = [272, 152, 25, 75, 320, 200]

/** A small square in a colour that follows from the channel's key. */
export function ChannelMark({ channel }: { channel: string }) {
  const sum = [...channel].reduce((total, letter) => total + letter.charCodeAt(0), 0)
  return (
    <span
      aria-hidden
      className="mx-[3.5px] size-2 shrink-0 rounded-[2px]"
      style={{ background: `oklch(0.62 0.15 ${CHANNEL_HUES[sum % CHANNEL_HUES.length]})` }}
    />
  )
}
