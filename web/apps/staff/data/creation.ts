import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import type { DraftContent, DraftKind, DraftOut } from '../../../shared/api/staff'
import { call, queries } from '../app/api'

/** Ways to open a ticket with the reasons of those that are closed, channels, and accounts to send from. */
export const newOptionsQuery = queryOptions({
  queryKey: ['desk', 'new-options'],
  queryFn: ({ signal }) => call('get_new_options', {}, { signal }),
})

/** Contacts whose name, address, phone number or company begins so. */
export const contactsQuery = (typed: string) =>
  queryOptions({
    queryKey: ['contacts', typed],
    enabled: typed.length > 1,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => call('list_contacts', { query: { q: typed, limit: 8 } }, { signal }),
    select: page => page.items,
  })

/** The custom fields that a new ticket of this channel has. */
export const channelFieldsQuery = (channel: string) =>
  queryOptions({
    queryKey: ['desk', 'channel-fields', channel],
    enabled: channel !== '',
    queryFn: () => call('get_channel_fields', { path: { key: channel } }),
    select: fields => fields.items.filter(field => field.active),
  })

const OF_NEW_TICKETS: readonly DraftKind[] = ['new_email', 'new_enquiry', 'new_internal']

/** Own drafts of tickets that are not open yet, the last one first. */
export const newDraftsQuery = queryOptions({
  queryKey: ['drafts'],
  queryFn: () => call('list_drafts', { query: { limit: 100 } }),
  select: page => page.items.filter(draft => OF_NEW_TICKETS.includes(draft.kind)),
})

export const writingQuery = queryOptions({
  queryKey: ['preferences', 'writing'],
  queryFn: () => call('get_writing_preferences', {}),
})

/** Keep what is written so far: a new draft, or the next version of the one that there is. */
export async function keepDraft(kind: DraftKind, content: DraftContent, before: DraftOut | null): Promise<DraftOut> {
  const kept = before
    ? await call('save_draft', { path: { draft_id: before.id }, version: before.version, body: content })
    : await call('create_draft', { body: { kind, content } })
  void queries.invalidateQueries({ queryKey: ['drafts'] })
  return kept
}

export async function discardDraft(draft: DraftOut): Promise<void> {
  await call('discard_draft', { path: { draft_id: draft.id }, version: draft.version })
  void queries.invalidateQueries({ queryKey: ['drafts'] })
}
