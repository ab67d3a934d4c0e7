import { useQuery } from '@tanstack/react-query'
import { Outlet, useNavigate } from '@tanstack/react-router'
import { lazy, Suspense, useEffect } from 'react'
import { useText } from '../../../shared/i18n/language'
import { type Command, listenToKeys, useCommands } from '../../../shared/lib/keys'
import { Drawer } from '../../../shared/ui/kit'
import { sessionQuery } from '../data/session'
import { NewTicket } from '../screens/new-ticket/NewTicket'
import { chrome } from './chrome'
import { followLive } from './live'
import { Navigation } from './Navigation'
import { OfflineBanner } from './OfflineBanner'
import { preferences, toggleTheme } from './preferences'
import { VIEWS } from './views'
import { words } from './words'

// Not needed for the first paint; fetched as soon as there is time, so that they are there when somebody opens them.
const palette = () => import('./CommandPalette')
const help = () => import('./ShortcutHelp')
const ticket = () => import('../screens/ticket/TicketScreen')
const CommandPalette = lazy(palette)
const ShortcutHelp = lazy(help)
const IDLE_MS = 1_500

/** The frame of everything behind the sign-in; when the session ends, nothing of it is left on the screen. */
export function Shell() {
  const me = useQuery(sessionQuery).data
  const navigate = useNavigate()
  useEffect(() => {
    if (me === null) void navigate({ to: '/sign-in', search: { to: location.pathname + location.search } })
  }, [me, navigate])
  return me ? <Frame /> : null
}

function Frame() {
  const text = useText(words)
  const opened = chrome.use(state => state)
  useEffect(followLive, [])
  useEffect(() => listenToKeys(() => preferences().singleKeys), [])
  useEffect(() => {
    const timer = window.setTimeout(
      () => void Promise.all([ticket(), palette(), help()]).catch(() => undefined),
      IDLE_MS,
    )
    return () => window.clearTimeout(timer)
  }, [])
  useAppCommands()
  return (
    <div className="flex h-full flex-col">
      <a
        href="#main"
        className="sr-only focus:not-sr-only focus:absolute focus:z-50 focus:m-2 focus:rounded-md focus:bg-surface focus:p-2 focus:shadow-pop"
      >
        {text.skip}
      </a>
      <OfflineBanner />
      <div className="flex min-h-0 flex-1">
        <div className="w-[232px] shrink-0 max-md:hidden">
          <Navigation />
        </div>
        <Drawer open={opened.navigation} onClose={() => chrome.set({ navigation: false })} label={text.mainNavigation}>
          <Navigation />
        </Drawer>
        <main id="main" tabIndex={-1} className="flex min-w-0 flex-1 outline-none">
          <Outlet />
        </main>
      </div>
      <NewTicket />
      <Suspense>
        {opened.palette && <CommandPalette />}
        {opened.help && <ShortcutHelp />}
      </Suspense>
    </div>
  )
}

function useAppCommands() {
  const text = useText(words)
  const navigate = useNavigate()
  const lists: Command[] = VIEWS.map(view => ({
    id: `go-${view.id}`,
    group: text.goTo,
    label: text[view.word] as string,
    keys: view.keys,
    run: () => void navigate({ to: '/t', search: view.filters }),
  }))
  useCommands('app', [
    ...lists,
    {
      id: 'go-config',
      group: text.goTo,
      label: text.configuration,
      keys: 'g c',
      run: () => void navigate({ to: '/config/{-$section}/{-$id}', params: { section: undefined, id: undefined } }),
    },
    { id: 'go-profile', group: text.goTo, label: text.profile, run: () => void navigate({ to: '/profile' }) },
    {
      id: 'palette',
      group: text.commands,
      label: text.commands,
      keys: 'mod+k',
      onlyKeys: true,
      run: () => chrome.set({ palette: true }),
    },
    { id: 'theme', group: text.display, label: text.toggleTheme, keys: 'mod+.', run: toggleTheme },
    { id: 'help', group: text.display, label: text.shortcuts, keys: '?', run: () => chrome.set({ help: true }) },
  ])
}
