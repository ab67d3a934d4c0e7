import { CloudOff, TriangleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import { Problem, Unreachable } from '../api/problem'
import { useText } from '../i18n/language'
import { Button } from './Button'
import { words } from './words'

type EmptyProps = {
  icon: ReactNode
  title: string
  text?: ReactNode
  action?: ReactNode
  /** Where nothing else on the page is its first heading. */
  heading?: boolean
}

/** Nothing is here: why, and what to do next. */
export function EmptyState({ icon, title, text, action, heading = false }: EmptyProps) {
  const Title = heading ? 'h1' : 'p'
  return (
    <div className="m-auto flex max-w-sm flex-col items-center gap-2 p-6 text-center text-fg-2">
      <span className="text-fg-3">{icon}</span>
      <Title className="font-medium text-fg">{title}</Title>
      {text && <div>{text}</div>}
      {action && <div className="mt-1">{action}</div>}
    </div>
  )
}

/** Something could not be loaded: what the server said, and a way to try again. */
export function ErrorState({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const text = useText(words)
  const offline = error instanceof Unreachable
  const said = offline ? text.failedOffline : error instanceof Problem ? error.message : text.unexpected
  return (
    <div role="alert" className="m-auto flex">
      <EmptyState
        icon={offline ? <CloudOff size={28} aria-hidden /> : <TriangleAlert size={28} aria-hidden />}
        title={text.failed}
        text={said}
        action={onRetry && <Button onClick={onRetry}>{text.tryAgain}</Button>}
      />
    </div>
  )
}

/** What will stand here, in its later size: `className` gives width and height. */
export const Skeleton = ({ className }: { className: string }) => (
  <div aria-hidden className={`skeleton ${className}`} />
)
