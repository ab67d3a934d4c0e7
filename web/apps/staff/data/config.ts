import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import type { MailState, SendState } from '../../../shared/api/staff'
import { call } from '../app/api'

/** Lists of this kind are short; whoever has more than so many pages sees the first of them. */
const MOST_PAGES = 20

type Page<Item> = { items: Item[]; next: string | null }

/** Everything of a list that comes in pages, for lists that are searched and chosen from as a whole. */
async function everything<Item>(page: (cursor: string | null) => Promise<Page<Item>>): Promise<Item[]> {
  const found: Item[] = []
  let cursor: string | null = null
  for (let number = 0; number < MOST_PAGES; number += 1) {
    const next: Page<Item> = await page(cursor)
    found.push(...next.items)
    cursor = next.next
    if (cursor === null) break
  }
  return found
}

// Everything here begins with 'desk': a form that saves makes all of it be read anew.

export const settingsQuery = queryOptions({
  queryKey: ['desk', 'settings'],
  queryFn: () => call('get_settings', {}),
})

export const workflowsQuery = queryOptions({
  queryKey: ['desk', 'workflows'],
  queryFn: () => call('list_workflows', {}),
  select: list => list.items,
})

export const subscriptionsQuery = (channel: string) =>
  queryOptions({
    queryKey: ['desk', 'subscriptions', channel],
    queryFn: () => call('list_subscriptions', { path: { key: channel } }),
  })

export const signatureQuery = (channel: string) =>
  queryOptions({
    queryKey: ['desk', 'signature', channel],
    queryFn: () => call('get_signature', { path: { key: channel } }),
  })

export const customFieldsQuery = queryOptions({
  queryKey: ['desk', 'custom-fields'],
  queryFn: () => call('list_custom_fields', {}),
  select: list => list.items,
})

export const tagsQuery = queryOptions({
  queryKey: ['desk', 'tags'],
  queryFn: () => everything(cursor => call('list_all_tags', { query: { cursor, limit: 50 } })),
})

export const templatesQuery = queryOptions({
  queryKey: ['desk', 'templates'],
  queryFn: () => everything(cursor => call('list_templates', { query: { cursor, limit: 200 } })),
})

/** Agents, also those who are not active any more. */
export const allAgentsQuery = queryOptions({
  queryKey: ['desk', 'all-agents'],
  queryFn: () => everything(cursor => call('list_agents', { query: { cursor, limit: 200 } })),
})

export const groupsQuery = queryOptions({
  queryKey: ['desk', 'groups'],
  queryFn: () => everything(cursor => call('list_groups', { query: { cursor, limit: 200 } })),
})

export const groupQuery = (id: string) =>
  queryOptions({ queryKey: ['desk', 'group', id], queryFn: () => call('get_group', { path: { group_id: id } }) })

export const sessionsOfQuery = (agent: string) =>
  queryOptions({
    queryKey: ['desk', 'sessions', agent],
    queryFn: () => call('list_sessions_of_agent', { path: { agent_id: agent } }),
    select: list => list.items,
  })

export const tokensOfQuery = (agent: string) =>
  queryOptions({
    queryKey: ['desk', 'tokens', agent],
    queryFn: () => call('list_tokens_of_agent', { path: { agent_id: agent } }),
    select: list => list.items,
  })

export const mailAccountsQuery = queryOptions({
  queryKey: ['desk', 'mail-accounts'],
  queryFn: () => everything(cursor => call('list_mail_accounts', { query: { cursor, limit: 200 } })),
})

/** The ledger of received mail, the newest first. */
export const mailsQuery = (state: MailState | null) =>
  infiniteQueryOptions({
    queryKey: ['desk', 'mails', state],
    initialPageParam: null as string | null,
    queryFn: ({ pageParam }) => call('list_mails', { query: { state, cursor: pageParam, limit: 50 } }),
    getNextPageParam: page => page.next,
    select: data => data.pages.flatMap(page => page.items),
  })

/** One mail, for an address that names it while the list does not hold it. */
export const mailQuery = (id: string) =>
  queryOptions({ queryKey: ['desk', 'mail', id], queryFn: () => call('get_mail', { path: { mail_id: id } }) })

export const outgoingQuery = (state: SendState | null) =>
  infiniteQueryOptions({
    queryKey: ['desk', 'outgoing', state],
    initialPageParam: null as string | null,
    queryFn: ({ pageParam }) => call('list_outgoing_mails', { query: { state, cursor: pageParam, limit: 50 } }),
    getNextPageParam: page => page.next,
    select: data => data.pages.flatMap(page => page.items),
  })

export type AuditFilter = { actor?: string | null; action?: string | null }

export const auditQuery = (filter: AuditFilter) =>
  infiniteQueryOptions({
    queryKey: ['desk', 'audit', filter],
    initialPageParam: null as string | null,
    queryFn: ({ pageParam }) => call('list_audit_entries', { query: { ...filter, cursor: pageParam, limit: 50 } }),
    getNextPageParam: page => page.next,
    select: data => data.pages.flatMap(page => page.items),
  })
