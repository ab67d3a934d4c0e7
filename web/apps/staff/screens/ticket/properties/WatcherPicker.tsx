import { useQuery } from '@tanstack/react-query'
import type { AgentRef, TicketOut } from '../../../../../shared/api/staff'
import { textOf, useText } from '../../../../../shared/i18n/language'
import { Avatar, notify } from '../../../../../shared/ui/kit'
import { problemText } from '../../../app/problems'
import { agentsQuery } from '../../../data/desk'
import { setWatching } from '../../../data/properties'
import { PickDialog } from '../PickDialog'
import { closePicker } from './open'
import { words } from './words'

/** A colleague who shall be told of each new activity. */
export function WatcherPicker({ ticket }: { ticket: TicketOut }) {
  const text = useText(words)
  const agents = useQuery(agentsQuery).data
  const picks = agents
    ?.filter(agent => !ticket.watchers.some(each => each.id === agent.id))
    .map(({ id, name }) => ({
      id,
      name,
      icon: <Avatar name={name} />,
      run: () => void watch(ticket.number, { id, name }, true),
    }))
  return <PickDialog title={text.addWatcher} picks={picks} onClose={closePicker} />
}

/** With a notice and Undo. */
export async function watch(number: number, agent: AgentRef, watches: boolean, title?: string) {
  const text = textOf(words)
  try {
    await setWatching(number, agent, watches)
    const said = `${watches ? '' : '− '}${text.changed(text.watchers, agent.name)}`
    notify({ title: title ?? said, undo: () => void watch(number, agent, !watches) })
  } catch (error) {
    notify({ title: problemText(error), tone: 'error' })
  }
}
