import { useInfiniteQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import type { TicketOut } from '../../../../shared/api/staff'
import { useText } from '../../../../shared/i18n/language'
import { Tabs } from '../../../../shared/ui/kit'
import { activitiesQuery } from '../../data/tickets'
import { ComposerDock } from './composer/ComposerDock'
import { FilesTab } from './FilesTab'
import { History } from './History'
import { MasterDataTab } from './MasterDataTab'
import { WatchersPart } from './properties/Parts'
import { words as propertyWords } from './properties/words'
import { TABS } from './tabs'
import { words } from './words'

/** What of the ticket is looked at; the address says which, so that it can be shared. */
export function TicketTabs({ ticket }: { ticket: TicketOut }) {
  const text = useText(words)
  const properties = useText(propertyWords)
  const navigate = useNavigate()
  const search = useSearch({ from: '/shell/t/$number' })
  const { number } = ticket
  const pages = useInfiniteQuery(activitiesQuery(number)).data?.pages ?? []
  const files = pages.flatMap(page => page.items.flatMap(each => each.attachments.filter(file => !file.inline)))
  const select = (id: string) =>
    void navigate({
      to: '/t/$number',
      params: { number },
      search: { ...search, tab: TABS.find(tab => tab === id && tab !== 'activities') },
      replace: true,
    })
  return (
    <Tabs
      label={ticket.reference}
      selected={search.tab ?? 'activities'}
      onSelect={select}
      tabs={[
        {
          id: 'activities',
          label: text.history,
          panel: (
            <>
              {/* Another ticket begins with a history of its own: at its end, with nothing unfolded. */}
              <History key={number} number={number} />
              <ComposerDock key={`dock ${number}`} ticket={ticket} />
            </>
          ),
        },
        { id: 'data', label: properties.masterData, panel: <MasterDataTab ticket={ticket} /> },
        {
          id: 'watchers',
          label: properties.watchers,
          ...(ticket.watchers.length > 0 && { count: ticket.watchers.length }),
          panel: (
            <div className="min-h-0 flex-1 overflow-y-auto bg-surface p-4">
              <div className="mx-auto max-w-[560px]">
                <WatchersPart ticket={ticket} />
              </div>
            </div>
          ),
        },
        {
          id: 'files',
          label: properties.filesTab,
          ...(files.length > 0 && { count: files.length }),
          panel: <FilesTab number={number} />,
        },
      ]}
    />
  )
}
