import { Menu as MenuIcon, Rows3, Rows4 } from 'lucide-react'
import { useText } from '../../../../shared/i18n/language'
import { IconButton } from '../../../../shared/ui/kit'
import { chrome } from '../../app/chrome'
import { prefer } from '../../app/preferences'
import { viewOf } from '../../app/views'
import { words as appWords } from '../../app/words'
import type { Filters } from '../../data/tickets'
import { HelpLink } from '../help/HelpLink'
import { FilterMenu } from './FilterMenu'
import { SearchField } from './SearchField'
import { words } from './words'

type ListHeaderProps = { filters: Filters; narrow: (next: Filters) => void; table: boolean; open: number | undefined }

export function ListHeader({ filters, narrow, table, open }: ListHeaderProps) {
  const text = useText(words)
  const app = useText(appWords)
  const view = viewOf(filters)
  // Where a ticket is open beside the list, its subject is the first heading of the page.
  const Heading = open === undefined ? 'h1' : 'h2'
  const form = table ? text.split : text.table
  return (
    <>
      <header className="flex h-12 shrink-0 items-center gap-2 border-line border-b pr-2 pl-4">
        <div className="-ml-2 md:hidden">
          <IconButton label={app.openNavigation} onClick={() => chrome.set({ navigation: true })}>
            <MenuIcon size={16} />
          </IconButton>
        </div>
        <Heading className="min-w-0 flex-1 truncate font-semibold text-lg">
          {view ? (app[view.word] as string) : text.tickets}
        </Heading>
        <HelpLink topic="lists-and-views" />
        <div className="max-md:hidden">
          <IconButton label={form} onClick={() => prefer({ form: table ? 'split' : 'table' })}>
            {table ? <Rows3 size={15} /> : <Rows4 size={15} />}
          </IconButton>
        </div>
      </header>
      <div className="flex shrink-0 items-center gap-2 border-line border-b px-3 py-2">
        <SearchField filters={filters} narrow={narrow} />
        <FilterMenu filters={filters} narrow={narrow} />
      </div>
    </>
  )
}
