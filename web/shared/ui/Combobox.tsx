import { Combobox as Base } from '@base-ui/react/combobox'
import { Check, ChevronsUpDown, X } from 'lucide-react'
import type { ReactNode } from 'react'
import { useText } from '../i18n/language'
import { CONTROL, Field } from './Field'
import { words } from './words'

type ComboboxProps<Item> = {
  label: string
  help?: ReactNode
  error?: string
  optional?: boolean
  placeholder?: string
  items: readonly Item[]
  value: Item | null
  onChange: (value: Item | null) => void
  /** What identifies an item. */
  keyOf: (item: Item) => string
  /** What is shown and searched. */
  nameOf: (item: Item) => string
  /** Instead of the name in the list, for example with an avatar. */
  show?: (item: Item) => ReactNode
  /** Called while somebody types, where the items come from the server. Without it the items given are searched. */
  onSearch?: (typed: string) => void
}

/** One of many values, found by typing: an owner, a contact. */
export function Combobox<Item>(props: ComboboxProps<Item>) {
  const { items, value, onChange, keyOf, nameOf, show, onSearch, placeholder, ...field } = props
  const text = useText(words)
  return (
    <Field {...field}>
      {described => (
        <Base.Root
          items={items as Item[]}
          value={value}
          onValueChange={onChange}
          itemToStringLabel={nameOf}
          isItemEqualToValue={(one: Item, other: Item) => keyOf(one) === keyOf(other)}
          {...(onSearch && { filter: null, onInputValueChange: onSearch })}
        >
          <div className="relative">
            <Base.Input {...described} placeholder={placeholder} className={`${CONTROL} h-8 pr-14`} />
            <div className="absolute inset-y-0 right-1 flex items-center text-fg-3">
              <Base.Clear
                aria-label={text.clear}
                className="flex size-6 items-center justify-center rounded-sm hover:bg-hover"
              >
                <X size={13} />
              </Base.Clear>
              <Base.Trigger
                aria-label={field.label}
                className="flex size-6 items-center justify-center rounded-sm hover:bg-hover"
              >
                <ChevronsUpDown size={13} />
              </Base.Trigger>
            </div>
          </div>
          <Base.Portal>
            <Base.Positioner sideOffset={4} className="z-50">
              <Base.Popup className="pop max-h-[40vh] w-(--anchor-width) overflow-y-auto p-1" data-modal>
                <Base.Empty>
                  <p className="px-2 py-3 text-center text-fg-2 empty:hidden">{text.notFound}</p>
                </Base.Empty>
                <Base.List>
                  {(item: Item) => (
                    <Base.Item
                      key={keyOf(item)}
                      value={item}
                      className="flex min-h-8 cursor-default items-center gap-2 rounded-md px-2 outline-none data-highlighted:bg-hover"
                    >
                      <span className="min-w-0 flex-1 truncate">{show ? show(item) : nameOf(item)}</span>
                      <Base.ItemIndicator>
                        <Check size={14} className="text-accent-fg" />
                      </Base.ItemIndicator>
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
