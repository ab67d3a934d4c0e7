import { useQuery } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { call, queries } from '../../app/api'
import { setUnread } from '../../data/properties'
import { ticketQuery, unreadQuery } from '../../data/tickets'

/** The ticket that somebody has marked as unread while it is open: looking on does not read it. */
let kept: number | null = null
export const keepUnread = (number: number) => {
  kept = number
}

/** Whoever looks at a ticket has read it, and what they were told about it. */
export function useMarkRead(number: number) {
  useReadNotices(number)
  const ticket = useQuery({ ...ticketQuery(number), enabled: false }).data
  const until = ticket?.last_activity_at
  const unread = ticket?.unread === true
  useEffect(() => {
    if (!unread || !until) return
    const read = () => {
      if (document.hidden || kept === number) return
      setUnread(number, false, until).catch(() => undefined) // it stays bold; the next look tries again
    }
    read()
    document.addEventListener('visibilitychange', read)
    return () => document.removeEventListener('visibilitychange', read)
  }, [number, unread, until])
  useEffect(
    () => () => {
      if (kept === number) kept = null
    },
    [number],
  )
}

function useReadNotices(number: number) {
  const unread = useQuery(unreadQuery).data?.get(number)
  const told = useRef(new Set<string>())
  useEffect(() => {
    const fresh = (unread ?? []).filter(id => !told.current.has(id))
    if (fresh.length === 0 || document.hidden) return
    for (const id of fresh) told.current.add(id)
    const read = fresh.map(id => call('read_notification', { path: { notification_id: id } }))
    void Promise.allSettled(read).then(() => queries.invalidateQueries({ queryKey: ['notifications'] }))
  }, [unread])
}
