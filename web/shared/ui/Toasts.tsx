import { Toast } from '@base-ui/react/toast'
import { X } from 'lucide-react'
import type { ReactNode } from 'react'
import { textOf, useText } from '../i18n/language'
import { classes } from '../lib/classes'
import { words } from './words'

const UNDO_MS = 6_000
const MOST_SHOWN = 2
const manager = Toast.createToastManager()

type Notice = {
  title: string
  description?: string
  tone?: 'plain' | 'error'
  /** Offers Undo for six seconds. */
  undo?: () => void
  /** Another offer, with its name. */
  action?: { label: string; run: () => void }
  milliseconds?: number
}

/** Say something at the bottom left, from anywhere. Gives what takes it away. */
export function notify({ title, description, tone = 'plain', undo, action, milliseconds = UNDO_MS }: Notice) {
  const offer = undo ? { label: textOf(words).undo, run: undo } : action
  const id: string = manager.add({
    title,
    description,
    type: tone,
    priority: tone === 'error' ? 'high' : 'low',
    timeout: milliseconds,
    ...(offer && {
      actionProps: {
        children: offer.label,
        onClick: () => {
          manager.close(id)
          offer.run()
        },
      },
    }),
  })
  return () => manager.close(id)
}

export function ToastProvider({ children }: { children: ReactNode }) {
  return (
    <Toast.Provider toastManager={manager} limit={MOST_SHOWN}>
      {children}
      <Toasts />
    </Toast.Provider>
  )
}

function Toasts() {
  const { toasts } = Toast.useToastManager()
  const text = useText(words)
  return (
    <Toast.Portal>
      <Toast.Viewport
        aria-label={text.notices}
        className="fixed bottom-4 left-4 z-50 flex w-[360px] flex-col gap-2 max-sm:right-4 max-sm:w-auto"
      >
        {toasts.map(toast => (
          <Toast.Root
            key={toast.id}
            toast={toast}
            className={classes('pop flex items-center gap-3 px-3 py-2.5', toast.type === 'error' && 'border-bad')}
          >
            <div className="min-w-0 flex-1">
              <Toast.Title className="font-medium text-fg" />
              <Toast.Description className="truncate text-fg-2 text-xs" />
            </div>
            <Toast.Action className="rounded-md px-2 py-1 font-semibold text-accent-fg text-xs hover:bg-hover" />
            <Toast.Close aria-label={text.dismiss} className="rounded-md p-1.5 text-fg-3 hover:bg-hover">
              <X size={14} />
            </Toast.Close>
          </Toast.Root>
        ))}
      </Toast.Viewport>
    </Toast.Portal>
  )
}
