import { useNavigate, useSearch } from '@tanstack/react-router'
import { Lock, Send } from 'lucide-react'
import { useText } from '../../../../shared/i18n/language'
import { Avatar, Button } from '../../../../shared/ui/kit'
import { useMe } from '../../data/session'
import { CleanHtml } from './CleanHtml'
import { type Leaving, useLeaving } from './composer/outbox'
import { takeBack } from './composer/sending'
import { words as composerWords } from './composer/words'
import { words } from './words'

/** Something that was sent just now, until the server tells of it itself. */
export function LeavingCard({ leaving }: { leaving: Leaving }) {
  const text = useText(composerWords)
  const ticket = useText(words)
  const me = useMe()
  const inside = leaving.slot !== 'reply'
  const look = inside ? 'border-note-line bg-note' : 'ml-8 border-line bg-out max-md:ml-0'
  const Icon = inside ? Lock : Send
  return (
    <section aria-label={text.sending} className={`rounded-lg border p-3.5 ${look}`}>
      <header className="flex items-center gap-2">
        <Avatar name={me.name} size={24} />
        <span className="truncate font-semibold">{me.name}</span>
        <span className="flex min-w-0 items-center gap-1 text-fg-2 text-xs">
          <Icon size={13} aria-hidden />
          <span className="truncate">{inside ? text.note : leaving.to && `${ticket.to} ${leaving.to}`}</span>
        </span>
        <span className="flex-1" />
        <span role="status" className="shrink-0 text-fg-2 text-xs">
          {text.sending}
        </span>
      </header>
      <div className="mt-2 pl-8 max-md:pl-0">
        <CleanHtml html={leaving.html} />
      </div>
    </section>
  )
}

/** On a mail that can still be taken back. */
export function SendingMark({ activityId }: { activityId: string }) {
  const text = useText(composerWords)
  const navigate = useNavigate()
  const filters = useSearch({ from: '/shell/t' })
  const leaving = useLeaving().find(each => each.activityId === activityId)
  if (!leaving?.undoUntil) return null
  const come = (number: number) => void navigate({ to: '/t/$number', params: { number }, search: filters })
  return (
    <span className="flex shrink-0 items-center gap-1 text-fg-2 text-xs">
      <span role="status">{text.sending}</span>
      <Button size="sm" onClick={() => void takeBack(leaving.key, come)}>
        {text.undo}
      </Button>
    </span>
  )
}
