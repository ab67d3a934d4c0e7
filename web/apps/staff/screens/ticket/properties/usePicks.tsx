import { useQuery } from '@tanstack/react-query'
import { Plus, Tag } from 'lucide-react'
import type { AgentRef, TicketOut } from '../../../../../shared/api/staff'
import { useLanguage, useText } from '../../../../../shared/i18n/language'
import { Avatar, ColourDot } from '../../../../../shared/ui/kit'
import { agentsQuery, markersQuery, prioritiesQuery } from '../../../data/desk'
import { tagsQuery } from '../../../data/properties'
import { useMe } from '../../../data/session'
import { contactSearch } from '../../../data/writing'
import { PriorityIcon } from '../../../parts/PriorityIcon'
import { StatusIcon } from '../../../parts/StatusIcon'
import type { Pick } from '../PickDialog'
import { change } from './changes'
import { words } from './words'

export function useStatusPicks(ticket: TicketOut): Pick[] {
  const text = useText(words)
  return ticket.next_statuses.map(status => ({
    id: status.key,
    name: status.name,
    icon: <StatusIcon status={status} />,
    run: () => void setStatus(ticket, status, text),
  }))
}

type Statused = { changed: (field: string, value: string) => string; status: string }

export const setStatus = (ticket: TicketOut, status: TicketOut['status'], text: Statused) =>
  change(ticket, {
    patch: { status: status.key },
    shown: { status },
    title: text.changed(text.status, status.name),
    back: { status: ticket.status.key },
  })

/** Who owns it, or answers for it. */
export function useAgentPicks(ticket: TicketOut, field: 'owner' | 'responsible'): Pick[] | undefined {
  const text = useText(words)
  const me = useMe()
  const agents = useQuery(agentsQuery).data
  const now = ticket[field]
  const set = (agent: AgentRef | null) => () =>
    void change(ticket, {
      patch: field === 'owner' ? { owner_id: agent?.id ?? null } : { responsible_id: agent?.id ?? null },
      shown: { [field]: agent },
      title: text.changed(text[field], agent?.name ?? text.nobody),
      back: field === 'owner' ? { owner_id: now?.id ?? null } : { responsible_id: now?.id ?? null },
    })
  if (!agents) return undefined
  const nobody: Pick = {
    id: 'nobody',
    name: text.nobody,
    icon: <Avatar name={null} />,
    current: now === null,
    run: set(null),
  }
  const mineFirst = [...agents].sort((one, other) => Number(other.id === me.id) - Number(one.id === me.id))
  return [
    ...mineFirst.map(({ id, name }) => ({
      id,
      name,
      icon: <Avatar name={name} />,
      current: now?.id === id,
      run: set({ id, name }),
    })),
    nobody,
  ]
}

export function usePriorityPicks(ticket: TicketOut): Pick[] | undefined {
  const text = useText(words)
  const language = useLanguage()
  const priorities = useQuery(prioritiesQuery).data
  return priorities
    ?.filter(each => each.active)
    .map(({ key, name }) => ({
      id: key,
      name: name[language],
      icon: <PriorityIcon priority={key} size={14} />,
      current: ticket.priority === key,
      run: () =>
        void change(ticket, {
          patch: { priority: key },
          shown: { priority: key },
          title: text.changed(text.priority, name[language]),
          back: { priority: ticket.priority },
        }),
    }))
}

export function useMarkerPicks(ticket: TicketOut): Pick[] | undefined {
  const text = useText(words)
  const markers = useQuery(markersQuery).data
  const set = (marker: TicketOut['marker']) => () =>
    void change(ticket, {
      patch: { marker_id: marker?.id ?? null },
      shown: { marker },
      title: text.changed(text.marker, marker?.name ?? text.none),
      back: { marker_id: ticket.marker?.id ?? null },
    })
  if (!markers) return undefined
  const active = markers.filter(each => each.active)
  return [
    ...active.map(({ id, name, colour }) => ({
      id,
      name,
      icon: <ColourDot colour={colour} />,
      current: ticket.marker?.id === id,
      run: set({ id, name, colour }),
    })),
    { id: 'none', name: text.none, current: ticket.marker === null, run: set(null) },
  ]
}

export function useContactPicks(ticket: TicketOut, typed: string): Pick[] | undefined {
  const text = useText(words)
  const found = useQuery(contactSearch(typed))
  if (typed.trim().length > 1 && !found.data) return undefined
  return (found.data ?? []).map(({ id, name, addresses, company_id, company_name }) => {
    const contact = { id, name, address: addresses[0] ?? null, company_id, company_name }
    return {
      id,
      name,
      detail: [company_name, addresses[0]].filter(Boolean).join(' · '),
      icon: <Avatar name={name} />,
      current: ticket.contact?.id === id,
      run: () =>
        void change(ticket, {
          patch: { contact_id: id },
          shown: { contact },
          title: text.changed(text.contact, name),
          ...(ticket.contact?.id && { back: { contact_id: ticket.contact.id } }),
        }),
    }
  })
}

/** Tags that begin like this, and a new one. */
export function useTagPicks(ticket: TicketOut, typed: string): Pick[] | undefined {
  const text = useText(words)
  const known = useQuery(tagsQuery(typed.trim())).data
  if (!known) return undefined
  const name = typed.trim()
  const picks: Pick[] = known
    .filter(tag => !ticket.tags.includes(tag.name))
    .map(tag => ({
      id: tag.id,
      name: tag.name,
      icon: <Tag size={14} aria-hidden className="text-fg-3" />,
      run: () => void addTag(ticket, tag.name, text),
    }))
  const exists = [...known.map(tag => tag.name), ...ticket.tags].some(each => each.toLowerCase() === name.toLowerCase())
  if (name && !exists)
    picks.push({
      id: 'new',
      name: text.createTag(name),
      icon: <Plus size={14} aria-hidden className="text-fg-3" />,
      run: () => void addTag(ticket, name, text),
    })
  return picks
}

type Tagged = { changed: (field: string, value: string) => string; tag: string; removeTag: (name: string) => string }

const addTag = (ticket: TicketOut, name: string, text: Tagged) =>
  change(ticket, {
    patch: { add_tags: [name] },
    shown: { tags: [...ticket.tags, name] },
    title: text.changed(text.tag, name),
    back: { remove_tags: [name] },
  })

export const removeTag = (ticket: TicketOut, name: string, text: Tagged) =>
  change(ticket, {
    patch: { remove_tags: [name] },
    shown: { tags: ticket.tags.filter(each => each !== name) },
    title: `− ${text.changed(text.tag, name)}`,
    back: { add_tags: [name] },
  })
