import { type ErrorComponentProps, useRouter } from '@tanstack/react-router'
import { TriangleAlert } from 'lucide-react'
import { Problem, Unreachable } from '../../../shared/api/problem'
import { useText } from '../../../shared/i18n/language'
import { Button, EmptyState, ErrorState } from '../../../shared/ui/kit'
import { words as kitWords } from '../../../shared/ui/words'
import { words } from './words'

/** What stands where a screen failed; the rest of the app goes on. */
export function ScreenError({ error, reset }: ErrorComponentProps) {
  const text = useText(words)
  const kit = useText(kitWords)
  const router = useRouter()
  const again = () => {
    reset()
    void router.invalidate()
  }
  if (error instanceof Problem || error instanceof Unreachable) return <ErrorState error={error} onRetry={again} />
  return (
    <div role="alert" className="m-auto flex">
      <EmptyState
        icon={<TriangleAlert size={28} aria-hidden />}
        title={text.screenFailed}
        text={<code className="break-all text-xs">{error instanceof Error ? error.message : String(error)}</code>}
        action={<Button onClick={again}>{kit.tryAgain}</Button>}
      />
    </div>
  )
}
