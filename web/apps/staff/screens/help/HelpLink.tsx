import { CircleQuestionMark } from 'lucide-react'
import { useText } from '../../../../shared/i18n/language'
import type { Topic } from './topics'
import { words } from './words'

/** From a screen to its page, in a tab of its own: what somebody has typed stays where it is. */
export function HelpLink({ topic }: { topic: Topic }) {
  const text = useText(words)
  return (
    <a
      href={`/help/${topic}`}
      target="_blank"
      rel="noopener"
      title={text.helpHere}
      aria-label={text.helpHere}
      className="flex size-7 shrink-0 items-center justify-center rounded-md text-fg-2 hover:bg-hover hover:text-fg"
    >
      <CircleQuestionMark size={15} aria-hidden />
    </a>
  )
}
