import { useQuery } from '@tanstack/react-query'
import { Mail, NotebookPen, PhoneIncoming, Plus } from 'lucide-react'
import { lazy, Suspense, useEffect, useLayoutEffect, useRef, useState } from 'react'
import type { Way } from '../../../../shared/api/staff'
import { useText } from '../../../../shared/i18n/language'
import { useCommands } from '../../../../shared/lib/keys'
import { IconButton, Menu, MenuItem } from '../../../../shared/ui/kit'
import { chrome } from '../../app/chrome'
import { newOptionsQuery } from '../../data/creation'
import { useReason } from './ClosedWay'
import { opening, openNewTicket } from './opening'
import { words } from './words'

const NewTicketDialog = lazy(async () => ({ default: (await import('./NewTicketDialog')).NewTicketDialog }))

const WAYS = [
  { way: 'email', key: 'e', hint: 'emailHint', icon: Mail },
  { way: 'enquiry', key: 'i', hint: 'enquiryHint', icon: PhoneIncoming },
  { way: 'internal', key: 'n', hint: 'internalHint', icon: NotebookPen },
] as const

/** The plus: three ways, each with the line that says which one fits, or why it is closed (CW-16). */
export function NewTicketMenu() {
  const text = useText(words)
  const reason = useReason()
  const trigger = useRef<HTMLButtonElement>(null)
  const asked = opening.use(state => state.menu)
  const [open, setOpen] = useState(false)
  useEffect(() => {
    // The navigation is there twice, as a pane and as a drawer; the one that is seen answers the key.
    if (!asked || trigger.current?.offsetParent === null) return
    opening.set({ menu: false })
    setOpen(true)
  }, [asked])
  const choose = (way: Way) => {
    setOpen(false)
    chrome.set({ navigation: false })
    openNewTicket({ way })
  }
  const ways = useQuery({ ...newOptionsQuery, enabled: open }).data?.ways
  useWayKeys(open, choose)
  return (
    <Menu
      open={open}
      onOpenChange={setOpen}
      trigger={
        <IconButton ref={trigger} label={text.newTicket} keys="c">
          <Plus size={16} />
        </IconButton>
      }
    >
      {WAYS.map(({ way, key, hint, icon: Icon }) => {
        const closed = ways?.find(each => each.kind === way && each.open !== true)
        return (
          <MenuItem key={way} keys={key} icon={<Icon size={15} aria-hidden />} onClick={() => choose(way)}>
            <span className="block pt-1 font-medium">{text[way]}</span>
            <span className={`block max-w-72 pb-1 text-xs ${closed ? 'text-bad-fg' : 'text-fg-3'}`}>
              {closed ? reason(closed) : text[hint]}
            </span>
          </MenuItem>
        )
      })}
    </Menu>
  )
}

/** E, I and N choose in the open menu, before its own search by first letters hears of them. */
function useWayKeys(open: boolean, choose: (way: Way) => void) {
  const latest = useRef(choose)
  useLayoutEffect(() => {
    latest.current = choose
  })
  useEffect(() => {
    if (!open) return
    const pressed = (event: KeyboardEvent) => {
      const chosen = WAYS.find(each => each.key === event.key.toLowerCase())
      if (!chosen || event.ctrlKey || event.metaKey || event.altKey) return
      event.preventDefault()
      event.stopPropagation()
      latest.current(chosen.way)
    }
    document.addEventListener('keydown', pressed, { capture: true })
    return () => document.removeEventListener('keydown', pressed, { capture: true })
  }, [open])
}

/** The dialog where it is open, and the commands that open it. Stands once in the shell. */
export function NewTicket() {
  const text = useText(words)
  const beginning = opening.use(state => state.beginning)
  useCommands('app', [
    {
      id: 'new',
      group: text.newTicket,
      label: text.newTicket,
      keys: 'c',
      run: () => opening.set({ menu: true }),
      onlyKeys: true,
    },
    ...WAYS.map(({ way, key }) => ({
      id: `new-${way}`,
      group: text.newTicket,
      label: text[way],
      keys: `c ${key}`,
      run: () => openNewTicket({ way }),
    })),
  ])
  if (!beginning) return null
  return (
    <Suspense>
      <NewTicketDialog key={beginning.draft?.id ?? beginning.way} beginning={beginning} />
    </Suspense>
  )
}
