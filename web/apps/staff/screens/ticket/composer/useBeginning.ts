import { useQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import { beginningQuery } from '../../../data/writing'
import { withoutTail } from './content'
import { putWriting, type Writing, writingOf } from './writing'

/** Recipients, signature and quotation of an answer, as the server proposes them. Gives what went wrong with it. */
export function useBeginning(writing: Writing): unknown {
  const { number, slot, mode, activityId, beginning } = writing
  const wanted = slot === 'reply' && beginning === null
  const { data, error } = useQuery({ ...beginningQuery(number, mode, activityId), enabled: wanted })
  useEffect(() => {
    const now = writingOf(number, slot)
    if (!wanted || !data || !now || now.beginning) return
    const begun = withoutTail({ ...now, beginning: data, activityId: data.activity_id })
    putWriting({
      ...begun,
      ...(now.wantsRecipients && { to: data.to, cc: data.cc }),
      // The editor holds what was cut off.
      edition: begun.html === now.html ? now.edition : now.edition + 1,
    })
  }, [wanted, data, number, slot])
  return wanted ? error : null
}
