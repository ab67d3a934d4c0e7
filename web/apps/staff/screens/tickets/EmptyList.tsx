import { Inbox, SearchX } from 'lucide-react'
import { useText } from '../../../../shared/i18n/language'
import { Button, EmptyState } from '../../../../shared/ui/kit'
import type { Filters } from '../../data/tickets'
import { narrowings } from './filters'
import { words } from './words'

type EmptyListProps = { filters: Filters; narrow: (next: Filters) => void }

/** No ticket is here: because of the search, because of filters, or because everything is done. */
export function EmptyList({ filters, narrow }: EmptyListProps) {
  const text = useText(words)
  if (filters.q) {
    return (
      <EmptyState
        icon={<SearchX size={28} aria-hidden />}
        title={text.noMatch(filters.q)}
        text={text.noMatchText}
        action={<Button onClick={() => narrow({ list: 'overview', q: filters.q })}>{text.searchAll}</Button>}
      />
    )
  }
  if (narrowings(filters).length > 0) {
    return (
      <EmptyState
        icon={<Inbox size={28} aria-hidden />}
        title={text.noneFiltered}
        action={
          <Button onClick={() => narrow({ list: filters.list, prefilter: filters.prefilter })}>
            {text.clearFilters}
          </Button>
        }
      />
    )
  }
  return <EmptyState icon={<Inbox size={28} aria-hidden />} title={text.allDone} text={text.allDoneText} />
}
