import { useQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import type { Beginning } from '../../../../../shared/api/staff'
import { queries } from '../../../app/api'
import { beginningQuery } from '../../../data/writing'
import { withoutTail } from './content'
import { putWriting, type Slot, type Writing, writingOf } from './writing'

/** Recipients, signature and quotation of an answer, as the server proposes them. Gives what went wrong with it. */
export function useBeginning(writing: Writing): unknown {
  const { number, slot, mode, activityId, beginning } = writing
  const wanted = slot === 'reply' && beginning === null
  const { data, error } = useQuery({ ...beginningQuery(number, mode, activityId), enabled: wanted })
  useEffect(() => {
    if (wanted && data) takeBeginning(number, slot, data)
  }, [wanted, data, number, slot])
  return wanted ? error : null
}

/** Before it is sent: whoever is quicker than the server's proposal means it all the same. */
export async function ensureBeginning(number: number, slot: Slot): Promise<void> {
  const writing = writingOf(number, slot)
  if (!writing || slot !== 'reply' || writing.beginning) return
  takeBeginning(number, slot, await queries.fetchQuery(beginningQuery(number, writing.mode, writing.activityId)))
}

function takeBeginning(number: number, slot: Slot, data: Beginning) {
  const now = writingOf(number, slot)
  if (!now || now.beginning) return
  const begun = withoutTail({ ...now, beginning: data, activityId: data.activity_id })
  putWriting({
    ...begun,
    ...(now.wantsRecipients && { to: data.to, cc: data.cc }),
    // The editor holds what was cut off.
    edition: begun.html === now.html ? now.edition : now.edition + 1,
  })
}
