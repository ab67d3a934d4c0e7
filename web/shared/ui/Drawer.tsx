import { Dialog as Base } from '@base-ui/react/dialog'
import type { ReactNode } from 'react'

type DrawerProps = { open: boolean; onClose: () => void; label: string; children: ReactNode }

/** A pane that comes in from the left, for the navigation on a phone. */
export function Drawer({ open, onClose, label, children }: DrawerProps) {
  return (
    <Base.Root open={open} onOpenChange={next => !next && onClose()}>
      <Base.Portal>
        <Base.Backdrop className="fixed inset-0 z-30 bg-black/40" />
        <Base.Popup
          data-modal
          aria-label={label}
          className="data-starting-style:-translate-x-full data-ending-style:-translate-x-full fixed inset-y-0 left-0 z-40 flex w-[264px] max-w-[86vw] shadow-pop outline-none transition-transform duration-100"
        >
          {children}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  )
}
