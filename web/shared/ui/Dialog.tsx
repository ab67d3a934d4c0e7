import { Dialog as Base } from '@base-ui/react/dialog'
import { X } from 'lucide-react'
import { type ReactNode, useRef } from 'react'
import { useText } from '../i18n/language'
import { classes } from '../lib/classes'
import { Button } from './Button'
import { words } from './words'

type DialogProps = {
  open: boolean
  onClose: () => void
  title: string
  children: ReactNode
  /** The row of buttons below. */
  actions?: ReactNode
  width?: 'narrow' | 'wide'
  /** A link to its help page, beside the button that closes it. */
  help?: ReactNode
  /** What gets the focus when it opens; without it the first button does. */
  beginAt?: () => HTMLElement | null | undefined
}

const BACKDROP =
  'fixed inset-0 z-40 bg-black/30 transition-opacity data-ending-style:opacity-0 data-starting-style:opacity-0'

/** A dialog over everything; `data-modal` tells the shortcuts to be silent meanwhile. */
export function Dialog({ open, onClose, title, children, actions, width = 'narrow', help, beginAt }: DialogProps) {
  const text = useText(words)
  const closing = useRef<HTMLButtonElement>(null)
  // The link to the help stands before the button, and must not take the focus from it.
  const first = () => beginAt?.() ?? closing.current ?? true
  return (
    <Base.Root open={open} onOpenChange={next => !next && onClose()}>
      <Base.Portal>
        <Base.Backdrop className={BACKDROP} />
        <Base.Popup
          data-modal
          {...((beginAt || help) && { initialFocus: help ? first : () => beginAt?.() ?? true })}
          className={classes(
            'pop fixed top-[10vh] left-1/2 z-50 flex max-h-[80vh] -translate-x-1/2 flex-col',
            width === 'wide' ? 'w-[min(760px,94vw)]' : 'w-[min(460px,94vw)]',
          )}
        >
          <div className="flex items-center gap-2 py-3 pr-3 pl-5">
            <Base.Title className="flex-1 font-semibold text-lg">{title}</Base.Title>
            {help}
            <Base.Close ref={closing} render={<Button look="ghost" size="icon" aria-label={text.close} />}>
              <X size={16} />
            </Base.Close>
          </div>
          <div className="min-h-0 flex-1 overflow-y-auto px-5 pb-5">{children}</div>
          {actions && <div className="flex justify-end gap-2 border-line border-t px-5 py-3">{actions}</div>}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  )
}

type ConfirmProps = {
  open: boolean
  onClose: () => void
  title: string
  text: string
  action: string
  onConfirm: () => void
}

/** Only for what cannot be undone: everything else happens at once and offers Undo. */
export function Confirm({ open, onClose, title, text, action, onConfirm }: ConfirmProps) {
  const own = useText(words)
  const confirm = () => {
    onClose()
    onConfirm()
  }
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title={title}
      actions={
        <>
          <Button onClick={onClose}>{own.cancel}</Button>
          <Button look="danger" onClick={confirm}>
            {action}
          </Button>
        </>
      }
    >
      <p className="text-fg-2">{text}</p>
    </Dialog>
  )
}
