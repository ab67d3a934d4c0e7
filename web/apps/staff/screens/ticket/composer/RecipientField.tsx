import { Combobox } from '@base-ui/react/combobox'
import { useQuery } from '@tanstack/react-query'
import { X } from 'lucide-react'
import { type ClipboardEvent, type KeyboardEvent, type Ref, useDeferredValue, useId, useRef, useState } from 'react'
import type { BeginningMailbox } from '../../../../../shared/api/staff'
import { useText } from '../../../../../shared/i18n/language'
import { contactSearch } from '../../../data/writing'
import { joined, mailboxesOf, mailboxOf, sameMailbox } from './addresses'
import { words } from './words'

type RecipientFieldProps = {
  label: string
  mailboxes: readonly BeginningMailbox[]
  onChange: (mailboxes: BeginningMailbox[]) => void
  inputRef?: Ref<HTMLInputElement>
}

/** To whom a mail goes: contacts found while one types, or any address. */
export function RecipientField({ label, mailboxes, onChange, inputRef }: RecipientFieldProps) {
  const text = useText(words)
  const [typed, setTyped] = useState('')
  const id = useId()
  const suggestions = useSuggestions(typed)
  const wrong = typed.trim() !== ''
  const take = (given: string) => {
    const { found, rest } = mailboxesOf(given)
    if (found.length > 0) onChange(joined(mailboxes, found))
    setTyped(rest)
    return found.length > 0
  }
  // Suggestions that come from the server after the key was pressed are not highlighted by themselves.
  const highlighted = useRef(false)
  const pressed = (event: KeyboardEvent) => {
    const [first] = suggestions
    if (event.key === 'Enter' && !event.ctrlKey && !event.metaKey && first && !highlighted.current) {
      event.preventDefault()
      onChange(joined(mailboxes, [first]))
      setTyped('')
      return
    }
    const ends = event.key === ',' || event.key === ';' || (event.key === 'Enter' && (event.ctrlKey || event.metaKey))
    if (ends && take(typed) && event.key !== 'Enter') event.preventDefault()
  }
  const pasted = (event: ClipboardEvent) => {
    if (take(`${typed}${event.clipboardData.getData('text')}`)) event.preventDefault()
  }
  return (
    <Combobox.Root
      multiple
      items={suggestions}
      filter={null}
      value={[...mailboxes]}
      onValueChange={(value: BeginningMailbox[]) => {
        onChange(joined([], value))
        setTyped('')
      }}
      inputValue={typed}
      onInputValueChange={setTyped}
      isItemEqualToValue={sameMailbox}
      itemToStringLabel={(each: BeginningMailbox) => each.address}
      autoHighlight
      onItemHighlighted={item => {
        highlighted.current = item !== undefined
      }}
    >
      <Combobox.Chips className="flex min-h-7 flex-1 flex-wrap items-center gap-1">
        {mailboxes.map(each => (
          <Recipient key={each.address} mailbox={each} />
        ))}
        <label htmlFor={id} className="sr-only">
          {label}
        </label>
        <Combobox.Input
          ref={inputRef}
          id={id}
          aria-invalid={wrong && suggestions.length === 0 ? true : undefined}
          onKeyDown={pressed}
          onPaste={pasted}
          onBlur={() => take(typed)}
          className="h-6 min-w-16 flex-1 bg-transparent text-fg outline-none aria-invalid:text-bad-fg"
        />
      </Combobox.Chips>
      <Combobox.Portal>
        <Combobox.Positioner sideOffset={4} align="start" className="z-50">
          <Combobox.Popup className="pop max-h-[40vh] w-[min(420px,90vw)] overflow-y-auto p-1 empty:hidden" data-modal>
            <Combobox.Empty>
              <p className="px-2 py-2 text-fg-2 empty:hidden">{wrong ? text.noMatch : ''}</p>
            </Combobox.Empty>
            <Combobox.List>
              {(each: BeginningMailbox) => (
                <Combobox.Item
                  key={each.address}
                  value={each}
                  className="flex min-h-8 cursor-default items-center gap-2 rounded-md px-2 outline-none data-highlighted:bg-hover"
                >
                  <span className="truncate">{each.name || each.address}</span>
                  {each.name && <span className="truncate text-fg-3 text-xs">{each.address}</span>}
                </Combobox.Item>
              )}
            </Combobox.List>
          </Combobox.Popup>
        </Combobox.Positioner>
      </Combobox.Portal>
    </Combobox.Root>
  )
}

function Recipient({ mailbox }: { mailbox: BeginningMailbox }) {
  const text = useText(words)
  const name = mailbox.name || mailbox.address
  return (
    <Combobox.Chip
      title={mailbox.address}
      aria-label={mailbox.name ? `${mailbox.name} ${mailbox.address}` : mailbox.address}
      className="inline-flex h-6 max-w-full items-center rounded-full bg-sunken pl-2.5 text-fg text-xs outline-none focus:outline-2 focus:outline-accent"
    >
      <span className="truncate">{name}</span>
      <Combobox.ChipRemove
        aria-label={text.remove(name)}
        className="inline-flex size-6 shrink-0 items-center justify-center rounded-full text-fg-3 hover:text-fg"
      >
        <X size={12} />
      </Combobox.ChipRemove>
    </Combobox.Chip>
  )
}

/** Addresses of contacts that are meant by what is typed, and the address itself if it is one. */
function useSuggestions(typed: string): BeginningMailbox[] {
  const contacts = useQuery(contactSearch(useDeferredValue(typed.trim()))).data ?? []
  const known = contacts.flatMap(contact => contact.addresses.map(address => ({ name: contact.name, address })))
  const own = mailboxOf(typed)
  return typed.trim() === '' ? [] : joined(known, own ? [own] : [])
}
