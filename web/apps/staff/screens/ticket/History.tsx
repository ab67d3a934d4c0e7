import { useInfiniteQuery } from '@tanstack/react-query'
import { type RefObject, useEffect, useRef } from 'react'
import type { ActivityOut } from '../../../../shared/api/staff'
import { useText } from '../../../../shared/i18n/language'
import { Button, ErrorState, Skeleton } from '../../../../shared/ui/kit'
import { useMe } from '../../data/session'
import { activitiesQuery } from '../../data/tickets'
import { ActivityCard } from './ActivityCard'
import { type Leaving, useLeaving } from './composer/outbox'
import { HISTORY_ID } from './composer/showNewest'
import { LeavingCard } from './LeavingCard'
import { StatusLine } from './StatusLine'
import { words } from './words'

/** What happened in a ticket, the newest below. */
export function History({ number }: { number: number }) {
  const text = useText(words)
  const { data, error, hasNextPage, fetchNextPage, isFetchingNextPage, refetch } = useInfiniteQuery(
    activitiesQuery(number),
  )
  const scroller = useRef<HTMLDivElement>(null)
  const content = useRef<HTMLDivElement>(null)
  useStayAtEnd(scroller, content)
  if (error && !data) return <ErrorState error={error} onRetry={() => void refetch()} />
  const activities = (data?.pages ?? []).flatMap(page => page.items).reverse()
  return (
    <section aria-label={text.history} className="flex min-h-0 flex-1 flex-col">
      <div
        ref={scroller}
        id={HISTORY_ID}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: whoever has no mouse scrolls with the keyboard
        tabIndex={0}
        className="min-h-0 flex-1 overflow-y-auto focus-visible:-outline-offset-2"
      >
        <div ref={content} className="mx-auto flex max-w-[820px] flex-col gap-3 px-4 py-4">
          {hasNextPage && (
            <Button className="self-center" aria-disabled={isFetchingNextPage} onClick={() => void fetchNextPage()}>
              {text.older}
            </Button>
          )}
          {data ? <Activities number={number} activities={activities} /> : <Skeleton className="h-32 w-full" />}
        </div>
      </div>
    </section>
  )
}

function Activities({ number, activities }: { number: number; activities: readonly ActivityOut[] }) {
  const me = useMe()
  const leaving = useLeaving().filter(
    each => each.number === number && !activities.some(activity => isOf(activity, each, me.id)),
  )
  return (
    <ol className="flex flex-col gap-3">
      {activities.map(activity => (
        <li key={activity.id}>
          {activity.kind === 'status_change' ? (
            <StatusLine activity={activity} />
          ) : (
            <ActivityCard number={number} activity={activity} />
          )}
        </li>
      ))}
      {leaving.map(each => (
        <li key={each.key}>
          <LeavingCard leaving={each} />
        </li>
      ))}
    </ol>
  )
}

/** Whether this activity is what was sent; it may be heard of before the answer to the request that sent it. */
const isOf = (activity: ActivityOut, sent: Leaving, me: string) =>
  sent.activityId === null
    ? activity.author.id === me && activity.kind !== 'status_change' && activity.id > (sent.after ?? '')
    : activity.id === sent.activityId

/** Keeps the newest activity in sight while frames load and panes change, until somebody scrolls up. */
function useStayAtEnd(scroller: RefObject<HTMLElement | null>, content: RefObject<HTMLElement | null>) {
  useEffect(() => {
    const pane = scroller.current
    const inner = content.current
    if (!pane || !inner) return
    let atEnd = true
    const toEnd = () => {
      if (atEnd) pane.scrollTop = pane.scrollHeight
    }
    const scrolled = () => {
      atEnd = pane.scrollHeight - pane.scrollTop - pane.clientHeight < 40
    }
    const observer = new ResizeObserver(toEnd)
    observer.observe(inner)
    observer.observe(pane)
    pane.addEventListener('scroll', scrolled, { passive: true })
    return () => {
      observer.disconnect()
      pane.removeEventListener('scroll', scrolled)
    }
  }, [scroller, content])
}
