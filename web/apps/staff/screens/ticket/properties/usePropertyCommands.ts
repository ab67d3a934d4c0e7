import type { TicketOut } from '../../../../../shared/api/staff'
import { textOf, useText } from '../../../../../shared/i18n/language'
import { type Command, useCommands } from '../../../../../shared/lib/keys'
import { notify } from '../../../../../shared/ui/kit'
import { prefer, preferences } from '../../../app/preferences'
import { problemText } from '../../../app/problems'
import { setUnread } from '../../../data/properties'
import { useMay, useMe } from '../../../data/session'
import { keepUnread } from '../useMarkRead'
import { words as ticketWords } from '../words'
import { takeOwnership } from './changes'
import { openPicker, type Property } from './open'
import { setStatus } from './usePicks'
import { watch } from './WatcherPicker'
import { words } from './words'

/** What the keyboard and the palette do with an open ticket. */
export function usePropertyCommands(ticket: TicketOut) {
  const text = useText(words)
  const group = useText(ticketWords).ticket
  const me = useMe()
  const may = useMay('tickets:write')
  const watching = ticket.watchers.some(each => each.id === me.id)
  const pick = (property: Property, label: string, keys?: string): Command => ({
    id: `set-${property}`,
    group,
    label,
    ...(keys && { keys }),
    run: () => openPicker(property),
  })
  const [success, failure] = ticket.next_statuses.filter(each => each.category === 'closed')
  const close = (id: string, label: string, keys: string, status: TicketOut['status'] | undefined): Command[] =>
    status && ticket.status.category === 'open'
      ? [{ id, group, label, keys, run: () => void setStatus(ticket, status, text) }]
      : []
  const changes = [
    pick('owner', text.owner, 'a'),
    { id: 'take', group, label: text.take, keys: 'i', run: () => void takeOwnership(ticket, me) },
    pick('status', text.status, 's'),
    pick('priority', text.priority, 'p'),
    ...close('close', text.closeSuccess, 'e', success),
    ...close('close-failure', text.closeFailure, 'shift+e', failure),
    pick('merge', text.mergeInto, 'm'),
    pick('responsible', text.responsible),
    pick('channel', text.moveTo),
    pick('marker', text.marker),
    pick('contact', text.contact),
    pick('tag', text.addTag),
    pick('link', text.addLink),
    pick('watcher', text.addWatcher),
  ]
  useCommands('ticket', [
    ...(may ? changes : []),
    pick('reminder', text.remind, 'h'),
    {
      id: 'watch',
      group,
      label: watching ? text.unwatch : text.watch,
      keys: 'w',
      run: () => void watch(ticket.number, me, !watching, watching ? text.unwatching : text.watching),
    },
    { id: 'unread', group, label: text.unread, keys: 'u', run: () => void markUnread(ticket) },
    {
      id: 'properties',
      group,
      label: text.toggle,
      keys: '\\',
      run: () => prefer({ properties: !preferences().properties }),
    },
  ])
}

async function markUnread(ticket: TicketOut) {
  keepUnread(ticket.number)
  try {
    await setUnread(ticket.number, true, ticket.last_activity_at)
    notify({ title: textOf(words).unreadDone })
  } catch (error) {
    notify({ title: problemText(error), tone: 'error' })
  }
}
