import { Bell, Eye, Link2, Mail, Merge, MoreHorizontal, PanelRight, Printer } from 'lucide-react'
import type { TicketOut } from '../../../../shared/api/staff'
import { useText } from '../../../../shared/i18n/language'
import { offeredCommands } from '../../../../shared/lib/keys'
import { IconButton, Menu, MenuItem, MenuSeparator } from '../../../../shared/ui/kit'
import { prefer, usePreferences } from '../../app/preferences'
import { useMay } from '../../data/session'
import { openPicker } from './properties/open'
import { words as propertyWords } from './properties/words'
import { words } from './words'

/** What can be done with the whole ticket and has no place of its own. */
export function TicketMenu({ ticket }: { ticket: TicketOut }) {
  const text = useText(words)
  const properties = useText(propertyWords)
  const may = useMay('tickets:write')
  const shown = usePreferences(all => all.properties)
  const print = () => window.open(`/api/v1/tickets/${ticket.number}/print`, '_blank', 'noopener')
  return (
    <>
      <Menu
        align="end"
        trigger={
          <IconButton label={text.more}>
            <MoreHorizontal size={15} />
          </IconButton>
        }
      >
        <MenuItem icon={<Bell size={14} />} keys="h" onClick={() => openPicker('reminder')}>
          {properties.remind}
        </MenuItem>
        <MenuItem icon={<Mail size={14} />} keys="u" onClick={() => run('unread')}>
          {properties.unread}
        </MenuItem>
        <MenuItem icon={<Eye size={14} />} keys="w" onClick={() => run('watch')}>
          {properties.watch}
        </MenuItem>
        {may && (
          <>
            <MenuSeparator />
            <MenuItem icon={<Merge size={14} />} keys="m" onClick={() => openPicker('merge')}>
              {properties.mergeInto}
            </MenuItem>
            <MenuItem icon={<Link2 size={14} />} onClick={() => openPicker('link')}>
              {properties.addLink}
            </MenuItem>
          </>
        )}
        <MenuSeparator />
        <MenuItem icon={<Printer size={14} />} onClick={print}>
          {text.print}
        </MenuItem>
      </Menu>
      <IconButton
        label={properties.toggle}
        keys="\\"
        aria-pressed={shown}
        className="max-xl:hidden"
        onClick={() => prefer({ properties: !shown })}
      >
        <PanelRight size={15} />
      </IconButton>
    </>
  )
}

/** The same as by its key. */
const run = (id: string) =>
  offeredCommands()
    .find(command => command.id === id)
    ?.run()
