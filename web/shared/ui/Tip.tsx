import { Tooltip } from '@base-ui/react/tooltip'
import type { ReactElement } from 'react'
import { Kbd } from './Kbd'

type TipProps = {
  label: string
  keys?: string | undefined
  side?: 'top' | 'bottom' | 'left' | 'right' | undefined
  children: ReactElement
}

/** A tooltip; its child keeps a name of its own, because a tooltip is not read aloud everywhere. */
export function Tip({ label, keys, side = 'bottom', children }: TipProps) {
  return (
    <Tooltip.Root>
      <Tooltip.Trigger render={children} />
      <Tooltip.Portal>
        <Tooltip.Positioner side={side} sideOffset={6} className="z-50">
          <Tooltip.Popup className="pop !rounded-md flex items-center gap-2 px-2 py-1 text-fg text-xs">
            {label}
            {keys && <Kbd keys={keys} />}
          </Tooltip.Popup>
        </Tooltip.Positioner>
      </Tooltip.Portal>
    </Tooltip.Root>
  )
}
