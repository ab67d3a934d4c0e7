import { Combobox as Base } from '@base-ui/react/combobox'
import { X } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { useText } from '../../../shared/i18n/language'
import { Field } from '../../../shared/ui/kit'
import { words } from './words'

type ChipsFieldProps<Item> = {
  label: string
  help?: ReactNode
  error?: string | undefined
  optional?: boolean
  disabled?: boolean
  value: readonly Item[]
  onChange: (value: Item[]) => void
  items: readonly Item[]
  keyOf: (item: Item) => string
  nameOf: (item: Item) => string
  show?: (item: Item) => ReactNode
  /** Called while somebody types, where the items come from the server. Without it the items given are searched. */
  onSearch?: (typed: string) => void
  /** What somebody typed as items of their own, such as an address; empty for what is none. */
  read?: (typed: string) => Item[]
}

/** Several of many values, each a chip: recipients, watchers, members. Backspace takes the last one away. */
export function ChipsField<Item>(props: ChipsFieldProps<Item>) {
  const { value, onChange, items, keyOf, nameOf, show, onSearch, read, disabled = false, ...field } = props
  const text = useText(words)
  const [typed, setTyped] = useState('')
  const search = (next: string) => {
    setTyped(next)
    onSearch?.(next)
  }
  const choose = (next: Item[]) => {
    onChange([...new Map(next.map(item => [keyOf(item), item])).values()])
    search('')
  }
  const own = read?.(typed.trim()) ?? []
  const commit = () => own.length > 0 && choose([...value, ...own])
  const chosen = new Set(value.map(keyOf))
  const offered = [...own, ...items].filter(item => !chosen.has(keyOf(item)))
  return (
    <Field {...field}>
      {described => (
        <Base.Root
          multiple
          disabled={disabled}
          items={[...new Map(offered.map(item => [keyOf(item), item])).values()]}
          value={[...value]}
          onValueChange={choose}
          inputValue={typed}
          onInputValueChange={search}
          itemToStringLabel={nameOf}
          isItemEqualToValue={(one: Item, other: Item) => keyOf(one) === keyOf(other)}
          autoHighlight
          {...(onSearch && { filter: null })}
        >
          <Base.Chips className="flex min-h-8 w-full flex-wrap items-center gap-1 rounded-md border border-control bg-surface px-1 py-0.5 focus-within:border-accent focus-within:outline-2 focus-within:-outline-offset-1 focus-within:outline-accent">
            {value.map(item => (
              <Base.Chip
                key={keyOf(item)}
                aria-label={nameOf(item)}
                className="inline-flex h-6 max-w-full items-center gap-1 rounded-full bg-accent-soft pl-2.5 text-accent-fg text-xs"
              >
                <span className="truncate">{nameOf(item)}</span>
                <Base.ChipRemove
                  aria-label={text.remove(nameOf(item))}
                  className="inline-flex size-6 items-center justify-center rounded-full"
                >
                  <X size={12} />
                </Base.ChipRemove>
              </Base.Chip>
            ))}
            <Base.Input
              {...described}
              onBlur={commit}
              onKeyDown={event => {
                if ((event.key === ',' || event.key === ';') && own.length > 0) {
                  event.preventDefault()
                  commit()
                }
              }}
              className="h-6 min-w-24 flex-1 bg-transparent px-1.5 text-fg outline-none"
            />
          </Base.Chips>
          <Base.Portal>
            <Base.Positioner sideOffset={4} className="z-50 data-empty:hidden">
              <Base.Popup className="pop max-h-[40vh] w-(--anchor-width) overflow-y-auto p-1 empty:hidden" data-modal>
                <Base.List>
                  {(item: Item) => (
                    <Base.Item
                      key={keyOf(item)}
                      value={item}
                      className="flex min-h-8 cursor-default items-center gap-2 rounded-md px-2 outline-none data-highlighted:bg-hover"
                    >
                      <span className="min-w-0 flex-1 truncate">{show ? show(item) : nameOf(item)}</span>
                    </Base.Item>
                  )}
                </Base.List>
              </Base.Popup>
            </Base.Positioner>
          </Base.Portal>
        </Base.Root>
      )}
    </Field>
  )
}
