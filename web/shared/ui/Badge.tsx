import { X } from 'lucide-react'
import type { ReactNode } from 'react'
import { classes } from '../lib/classes'

const tones = {
  plain: 'bg-sunken text-fg-2',
  accent: 'bg-accent-soft text-accent-fg',
  ok: 'bg-ok-soft text-ok-fg',
  warn: 'bg-warn-soft text-warn-fg',
  bad: 'bg-bad-soft text-bad-fg',
  note: 'border border-note-line bg-note text-note-fg',
} as const

/** A word or number with a ground. Only problems get a colour that stands out. */
export function Badge({ tone = 'plain', children }: { tone?: keyof typeof tones; children: ReactNode }) {
  return (
    <span
      className={classes(
        'num inline-flex h-5 shrink-0 items-center gap-1 rounded-full px-2 font-medium text-2xs',
        tones[tone],
      )}
    >
      {children}
    </span>
  )
}

type ChipProps = { children: ReactNode; onRemove?: () => void; removeLabel?: string }

/** A value that was chosen and can be taken away again. */
export function Chip({ children, onRemove, removeLabel }: ChipProps) {
  return (
    <span className="inline-flex h-6 items-center gap-1 rounded-full bg-accent-soft pr-1 pl-2.5 text-accent-fg text-xs">
      {children}
      {onRemove && (
        <button
          type="button"
          aria-label={removeLabel}
          className="inline-flex size-6 items-center justify-center"
          onClick={onRemove}
        >
          <X size={12} />
        </button>
      )}
    </span>
  )
}

/** A colour that the desk defined: never an area, never the colour of text. */
export const ColourDot = ({ colour }: { colour: string }) => (
  <span aria-hidden className="size-2.5 shrink-0 rounded-full" style={{ background: colour }} />
)
