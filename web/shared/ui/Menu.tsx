import { Menu as Base } from '@base-ui/react/menu'
import { Check } from 'lucide-react'
import type { ReactElement, ReactNode } from 'react'
import { Kbd } from './Kbd'

type MenuProps = {
  trigger: ReactElement
  children: ReactNode
  open?: boolean
  onOpenChange?: (open: boolean) => void
  align?: 'start' | 'end'
}

export function Menu({ trigger, children, open, onOpenChange, align = 'start' }: MenuProps) {
  return (
    <Base.Root open={open} onOpenChange={onOpenChange}>
      <Base.Trigger render={trigger} />
      <Base.Portal>
        <Base.Positioner sideOffset={4} align={align} className="z-50">
          <Base.Popup className="pop max-h-[60vh] min-w-44 overflow-y-auto p-1 outline-none">{children}</Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  )
}

const ITEM =
  'flex min-h-8 cursor-default items-center gap-2 rounded-md px-2 outline-none data-highlighted:bg-hover data-disabled:opacity-50'

type ItemProps = { icon?: ReactNode; keys?: string; disabled?: boolean; onClick: () => void; children: ReactNode }

export function MenuItem({ icon, keys, disabled = false, onClick, children }: ItemProps) {
  return (
    <Base.Item onClick={onClick} disabled={disabled} className={ITEM}>
      {icon}
      <span className="flex-1">{children}</span>
      {keys && <Kbd keys={keys} />}
    </Base.Item>
  )
}

type CheckItemProps = { icon?: ReactNode; checked: boolean; onChange: (checked: boolean) => void; children: ReactNode }

/** An item that is on or off; the menu stays open. */
export function MenuCheckItem({ icon, checked, onChange, children }: CheckItemProps) {
  return (
    <Base.CheckboxItem checked={checked} onCheckedChange={onChange} closeOnClick={false} className={ITEM}>
      {icon}
      <span className="flex-1">{children}</span>
      <Base.CheckboxItemIndicator>
        <Check size={14} className="text-accent-fg" />
      </Base.CheckboxItemIndicator>
    </Base.CheckboxItem>
  )
}

export function MenuGroup({ label, children }: { label: string; children: ReactNode }) {
  return (
    <Base.Group>
      <Base.GroupLabel className="px-2 pt-2 pb-1 font-medium text-fg-3 text-xs">{label}</Base.GroupLabel>
      {children}
    </Base.Group>
  )
}

export const MenuSeparator = () => <Base.Separator className="my-1 h-px bg-line" />
