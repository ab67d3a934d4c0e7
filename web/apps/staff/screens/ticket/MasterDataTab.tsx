import { useState } from 'react'
import type { TicketOut } from '../../../../shared/api/staff'
import { useText } from '../../../../shared/i18n/language'
import { TextField } from '../../../../shared/ui/kit'
import { useMay } from '../../data/session'
import { change } from './properties/changes'
import { FieldsPart } from './properties/FieldsPart'
import { ContactPart, LinksPart, TagsPart } from './properties/Parts'
import { PropertyRows } from './properties/PropertyRows'
import { words } from './properties/words'

/** Everything that is known of a ticket, at every width. */
export function MasterDataTab({ ticket }: { ticket: TicketOut }) {
  return (
    <div className="min-h-0 flex-1 overflow-y-auto bg-surface p-4">
      <div className="mx-auto flex max-w-[560px] flex-col gap-4">
        <Subject key={ticket.subject} ticket={ticket} />
        <PropertyRows ticket={ticket} />
        <ContactPart ticket={ticket} />
        <TagsPart ticket={ticket} />
        <FieldsPart ticket={ticket} />
        <LinksPart ticket={ticket} />
      </div>
    </div>
  )
}

/** Saved when one leaves it; an empty one goes back to what it was. */
function Subject({ ticket }: { ticket: TicketOut }) {
  const text = useText(words)
  const may = useMay('tickets:write')
  const [typed, setTyped] = useState(ticket.subject)
  const save = () => {
    const subject = typed.trim()
    if (subject === '') return setTyped(ticket.subject)
    if (subject === ticket.subject) return
    void change(ticket, {
      patch: { subject },
      shown: { subject },
      title: text.subjectChanged,
      back: { subject: ticket.subject },
    })
  }
  return (
    <TextField
      label={text.subject}
      value={typed}
      disabled={!may}
      maxLength={300}
      onChange={event => setTyped(event.target.value)}
      onBlur={save}
      onKeyDown={event => event.key === 'Enter' && save()}
    />
  )
}
