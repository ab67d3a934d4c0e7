import { Autocomplete } from '@base-ui/react/autocomplete'
import { Dialog } from '@base-ui/react/dialog'
import { Check, Search } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { useText } from '../../../../shared/i18n/language'
import { Skeleton } from '../../../../shared/ui/kit'
import { words } from './words'

export type Pick = {
  id: string
  name: string
  icon?: ReactNode
  /** In small letters behind the name. */
  detail?: string | undefined
  current?: boolean
  run: () => void
}

type PickDialogProps = {
  title: string
  /** undefined: still loading. */
  picks: readonly Pick[] | undefined
  onClose: () => void
  /** Called while somebody types, where the picks come from the server. Without it those given are searched. */
  onSearch?: (typed: string) => void
  /** What stands there when there is nothing to pick. */
  empty?: string
  icon?: ReactNode
  /** Another question follows in the place of this one, so it is not closed by picking. */
  stay?: boolean
}

/** One of many, found by typing: an owner, a status, a text block. It works the same from a key and from a click. */
export function PickDialog({ title, picks, onClose, onSearch, empty, icon, stay = false }: PickDialogProps) {
  const text = useText(words)
  const [typed, setTyped] = useState('')
  const choose = (pick: Pick): void => {
    if (!stay) onClose()
    // After the dialog has given the focus back.
    window.setTimeout(pick.run, 0)
  }
  return (
    <Dialog.Root open onOpenChange={open => !open && onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="fixed inset-0 z-40 bg-black/25" />
        <Dialog.Popup
          data-modal
          aria-label={title}
          className="pop fixed top-[14vh] left-1/2 z-50 w-[min(520px,92vw)] -translate-x-1/2 overflow-hidden"
        >
          <Autocomplete.Root
            open
            inline
            items={picks ?? []}
            value={typed}
            onValueChange={value => {
              setTyped(value)
              onSearch?.(value)
            }}
            {...(onSearch && { filter: null })}
            autoHighlight="always"
            keepHighlight
            itemToStringValue={(pick: Pick) => pick.name}
          >
            <div className="flex items-center gap-3 border-line border-b px-4">
              <span className="text-fg-3">{icon ?? <Search size={16} aria-hidden />}</span>
              <Autocomplete.Input
                aria-label={title}
                placeholder={title}
                className="h-12 min-w-0 flex-1 bg-transparent text-base outline-none placeholder:text-fg-3"
              />
            </div>
            <Autocomplete.Empty>
              <p className="px-4 py-6 text-center text-fg-2 empty:hidden">
                {picks ? (empty ?? text.nothingFound) : ''}
              </p>
            </Autocomplete.Empty>
            {!picks && <Skeleton className="m-3 h-8" />}
            <Autocomplete.List className="max-h-[46vh] overflow-y-auto p-1.5 empty:hidden">
              {(pick: Pick) => (
                <Autocomplete.Item
                  key={pick.id}
                  value={pick}
                  onClick={() => choose(pick)}
                  className="flex min-h-9 cursor-default items-center gap-2.5 rounded-md px-2.5 data-highlighted:bg-selected"
                >
                  {pick.icon}
                  <span className="truncate">{pick.name}</span>
                  {pick.detail && <span className="truncate text-fg-2 text-xs">{pick.detail}</span>}
                  <span className="flex-1" />
                  {pick.current && <Check size={14} className="text-accent-fg" />}
                </Autocomplete.Item>
              )}
            </Autocomplete.List>
          </Autocomplete.Root>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  )
}
