import { Autocomplete } from '@base-ui/react/autocomplete'
import { Dialog } from '@base-ui/react/dialog'
import { useNavigate } from '@tanstack/react-router'
import { Search } from 'lucide-react'
import { useState } from 'react'
import { useLanguage, useText } from '../../../shared/i18n/language'
import { type Command, offeredCommands } from '../../../shared/lib/keys'
import { Kbd } from '../../../shared/ui/kit'
import { titlesOf } from '../screens/help/titles'
import { words as helpWords } from '../screens/help/words'
import { chrome } from './chrome'
import { words } from './words'

const TICKET_NUMBER = /^(?:#|[a-z]{2,6}-)?(\d{1,12})$/i

type Group = { value: string; items: Command[] }

/** Everything that can be done here, found by typing: commands of the screen, lists, a ticket's number. */
export default function CommandPalette() {
  const open = chrome.use(state => state.palette)
  const text = useText(words)
  return (
    <Dialog.Root open={open} onOpenChange={next => chrome.set({ palette: next })}>
      <Dialog.Portal>
        <Dialog.Backdrop className="fixed inset-0 z-40 bg-black/25" />
        <Dialog.Popup
          data-modal
          aria-label={text.commands}
          className="pop fixed top-[14vh] left-1/2 z-50 w-[min(600px,92vw)] -translate-x-1/2 overflow-hidden"
        >
          <Palette />
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  )
}

function Palette() {
  const text = useText(words)
  const navigate = useNavigate()
  const [typed, setTyped] = useState('')
  // What was offered when the palette opened: opening it takes the focus from the screen, not its commands.
  const [commands] = useState(() => offeredCommands().filter(command => !command.onlyKeys))
  const number = TICKET_NUMBER.exec(typed.trim())?.[1]
  const help = useText(helpWords).help
  const pages = titlesOf(useLanguage()).map(({ topic, title }) => ({
    id: `help-${topic}`,
    group: help,
    label: `${help}: ${title}`,
    run: () => void navigate({ to: '/help/{-$topic}', params: { topic } }),
  }))
  const groups = grouped([...commands, ...pages])
  if (number) {
    const open = () =>
      void navigate({ to: '/t/$number', params: { number: Number(number) }, search: { list: 'overview' } })
    groups.unshift({
      value: text.goTo,
      items: [{ id: 'number', group: text.goTo, label: text.openTicket(number), run: open }],
    })
  }
  const run = (command: Command) => {
    chrome.set({ palette: false })
    // After the palette has given the focus back: a command may want to put it somewhere.
    window.setTimeout(command.run, 0)
  }
  return (
    <Autocomplete.Root
      open
      inline
      items={groups}
      value={typed}
      onValueChange={setTyped}
      autoHighlight="always"
      keepHighlight
      itemToStringValue={(command: Command) => `${command.label} ${command.id === 'number' ? typed : ''}`}
    >
      <div className="flex items-center gap-3 border-line border-b px-4">
        <Search size={16} className="text-fg-3" aria-hidden />
        <Autocomplete.Input
          aria-label={text.commandPlaceholder}
          placeholder={text.commandPlaceholder}
          className="h-12 flex-1 bg-transparent text-base outline-none placeholder:text-fg-3"
        />
        <Kbd keys="Escape" />
      </div>
      <Autocomplete.Empty>
        <p className="px-4 py-6 text-center text-fg-2 empty:hidden">{text.nothingFound}</p>
      </Autocomplete.Empty>
      <Autocomplete.List className="max-h-[46vh] overflow-y-auto p-1.5">
        {(group: Group) => (
          <Autocomplete.Group key={group.value} items={group.items}>
            <Autocomplete.GroupLabel className="px-2.5 pt-2 pb-1 font-medium text-fg-3 text-xs">
              {group.value}
            </Autocomplete.GroupLabel>
            <Autocomplete.Collection>
              {(command: Command) => (
                <Autocomplete.Item
                  key={command.id}
                  value={command}
                  onClick={() => run(command)}
                  className="flex h-9 cursor-default items-center gap-2 rounded-md px-2.5 data-highlighted:bg-selected"
                >
                  <span className="flex-1 truncate">{command.label}</span>
                  {command.keys && <Kbd keys={command.keys} />}
                </Autocomplete.Item>
              )}
            </Autocomplete.Collection>
          </Autocomplete.Group>
        )}
      </Autocomplete.List>
    </Autocomplete.Root>
  )
}

function grouped(commands: readonly Command[]): Group[] {
  const groups = new Map<string, Command[]>()
  for (const command of commands) groups.set(command.group, [...(groups.get(command.group) ?? []), command])
  return [...groups].map(([value, items]) => ({ value, items }))
}
