import { Tabs as Base } from '@base-ui/react/tabs'
import type { ReactNode } from 'react'
import { Badge } from './Badge'

export type Tab = { id: string; label: string; count?: number | string | undefined; panel: ReactNode }

type TabsProps = { label: string; tabs: readonly Tab[]; selected: string; onSelect: (id: string) => void }

/** Tabs with a line below the selected one; on a phone they scroll sideways. */
export function Tabs({ label, tabs, selected, onSelect }: TabsProps) {
  return (
    <Base.Root value={selected} onValueChange={onSelect} className="flex min-h-0 flex-1 flex-col">
      <Base.List aria-label={label} className="flex shrink-0 gap-4 overflow-x-auto border-line border-b px-4">
        {tabs.map(tab => (
          <Base.Tab
            key={tab.id}
            value={tab.id}
            className="flex h-9 shrink-0 items-center gap-1.5 border-transparent border-b-2 text-fg-2 hover:text-fg data-active:border-accent data-active:font-medium data-active:text-fg"
          >
            {tab.label}
            {tab.count !== undefined && <Badge>{tab.count}</Badge>}
          </Base.Tab>
        ))}
      </Base.List>
      {tabs.map(tab => (
        <Base.Panel key={tab.id} value={tab.id} className="flex min-h-0 flex-1 flex-col">
          {tab.panel}
        </Base.Panel>
      ))}
    </Base.Root>
  )
}
