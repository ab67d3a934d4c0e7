import { useQuery } from '@tanstack/react-query'
import { Link, useSearch } from '@tanstack/react-router'
import { Building2, Link2, Mail, Phone, Plus, Undo2, UserPlus, X } from 'lucide-react'
import type { ReactNode } from 'react'
import type { TicketOut } from '../../../../../shared/api/staff'
import { useText } from '../../../../../shared/i18n/language'
import { Avatar, Button, Chip, IconButton } from '../../../../../shared/ui/kit'
import { useMay, useMe } from '../../../data/session'
import { contactQuery } from '../../../data/writing'
import { RELATION_WORDS, unlink } from './LinkPicker'
import { openPicker } from './open'
import { undoStructure } from './structure'
import { removeTag } from './usePicks'
import { watch } from './WatcherPicker'
import { words } from './words'

type Of = { ticket: TicketOut }

export const Part = ({ title, action, children }: { title: string; action?: ReactNode; children: ReactNode }) => (
  // A group, not a region: the tab of master data shows the same parts as the panel beside it.
  <fieldset aria-label={title} className="min-w-0 border-line border-t pt-3">
    <div className="flex min-h-7 items-center gap-2">
      <h2 className="flex-1 font-semibold text-fg-2 text-xs">{title}</h2>
      {action}
    </div>
    {children}
  </fieldset>
)

/** Who the customer is, and how they are reached. */
export function ContactPart({ ticket }: Of) {
  const text = useText(words)
  const may = useMay('tickets:write')
  const { contact } = ticket
  const card = useQuery({ ...contactQuery(contact?.id ?? ''), enabled: Boolean(contact?.id) }).data
  const name = contact?.name || contact?.address
  const change = may && (
    <Button
      look="ghost"
      size="sm"
      aria-label={`${text.contact}: ${name ?? text.none}`}
      onClick={() => openPicker('contact')}
    >
      {name ? '…' : <Plus size={13} />}
    </Button>
  )
  return (
    <Part title={text.contact} action={change}>
      {name ? (
        <div className="flex gap-2.5">
          <Avatar name={name} size={32} />
          <div className="min-w-0 text-xs">
            <p className="truncate font-medium text-sm">{name}</p>
            {contact?.company_name && <Line icon={<Building2 size={12} aria-hidden />}>{contact.company_name}</Line>}
            {contact?.address && contact.name && <Line icon={<Mail size={12} aria-hidden />}>{contact.address}</Line>}
            {card?.phones.map(phone => (
              <Line key={phone} icon={<Phone size={12} aria-hidden />}>
                {phone}
              </Line>
            ))}
          </div>
        </div>
      ) : (
        <p className="text-fg-2">{text.none}</p>
      )}
    </Part>
  )
}

const Line = ({ icon, children }: { icon: ReactNode; children: string }) => (
  <p className="flex items-center gap-1.5 text-fg-2">
    {icon}
    <span className="truncate">{children}</span>
  </p>
)

export function TagsPart({ ticket }: Of) {
  const text = useText(words)
  const may = useMay('tickets:write')
  const add = may && (
    <IconButton label={text.addTag} side="left" onClick={() => openPicker('tag')}>
      <Plus size={13} />
    </IconButton>
  )
  return (
    <Part title={text.tags} action={add}>
      <div className="flex flex-wrap gap-1">
        {ticket.tags.map(tag => (
          <Chip
            key={tag}
            {...(may && { onRemove: () => void removeTag(ticket, tag, text), removeLabel: text.removeTag(tag) })}
          >
            {tag}
          </Chip>
        ))}
        {ticket.tags.length === 0 && <span className="text-fg-2">{text.none}</span>}
      </div>
    </Part>
  )
}

/** Whoever is told of each new activity. */
export function WatchersPart({ ticket }: Of) {
  const text = useText(words)
  const me = useMe()
  const may = useMay('tickets:write')
  const { number, watchers } = ticket
  const watching = watchers.some(each => each.id === me.id)
  return (
    <Part
      title={text.watchers}
      action={
        <>
          <Button
            look="ghost"
            size="sm"
            onClick={() => void watch(number, me, !watching, watching ? text.unwatching : text.watching)}
          >
            {watching ? text.unwatch : text.watch}
          </Button>
          {may && (
            <IconButton label={text.addWatcher} side="left" onClick={() => openPicker('watcher')}>
              <UserPlus size={13} />
            </IconButton>
          )}
        </>
      }
    >
      <ul className="flex flex-col">
        {watchers.map(agent => (
          <li key={agent.id} className="flex h-8 items-center gap-2">
            <Avatar name={agent.name} />
            <span className="flex-1 truncate">{agent.name}</span>
            {(may || agent.id === me.id) && (
              <IconButton
                label={text.removeWatcher(agent.name)}
                side="left"
                onClick={() => void watch(number, agent, false)}
              >
                <X size={12} />
              </IconButton>
            )}
          </li>
        ))}
        {watchers.length === 0 && <li className="text-fg-2">{text.noWatchers}</li>}
      </ul>
    </Part>
  )
}

/** Other tickets that have to do with this one, and what can be undone of merging and splitting. */
export function LinksPart({ ticket }: Of) {
  const text = useText(words)
  const may = useMay('tickets:write')
  const filters = useSearch({ from: '/shell/t' })
  const { number, links, undoable, possible_follow_up_of: earlier } = ticket
  const add = may && (
    <IconButton label={text.addLink} side="left" onClick={() => openPicker('link')}>
      <Link2 size={13} />
    </IconButton>
  )
  const shown = [
    ...links.map(({ id, relation, ticket: other }) => ({ id, other, name: text[RELATION_WORDS[relation]] })),
    ...(earlier ? [{ id: null, other: earlier, name: text.followUpOf }] : []),
  ]
  return (
    <Part title={text.links} action={add}>
      <ul className="flex flex-col gap-1">
        {shown.map(({ id, other, name }) => (
          <li key={`${name}${other.number}`} className="flex items-start gap-1">
            <div className="min-w-0 flex-1">
              <span className="text-fg-2 text-xs">{name}</span>{' '}
              <Link
                to="/t/$number"
                params={{ number: other.number }}
                search={filters}
                className="break-words text-accent-fg underline underline-offset-2"
              >
                {other.reference} {other.subject}
              </Link>
            </div>
            {may && id && (
              <IconButton
                label={text.removeLink(other.reference)}
                side="left"
                onClick={() => void unlink(number, id, other.reference)}
              >
                <X size={12} />
              </IconButton>
            )}
          </li>
        ))}
        {shown.length === 0 && <li className="text-fg-2">{text.none}</li>}
      </ul>
      {may &&
        undoable.map(each => (
          <Button
            key={each.id}
            size="sm"
            className="mt-2 whitespace-normal! h-auto! min-h-7"
            onClick={() => void undoStructure(number, each.id)}
          >
            <Undo2 size={12} />
            {each.kind === 'split' ? text.undoSplit(each.other.reference) : text.undoMerge(each.other.reference)}
          </Button>
        ))}
    </Part>
  )
}
