import type { Filters } from '../../data/tickets'

const PREFILTERS = ['action_required', 'no_owner', 'new', 'handled_today', 'handled_yesterday'] as const
const SORTS = ['changed_at', 'opened_at', 'last_activity_at', 'number', 'priority'] as const
const CATEGORIES = ['open', 'closed'] as const

const one = <Value extends string>(known: readonly Value[], value: unknown): Value | undefined =>
  known.find(each => each === value)

function several(value: unknown): string[] | undefined {
  const found = (Array.isArray(value) ? value : [value]).filter(each => typeof each === 'string' && each !== '')
  return found.length > 0 ? (found as string[]) : undefined
}

/** The filters that an address names; what it should not name is left out. */
export function filtersOf(search: Record<string, unknown>): Filters {
  return withoutEmpty({
    list: search.list === 'mine' ? 'mine' : 'overview',
    prefilter: one(PREFILTERS, search.prefilter),
    category: one(CATEGORIES, search.category),
    channel: several(search.channel),
    status: several(search.status),
    owner: several(search.owner),
    priority: several(search.priority),
    marker: several(search.marker),
    tag: several(search.tag),
    q: typeof search.q === 'string' && search.q !== '' ? search.q : typeof search.q === 'number' ? String(search.q) : undefined,
    sort: one(SORTS, search.sort),
  })
}

/** The same filters give the same key of the cache, however they were put together. */
export const withoutEmpty = (filters: Filters): Filters =>
  Object.fromEntries(Object.entries(filters).filter(([, value]) => value !== undefined)) as Filters
