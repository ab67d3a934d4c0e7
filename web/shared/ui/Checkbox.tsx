import { Checkbox as Base } from '@base-ui/react/checkbox'
import { Switch as BaseSwitch } from '@base-ui/react/switch'
import { Check } from 'lucide-react'
import { type ReactNode, useId } from 'react'
import { classes } from '../lib/classes'

type CheckboxProps = {
  checked: boolean
  onChange: (checked: boolean) => void
  label: string
  tabIndex?: number
  className?: string
}

/** A box to tick; `label` is read aloud, not shown. */
export function Checkbox({ checked, onChange, label, tabIndex = 0, className }: CheckboxProps) {
  return (
    <Base.Root
      checked={checked}
      onCheckedChange={onChange}
      onClick={event => event.stopPropagation()}
      aria-label={label}
      tabIndex={tabIndex}
      className={classes(
        'flex size-4 shrink-0 items-center justify-center rounded-sm border border-control bg-surface data-checked:border-accent data-checked:bg-accent',
        className,
      )}
    >
      <Base.Indicator>
        <Check size={12} className="text-on-accent" strokeWidth={3} />
      </Base.Indicator>
    </Base.Root>
  )
}

type SwitchProps = { checked: boolean; onChange: (checked: boolean) => void; label: string; help?: ReactNode }

/** Something that is on or off at once, without saving. */
export function Switch({ checked, onChange, label, help }: SwitchProps) {
  const id = useId()
  return (
    <div className="flex items-start gap-3">
      <BaseSwitch.Root
        checked={checked}
        onCheckedChange={onChange}
        aria-labelledby={id}
        className="mt-0.5 flex h-5 w-9 shrink-0 items-center rounded-full border border-control bg-sunken p-0.5 transition-colors data-checked:border-accent data-checked:bg-accent"
      >
        <BaseSwitch.Thumb className="size-3.5 rounded-full bg-control transition-transform data-checked:translate-x-4 data-checked:bg-on-accent" />
      </BaseSwitch.Root>
      <div>
        <span id={id} className="font-medium">
          {label}
        </span>
        {help && <p className="text-fg-3 text-xs">{help}</p>}
      </div>
    </div>
  )
}
