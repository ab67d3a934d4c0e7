import { useInfiniteQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import type { ActivityOut } from '../../../../../shared/api/staff'
import { useMe } from '../../../data/session'
import { activitiesQuery } from '../../../data/tickets'
import { newestOf } from './content'
import { patchWriting, type Slot, useWriting } from './writing'

/** What others have written since somebody began to write here; and notes what was the newest when they began. */
export function useNewer(number: number, slot: Slot): ActivityOut[] {
  const me = useMe()
  const pages = useInfiniteQuery(activitiesQuery(number)).data?.pages
  const writing = useWriting(number, slot)
  const lastSeen = writing?.lastSeen ?? null
  const begun = writing !== undefined
  const newest = newestOf((pages ?? []).flatMap(page => page.items))
  useEffect(() => {
    if (begun && lastSeen === null && newest) patchWriting(number, slot, { lastSeen: newest })
  }, [begun, lastSeen, newest, number, slot])
  if (lastSeen === null) return []
  return (pages ?? [])
    .flatMap(page => page.items)
    .filter(each => each.id > lastSeen && each.author.id !== me.id && each.kind !== 'status_change')
    .reverse()
}
