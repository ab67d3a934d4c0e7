import { useQuery } from '@tanstack/react-query'
import { Bell } from 'lucide-react'
import type { ReactNode } from 'react'
import type { TicketOut } from '../../../../../shared/api/staff'
import { moment } from '../../../../../shared/i18n/formats'
import { useLanguage, useText } from '../../../../../shared/i18n/language'
import { Avatar, ColourDot, Kbd } from '../../../../../shared/ui/kit'
import { ChannelMark } from '../../../app/Navigation'
import { prioritiesQuery } from '../../../data/desk'
import { reminderQuery } from '../../../data/properties'
import { useMay } from '../../../data/session'
import { PriorityIcon } from '../../../parts/PriorityIcon'
import { StatusIcon } from '../../../parts/StatusIcon'
import { openPicker, type Property } from './open'
import { words } from './words'

/** What is known of a ticket in one word each; a click on it changes it. */
export function PropertyRows({ ticket }: { ticket: TicketOut }) {
  const text = useText(words)
  const language = useLanguage()
  const priorities = useQuery(prioritiesQuery).data
  const reminder = useQuery(reminderQuery(ticket.number)).data
  const priority = priorities?.find(each => each.key === ticket.priority)?.name[language] ?? ticket.priority
  return (
    <dl>
      <Row property="status" label={text.status} keys="s" icon={<StatusIcon status={ticket.status} />}>
        {ticket.status.name}
      </Row>
      <Row
        property="priority"
        label={text.priority}
        keys="p"
        icon={<PriorityIcon priority={ticket.priority} size={14} />}
      >
        {priority}
      </Row>
      <Row property="owner" label={text.owner} keys="a" icon={<Avatar name={ticket.owner?.name} size={18} />}>
        {ticket.owner?.name ?? text.nobody}
      </Row>
      <Row property="responsible" label={text.responsible} icon={<Avatar name={ticket.responsible?.name} size={18} />}>
        {ticket.responsible?.name ?? text.nobody}
      </Row>
      <Row property="channel" label={text.channel} icon={<ChannelMark channel={ticket.channel.key} />}>
        {ticket.channel.name}
      </Row>
      <Row
        property="marker"
        label={text.marker}
        icon={ticket.marker ? <ColourDot colour={ticket.marker.colour} /> : null}
      >
        {ticket.marker?.name ?? text.none}
      </Row>
      <Row
        property="reminder"
        label={text.reminder}
        keys="h"
        icon={<Bell size={14} aria-hidden className="text-fg-3" />}
        always
      >
        {reminder ? moment(reminder.at) : text.none}
      </Row>
    </dl>
  )
}

type RowProps = {
  property: Property
  label: string
  icon: ReactNode
  keys?: string
  /** Whoever may read the ticket may change this. */
  always?: boolean
  children: string
}

function Row({ property, label, icon, keys, always = false, children }: RowProps) {
  const may = useMay('tickets:write') || always
  const value = (
    <>
      {icon}
      <span className="min-w-0 flex-1 truncate">{children}</span>
    </>
  )
  return (
    <div className="flex min-h-8 items-center gap-2">
      <dt className="w-28 shrink-0 text-fg-2 text-xs">{label}</dt>
      <dd className="min-w-0 flex-1">
        {may ? (
          <button
            type="button"
            aria-label={`${label}: ${children}`}
            onClick={() => openPicker(property)}
            className="group -ml-2 flex h-7 w-full items-center gap-2 rounded-md px-2 text-left hover:bg-hover"
          >
            {value}
            {keys && (
              <span className="opacity-0 group-hover:opacity-100 group-focus-visible:opacity-100">
                <Kbd keys={keys} />
              </span>
            )}
          </button>
        ) : (
          <span className="flex h-7 items-center gap-2">{value}</span>
        )}
      </dd>
    </div>
  )
}
