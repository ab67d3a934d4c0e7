import { useQuery } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { call, queries } from '../../app/api'
import { unreadQuery } from '../../data/tickets'

/** Whoever reads a ticket has read what they were told about it. */
export function useMarkRead(number: number) {
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
