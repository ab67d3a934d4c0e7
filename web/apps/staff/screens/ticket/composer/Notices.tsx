import { Eye, MailPlus, PenLine, TriangleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import { isProblem } from '../../../../../shared/api/problem'
import type { ActivityOut, TicketOut } from '../../../../../shared/api/staff'
import { moment } from '../../../../../shared/i18n/formats'
import { useText } from '../../../../../shared/i18n/language'
import { Button } from '../../../../../shared/ui/kit'
import { problemText } from '../../../app/problems'
import { useMe } from '../../../data/session'
import { words } from './words'
import type { Writing } from './writing'

/** Who else is in the ticket: one who writes is named before one who looks. */
export function OthersHere({ ticket }: { ticket: TicketOut }) {
  const text = useText(words)
  const me = useMe()
  const others = ticket.presence.filter(each => each.id !== me.id)
  const writing = others.find(each => each.state === 'writing')
  const [first] = others
  if (!first) return null
  return (
    <Notice icon={writing ? <PenLine size={13} aria-hidden /> : <Eye size={13} aria-hidden />}>
      {writing ? text.writing(writing.name) : text.viewing(first.name)}
    </Notice>
  )
}

/** Something came while somebody writes: the text stays where it is, and this tells of it. */
export function NewMessage({ newer, onShow }: { newer: readonly ActivityOut[]; onShow: () => void }) {
  const text = useText(words)
  const last = newer.at(-1)
  if (!last) return null
  return (
    <Notice
      icon={<MailPlus size={13} aria-hidden />}
      action={
        <Button size="sm" onClick={onShow}>
          {text.show}
        </Button>
      }
    >
      {text.newFrom(last.author.name)}
    </Notice>
  )
}

type Told = { id: string; at: string; author: { name: string }; excerpt: string }
type Current = { last_activity: string; activities: Told[] }

/** Why it was not sent. What others wrote meanwhile is shown, and can be sent past. */
export function Refusal({ writing, onSendAnyway }: { writing: Writing; onSendAnyway: (lastSeen: string) => void }) {
  const text = useText(words)
  const { refused } = writing
  if (!refused) return null
  if (isProblem(refused, 'new_activity')) {
    const current = refused.details.current as Current
    return (
      <Notice
        icon={<TriangleAlert size={13} aria-hidden />}
        alert
        action={
          <Button size="sm" onClick={() => onSendAnyway(current.last_activity)}>
            {text.sendAnyway}
          </Button>
        }
      >
        {text.newActivities}
        <ul className="mt-1 flex max-h-28 flex-col gap-1 overflow-y-auto font-normal">
          {current.activities.map(each => (
            <li key={each.id} className="break-words">
              <b className="font-semibold">{each.author.name}</b> · {moment(each.at)} — {each.excerpt}
            </li>
          ))}
        </ul>
      </Notice>
    )
  }
  return (
    <Notice icon={<TriangleAlert size={13} aria-hidden />} alert>
      {text.notSent} {problemText(refused)}
    </Notice>
  )
}

type NoticeProps = { icon: ReactNode; alert?: boolean; action?: ReactNode; children: ReactNode }

export const Notice = ({ icon, alert = false, action, children }: NoticeProps) => (
  <div
    role={alert ? 'alert' : 'status'}
    className="flex flex-wrap items-start gap-2 rounded-md bg-warn-soft px-3 py-1.5 font-medium text-warn-fg text-xs"
  >
    {icon && <span className="py-1.5">{icon}</span>}
    <div className="min-w-48 flex-1 py-1">{children}</div>
    {action}
  </div>
)
