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
    q:
      typeof search.q === 'string' && search.q !== ''
        ? search.q
        : typeof search.q === 'number'
          ? String(search.q)
          : undefined,
    sort: one(SORTS, search.sort),
  })
}

/** The same filters give the same key of the cache, however they were put together. */
export const withoutEmpty = (filters: Filters): Filters =>
  Object.fromEntries(Object.entries(filters).filter(([, value]) => value !== undefined)) as Filters

/** The filters that somebody may add to a list and take away again one by one. */
export const NARROWING = ['category', 'status', 'channel', 'owner', 'priority', 'marker', 'tag'] as const
export type Narrowing = (typeof NARROWING)[number]

/** Those that are set, with their values. */
export const narrowings = (filters: Filters): [Narrowing, string[]][] =>
  NARROWING.flatMap(name => {
    const value = filters[name]
    return value === undefined ? [] : [[name, Array.isArray(value) ? value : [value]] as [Narrowing, string[]]]
  })

/** With this value of a filter, or without it if it was there. */
export function toggled(filters: Filters, name: Exclude<Narrowing, 'category'>, value: string): Filters {
  const before = filters[name] ?? []
  const after = before.includes(value) ? before.filter(each => each !== value) : [...before, value]
  return withoutEmpty({ ...filters, [name]: after.length > 0 ? after : undefined })
}

export const ORDERS = SORTS
