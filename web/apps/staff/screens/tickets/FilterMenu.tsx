import { ListFilter } from 'lucide-react'
import { useText } from '../../../../shared/i18n/language'
import { Avatar, Button, ColourDot, Menu, MenuCheckItem, MenuGroup, MenuSeparator } from '../../../../shared/ui/kit'
import type { Filters } from '../../data/tickets'
import { ORDERS, toggled, withoutEmpty } from './filters'
import { type Choice, useFilterChoices } from './useFilterChoices'
import { words } from './words'

type FilterMenuProps = { filters: Filters; narrow: (next: Filters) => void }
const GROUPS = ['status', 'channel', 'owner', 'priority', 'marker'] as const

/** All filters of a list in one menu; it stays open while one chooses several. */
export function FilterMenu({ filters, narrow }: FilterMenuProps) {
  const text = useText(words)
  const choices = useFilterChoices()
  const order = filters.sort ?? 'changed_at'
  const trigger = (
    <Button size="icon" className="size-8" aria-label={text.filters}>
      <ListFilter size={15} />
    </Button>
  )
  return (
    <Menu trigger={trigger} align="end">
      <MenuGroup label={text.category}>
        {choices.category.map(({ value, name }) => (
          <MenuCheckItem
            key={value}
            checked={filters.category === value}
            onChange={on =>
              narrow(withoutEmpty({ ...filters, category: on ? (value as 'open' | 'closed') : undefined }))
            }
          >
            {name}
          </MenuCheckItem>
        ))}
      </MenuGroup>
      {GROUPS.filter(group => choices[group].length > 0).map(group => (
        <MenuGroup key={group} label={text[group]}>
          {choices[group].map(choice => (
            <MenuCheckItem
              key={choice.value}
              icon={<Sign group={group} choice={choice} />}
              checked={filters[group]?.includes(choice.value) ?? false}
              onChange={() => narrow(toggled(filters, group, choice.value))}
            >
              {choice.name}
            </MenuCheckItem>
          ))}
        </MenuGroup>
      ))}
      <MenuSeparator />
      <MenuGroup label={text.sort}>
        {ORDERS.map(sort => (
          <MenuCheckItem
            key={sort}
            checked={order === sort}
            onChange={() => narrow(withoutEmpty({ ...filters, sort: sort === 'changed_at' ? undefined : sort }))}
          >
            {text[`sort_${sort}`]}
          </MenuCheckItem>
        ))}
      </MenuGroup>
    </Menu>
  )
}

function Sign({ group, choice }: { group: (typeof GROUPS)[number]; choice: Choice }) {
  if (choice.colour) return <ColourDot colour={choice.colour} />
  if (group !== 'owner' || choice.value === 'me') return null
  return <Avatar name={choice.value === 'none' ? null : choice.name} size={18} />
}
