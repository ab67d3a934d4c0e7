import type { ComponentProps, ReactNode } from 'react'
import { classes } from '../lib/classes'
import { Tip } from './Tip'

const looks = {
  primary: 'bg-accent text-on-accent hover:bg-accent-hover shadow-card',
  outline: 'border border-line bg-surface text-fg hover:bg-hover shadow-card',
  ghost: 'text-fg-2 hover:bg-hover hover:text-fg',
  danger: 'bg-bad-soft text-bad-fg hover:brightness-95',
  note: 'border border-note-line bg-note text-note-fg hover:brightness-97',
} as const

const sizes = { sm: 'h-7 px-2 text-xs', md: 'h-8 px-3', lg: 'h-10 px-4 text-base', icon: 'size-7' } as const

export type ButtonProps = ComponentProps<'button'> & { look?: keyof typeof looks; size?: keyof typeof sizes }

export function Button({ look = 'outline', size = 'md', className, ...rest }: ButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      className={classes(
        'inline-flex shrink-0 select-none items-center justify-center gap-1.5 whitespace-nowrap rounded-md font-medium transition-colors',
        'disabled:pointer-events-none disabled:opacity-50 aria-disabled:opacity-50',
        sizes[size],
        looks[look],
        className,
      )}
    />
  )
}

type IconButtonProps = Omit<ButtonProps, 'children' | 'size'> & {
  label: string
  keys?: string
  side?: 'top' | 'bottom' | 'left' | 'right'
  children: ReactNode
}

/** A button that is only an icon: its name is in the tooltip, and read aloud. */
export function IconButton({ label, keys, side, look = 'ghost', children, ...rest }: IconButtonProps) {
  return (
    <Tip label={label} keys={keys} side={side}>
      <Button look={look} size="icon" aria-label={label} {...rest}>
        {children}
      </Button>
    </Tip>
  )
}
