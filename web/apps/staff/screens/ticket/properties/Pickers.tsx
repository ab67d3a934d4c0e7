import { useDeferredValue, useState } from 'react'
import type { TicketOut } from '../../../../../shared/api/staff'
import { useText } from '../../../../../shared/i18n/language'
import { PickDialog } from '../PickDialog'
import { LinkPicker } from './LinkPicker'
import { MergePicker } from './MergePicker'
import { MovePicker } from './MovePicker'
import { closePicker, picker } from './open'
import { ReminderDialog } from './ReminderDialog'
import {
  useAgentPicks,
  useContactPicks,
  useMarkerPicks,
  usePriorityPicks,
  useStatusPicks,
  useTagPicks,
} from './usePicks'
import { WatcherPicker } from './WatcherPicker'
import { words } from './words'

type Of = { ticket: TicketOut }

/** Whatever is being chosen for the ticket at this moment. */
export function Pickers({ ticket }: Of) {
  switch (picker.use(state => state.property)) {
    case 'status':
      return <StatusPicker ticket={ticket} />
    case 'owner':
      return <AgentPicker ticket={ticket} field="owner" />
    case 'responsible':
      return <AgentPicker ticket={ticket} field="responsible" />
    case 'priority':
      return <PriorityPicker ticket={ticket} />
    case 'marker':
      return <MarkerPicker ticket={ticket} />
    case 'contact':
      return <ContactPicker ticket={ticket} />
    case 'tag':
      return <TagPicker ticket={ticket} />
    case 'channel':
      return <MovePicker ticket={ticket} />
    case 'watcher':
      return <WatcherPicker ticket={ticket} />
    case 'reminder':
      return <ReminderDialog ticket={ticket} />
    case 'merge':
      return <MergePicker ticket={ticket} />
    case 'link':
      return <LinkPicker ticket={ticket} />
    case null:
      return null
  }
}

const StatusPicker = ({ ticket }: Of) => (
  <PickDialog title={useText(words).status} picks={useStatusPicks(ticket)} onClose={closePicker} />
)

const AgentPicker = ({ ticket, field }: Of & { field: 'owner' | 'responsible' }) => (
  <PickDialog title={useText(words)[field]} picks={useAgentPicks(ticket, field)} onClose={closePicker} />
)

const PriorityPicker = ({ ticket }: Of) => (
  <PickDialog title={useText(words).priority} picks={usePriorityPicks(ticket)} onClose={closePicker} />
)

const MarkerPicker = ({ ticket }: Of) => (
  <PickDialog title={useText(words).marker} picks={useMarkerPicks(ticket)} onClose={closePicker} />
)

function ContactPicker({ ticket }: Of) {
  const [typed, setTyped] = useState('')
  const picks = useContactPicks(ticket, useDeferredValue(typed))
  return <PickDialog title={useText(words).contact} picks={picks} onSearch={setTyped} onClose={closePicker} />
}

function TagPicker({ ticket }: Of) {
  const [typed, setTyped] = useState('')
  const picks = useTagPicks(ticket, useDeferredValue(typed))
  return <PickDialog title={useText(words).addTag} picks={picks} onSearch={setTyped} onClose={closePicker} />
}
