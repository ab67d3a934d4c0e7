import type { TicketOut } from '../../../../../shared/api/staff'
import { useText } from '../../../../../shared/i18n/language'
import { usePreferences } from '../../../app/preferences'
import { FieldsPart } from './FieldsPart'
import { ContactPart, LinksPart, TagsPart, WatchersPart } from './Parts'
import { PropertyRows } from './PropertyRows'
import { words } from './words'

/** Right of the history, where there is room for it: the most used master data. */
export function PropertiesPanel({ ticket }: { ticket: TicketOut }) {
  const text = useText(words)
  const shown = usePreferences(all => all.properties)
  if (!shown) return null
  return (
    <aside
      aria-label={text.properties}
      className="flex w-[288px] shrink-0 flex-col gap-3 overflow-y-auto border-line border-l bg-surface p-4 max-xl:hidden"
    >
      <section aria-label={text.properties}>
        <h2 className="mb-1 font-semibold text-fg-2 text-xs">{text.properties}</h2>
        <PropertyRows ticket={ticket} />
      </section>
      <ContactPart ticket={ticket} />
      <TagsPart ticket={ticket} />
      <FieldsPart key={ticket.number} ticket={ticket} />
      <LinksPart ticket={ticket} />
      <WatchersPart ticket={ticket} />
    </aside>
  )
}
