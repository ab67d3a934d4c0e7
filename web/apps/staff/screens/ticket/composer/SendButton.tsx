import { ChevronDown } from 'lucide-react'
import type { ThenIn, TicketOut } from '../../../../../shared/api/staff'
import { useText } from '../../../../../shared/i18n/language'
import { Button, Menu, MenuItem, Tip } from '../../../../../shared/ui/kit'
import { useMay } from '../../../data/session'
import { StatusIcon } from '../../../parts/StatusIcon'
import { words } from './words'
import type { Slot } from './writing'

type SendButtonProps = { ticket: TicketOut; slot: Slot; disabled: boolean; onSend: (then: ThenIn | null) => void }

/** Send, or send and put the ticket into another status in one step. */
export function SendButton({ ticket, slot, disabled, onSend }: SendButtonProps) {
  const text = useText(words)
  const mayChange = useMay('tickets:write')
  const note = slot !== 'reply'
  const look = note ? 'note' : 'primary'
  const name = note ? (slot === 'note' ? text.addNote : text.writeCall) : nameOfSending(ticket, text)
  return (
    <div className="flex">
      <Tip label={name} keys="mod+Enter" side="top">
        <Button
          look={look}
          aria-disabled={disabled}
          className={mayChange ? 'rounded-r-none' : ''}
          onClick={() => !disabled && onSend(null)}
        >
          {name}
        </Button>
      </Tip>
      {mayChange && (
        <Menu
          align="end"
          trigger={
            <Button
              look={look}
              aria-label={text.moreWays}
              disabled={disabled}
              className="-ml-px rounded-l-none border-white/25 border-l px-1.5!"
            >
              <ChevronDown size={14} />
            </Button>
          }
        >
          {ticket.next_statuses.map(status => (
            <MenuItem
              key={status.key}
              icon={<StatusIcon status={status} />}
              onClick={() => onSend({ status: status.key })}
            >
              {note ? text.addAnd(status.name) : text.sendAnd(status.name)}
            </MenuItem>
          ))}
        </Menu>
      )}
    </div>
  )
}

/** As soon as a mail server takes the answer over, an open ticket that waits for us is answered by itself. */
function nameOfSending(ticket: TicketOut, text: { send: string; sendAnd: (status: string) => string }): string {
  const { status, next_statuses: next } = ticket
  if (status.category === 'closed' || status.ball !== 'us') return text.send
  const answered = next.find(each => each.category === 'open' && each.ball === 'customer')
  return answered ? text.sendAnd(answered.name) : text.send
}
