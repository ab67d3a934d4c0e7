import { Inbox } from 'lucide-react'
import { useText } from '../../../../shared/i18n/language'
import { EmptyState, Kbd } from '../../../../shared/ui/kit'
import { words } from './words'

export function NoTicketOpen() {
  const text = useText(words)
  return (
    <EmptyState
      icon={<Inbox size={28} aria-hidden />}
      title={text.noTicket}
      text={
        <p className="flex flex-wrap items-center justify-center gap-1">
          {text.noTicketText} <Kbd keys="j" /> {text.noTicketThen} <Kbd keys="Enter" />
        </p>
      }
    />
  )
}
