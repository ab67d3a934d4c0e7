import { useText } from '../../../../shared/i18n/language'
import { Chip } from '../../../../shared/ui/kit'
import type { Filters } from '../../data/tickets'
import { type Narrowing, narrowings, withoutEmpty } from './filters'
import { useFilterChoices } from './useFilterChoices'
import { words } from './words'

/** The filters that are set, each with a way to take it off. */
export function FilterChips({ filters, narrow }: { filters: Filters; narrow: (next: Filters) => void }) {
  const text = useText(words)
  const choices = useFilterChoices()
  const set = narrowings(filters)
  if (set.length === 0) return null
  const label = (name: Narrowing) => (name === 'tag' ? 'Tag' : text[name])
  const named = (name: Narrowing, value: string) =>
    (name !== 'tag' && choices[name].find(choice => choice.value === value)?.name) || value
  return (
    <ul aria-label={text.filters} className="flex shrink-0 flex-wrap gap-1.5 border-line border-b px-3 py-2">
      {set.map(([name, values]) => (
        <li key={name}>
          <Chip
            removeLabel={text.removeFilter(label(name))}
            onRemove={() => narrow(withoutEmpty({ ...filters, [name]: undefined }))}
          >
            {label(name)} {text.is}{' '}
            <b className="font-semibold">{values.map(value => named(name, value)).join(', ')}</b>
          </Chip>
        </li>
      ))}
    </ul>
  )
}
