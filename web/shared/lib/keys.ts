import { useEffect, useLayoutEffect, useRef } from 'react'

export const isMac = /Mac|iPhone|iPad/.test(navigator.userAgent)

/** Who answers a key first: a selection before the open ticket, that before the list, that before the app. */
export type Level = 'app' | 'list' | 'ticket' | 'selection'
const ORDER: Level[] = ['selection', 'ticket', 'list', 'app']

/**
 * Something that people can do by a key, from the command palette and from the help of shortcuts.
 *
 * `keys` is one key (`j`, `shift+e`, `mod+k`, `ArrowDown`) or a sequence (`g m`); `mod` is ⌘ on a Mac and Ctrl elsewhere.
 */
export type Command = {
  id: string
  label: string
  group: string
  keys?: string
  /** Other keys that do the same and are not shown. */
  also?: readonly string[]
  run: () => void
  /** Not in the palette: moving the cursor makes no sense there. */
  onlyKeys?: boolean
}

type Registration = { level: Level; commands: () => readonly Command[] }
const registrations = new Set<Registration>()

/** Offer these commands for as long as the component is there. */
export function useCommands(level: Level, commands: readonly Command[]) {
  const latest = useRef(commands)
  useLayoutEffect(() => {
    latest.current = commands
  })
  useEffect(() => {
    const registration = { level, commands: () => latest.current }
    registrations.add(registration)
    return () => {
      registrations.delete(registration)
    }
  }, [level])
}

/** All commands that are offered now, those that answer first standing first. */
export function offeredCommands(): Command[] {
  return ORDER.flatMap(level =>
    [...registrations]
      .filter(registration => registration.level === level)
      .flatMap(registration => registration.commands()),
  )
}

const SEQUENCE_MS = 900
const TYPING = /^(INPUT|TEXTAREA|SELECT)$/
const NOT_TYPED = /^(checkbox|radio|button|submit)$/

/**
 * Listen to the keyboard. `singleKeys` tells whether keys without Ctrl or ⌘ are switched on (WCAG 2.1.4).
 *
 * Keys never fire in inputs, dialogs and menus; Escape and keys with Ctrl or ⌘ do fire in inputs.
 */
export function listenToKeys(singleKeys: () => boolean): () => void {
  let before = ''
  let at = 0
  const pressed = (event: KeyboardEvent) => {
    const key = keyOf(event)
    if (key === null || event.defaultPrevented || !mayFire(event, key)) return
    const isCharacter = event.key.length === 1 && !key.startsWith('mod+')
    if (isCharacter && !singleKeys()) return
    const sequence = before && event.timeStamp - at < SEQUENCE_MS ? `${before} ${key}` : null
    before = isCharacter ? key : ''
    at = event.timeStamp
    const command = (sequence && commandOf(sequence)) || commandOf(key)
    if (!command) return
    event.preventDefault()
    command.run()
  }
  document.addEventListener('keydown', pressed)
  return () => document.removeEventListener('keydown', pressed)
}

const commandOf = (keys: string) =>
  offeredCommands().find(command => command.keys === keys || command.also?.includes(keys))

/** The key as commands name it, or null for one that is not ours. */
function keyOf(event: KeyboardEvent): string | null {
  const mod = isMac ? event.metaKey : event.ctrlKey
  if (event.altKey || (isMac ? event.ctrlKey : event.metaKey)) return null
  if (/^(Shift|Control|Meta|Alt|CapsLock)$/.test(event.key)) return null
  const name = event.key.length === 1 ? event.key.toLowerCase() : event.key
  const shifted = event.shiftKey && (event.key.length > 1 || /[a-z]/.test(name))
  return `${mod ? 'mod+' : ''}${shifted ? 'shift+' : ''}${name}`
}

function mayFire(event: KeyboardEvent, key: string): boolean {
  const target = event.target as HTMLElement
  if (document.querySelector('[data-modal],[role=menu],[role=listbox]')) return false
  const typing =
    target.isContentEditable ||
    (TYPING.test(target.tagName) && !NOT_TYPED.test((target as HTMLInputElement).type ?? ''))
  if (typing) return key === 'Escape' || key.startsWith('mod+')
  // Enter and Space belong to the button or link that has the focus.
  return !(
    (key === 'Enter' || key === ' ') &&
    target.closest('button,a,summary,[role=button],[role=checkbox],[role=switch]')
  )
}

const NAMES: Record<string, string> = {
  mod: isMac ? '⌘' : 'Ctrl',
  shift: '⇧',
  Enter: '↵',
  Escape: 'Esc',
  ArrowDown: '↓',
  ArrowUp: '↑',
  ' ': '␣',
}

/** The keys as they stand on a keyboard: `mod+k` gives Ctrl and K, `g m` gives G and M. */
export const shownKeys = (keys: string): string[] =>
  keys.split(/ |\+/).map(key => NAMES[key] ?? (key.length === 1 ? key.toUpperCase() : key))
