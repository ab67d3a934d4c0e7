import { useDeferredValue, useState } from 'react'
import type { LinkIn, TicketOut, TicketRow } from '../../../../../shared/api/staff'
import { textOf, useText } from '../../../../../shared/i18n/language'
import { notify } from '../../../../../shared/ui/kit'
import { call, queries } from '../../../app/api'
import { problemText } from '../../../app/problems'
import { PickDialog } from '../PickDialog'
import { closePicker } from './open'
import { useTicketPicks } from './useTicketPicks'
import { words } from './words'

type Relation = LinkIn['relation']
const RELATIONS: readonly Relation[] = ['relates_to', 'child_of', 'parent_of', 'duplicate_of', 'duplicated_by']

export const RELATION_WORDS = {
  relates_to: 'relatesTo',
  child_of: 'childOf',
  parent_of: 'parentOf',
  duplicate_of: 'duplicateOf',
  duplicated_by: 'duplicatedBy',
  split_from: 'splitFrom',
  split_into: 'splitInto',
  merged_from: 'mergedFrom',
} as const

/** First the other ticket, then what this one is to it. */
export function LinkPicker({ ticket }: { ticket: TicketOut }) {
  const text = useText(words)
  const [typed, setTyped] = useState('')
  const [other, setOther] = useState<TicketRow | null>(null)
  const picks = useTicketPicks(useDeferredValue(typed), ticket.number, setOther)
  if (!other)
    return <PickDialog key="ticket" title={text.addLink} picks={picks} onSearch={setTyped} onClose={closePicker} stay />
  const relations = RELATIONS.map(relation => ({
    id: relation,
    name: text[RELATION_WORDS[relation]],
    detail: other.reference,
    run: () => void link(ticket.number, relation, other),
  }))
  return <PickDialog key="relation" title={text.relation} picks={relations} onClose={closePicker} />
}

async function link(number: number, relation: Relation, other: TicketRow) {
  try {
    await call('link_ticket', { path: { number }, body: { relation, number: other.number } })
    notify({ title: textOf(words).linked(other.reference) })
  } catch (error) {
    notify({ title: problemText(error), tone: 'error' })
  }
  refreshLinks(number)
}

export async function unlink(number: number, id: string, other: string) {
  try {
    await call('unlink_ticket', { path: { number, link_id: id } })
    notify({ title: textOf(words).unlinked(other) })
  } catch (error) {
    notify({ title: problemText(error), tone: 'error' })
  }
  refreshLinks(number)
}

const refreshLinks = (number: number) => {
  for (const key of ['ticket', 'activities']) void queries.invalidateQueries({ queryKey: [key, number] })
}
