import { Link } from '@tanstack/react-router'
import { useText } from '../../../shared/i18n/language'
import { type Command, offeredCommands } from '../../../shared/lib/keys'
import { Dialog, Kbd } from '../../../shared/ui/kit'
import { words as helpWords } from '../screens/help/words'
import { chrome } from './chrome'
import { usePreferences } from './preferences'
import { words } from './words'

/** All keys that work on this screen, by what they are for. */
export default function ShortcutHelp() {
  const open = chrome.use(state => state.help)
  const text = useText(words)
  const help = useText(helpWords)
  const singleKeys = usePreferences(all => all.singleKeys)
  return (
    <Dialog open={open} onClose={() => chrome.set({ help: false })} title={text.shortcuts} width="wide">
      {!singleKeys && <p className="mb-3 rounded-md bg-warn-soft px-3 py-2 text-warn-fg">{text.keyboardOff}</p>}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: nothing in it takes the focus, and it must be scrolled by keys */}
      <section aria-label={text.shortcuts} tabIndex={0} className="columns-2 gap-10 max-sm:columns-1">
        {open && groups().map(group => <Group key={group[0]} group={group} />)}
      </section>
      <Link
        to="/help/{-$topic}"
        params={{ topic: undefined }}
        onClick={() => chrome.set({ help: false })}
        className="text-accent-fg underline underline-offset-2"
      >
        {help.allPages}
      </Link>
    </Dialog>
  )
}

function Group({ group: [name, commands] }: { group: [string, Command[]] }) {
  return (
    <section className="mb-4 break-inside-avoid">
      <h3 className="mb-1 font-semibold text-fg-2 text-xs">{name}</h3>
      <dl>
        {commands.map(command => (
          <div key={command.id} className="flex min-h-7 items-center gap-3">
            <dt className="flex-1">{command.label}</dt>
            <dd>
              <span className="sr-only">{command.keys}</span>
              <Kbd keys={command.keys ?? ''} />
            </dd>
          </div>
        ))}
      </dl>
    </section>
  )
}

function groups(): [string, Command[]][] {
  const found = new Map<string, Command[]>()
  for (const command of offeredCommands()) {
    if (command.keys) found.set(command.group, [...(found.get(command.group) ?? []), command])
  }
  return [...found]
}
