import { useNavigate } from '@tanstack/react-router'
import { SearchX } from 'lucide-react'
import type { ReactNode } from 'react'
import { useText } from '../../../../../shared/i18n/language'
import { EmptyState, Skeleton } from '../../../../../shared/ui/kit'
import { queries } from '../../../app/api'
import { words } from './words'

export const NEW = 'new'

type DetailProps<Item> = {
  id: string | undefined
  /** Undefined while they load. */
  items: readonly Item[] | undefined
  idOf: (item: Item) => string
  /** Whether somebody may add one. */
  mayAdd: boolean
  /** The form of an item; null is for a new one. */
  children: (item: Item | null) => ReactNode
}

/** What of a list is open: its form, a new one's form, or that it is not there. */
export function Detail<Item>({ id, items, idOf, mayAdd, children }: DetailProps<Item>) {
  const text = useText(words)
  if (id === undefined) return null
  if (id === NEW && mayAdd) return children(null)
  if (!items) return <LoadingForm />
  const item = items.find(each => idOf(each) === id)
  if (!item) return <EmptyState icon={<SearchX size={28} aria-hidden />} title={text.gone} />
  return children(item)
}

export const LoadingForm = () => (
  <div className="flex max-w-2xl flex-col gap-5 p-6">
    <Skeleton className="h-6 w-48" />
    {[0, 1, 2, 3].map(row => (
      <Skeleton key={row} className="h-12 w-full" />
    ))}
  </div>
)

/** Leads to an item of a section, or to its list: after something was created or deleted. */
export function useLead(section: string) {
  const navigate = useNavigate()
  return async (id?: string) => {
    await queries.invalidateQueries({ queryKey: ['desk'] })
    await navigate({ to: '/config/{-$section}/{-$id}', params: { section, id } })
  }
}
