import {
  CircleCheck,
  CircleDashed,
  CircleDot,
  CircleX,
  Hourglass,
  type LucideIcon,
  MessageCircleReply,
} from 'lucide-react'
import type { StatusRef } from '../../../shared/api/staff'

type Shape = { icon: LucideIcon; colour: string }

/** Each status has a shape of its own kind, so that nobody needs to tell colours apart. */
function shapeOf(status: StatusRef): Shape {
  if (status.category === 'closed') {
    return /un|fail|reject|spam/.test(status.key)
      ? { icon: CircleX, colour: 'text-fg-3' }
      : { icon: CircleCheck, colour: 'text-fg-3' }
  }
  if (status.key === 'new') return { icon: CircleDashed, colour: 'text-accent-fg' }
  if (status.ball === 'customer') return { icon: MessageCircleReply, colour: 'text-ok-fg' }
  if (status.ball === 'third_party') return { icon: Hourglass, colour: 'text-fg-2' }
  return { icon: CircleDot, colour: 'text-warn-fg' }
}

export function StatusIcon({ status, size = 15 }: { status: StatusRef; size?: number }) {
  const { icon: Icon, colour } = shapeOf(status)
  return <Icon size={size} className={colour} role="img" aria-label={status.name} />
}
