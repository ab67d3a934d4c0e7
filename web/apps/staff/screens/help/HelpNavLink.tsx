import { Link, useRouterState } from '@tanstack/react-router'
import { CircleQuestionMark } from 'lucide-react'
import { useText } from '../../../../shared/i18n/language'
import { chrome } from '../../app/chrome'
import { words } from './words'

/** The way to the help, at the foot of the navigation. */
export function HelpNavLink() {
  const text = useText(words)
  const here = useRouterState({ select: state => state.location.pathname.startsWith('/help') })
  return (
    <Link
      to="/help/{-$topic}"
      params={{ topic: undefined }}
      aria-current={here ? 'page' : undefined}
      onClick={() => chrome.set({ navigation: false })}
      className={`mx-2 mb-1 flex h-7 items-center gap-2 rounded-md px-2 hover:bg-hover ${here ? 'bg-selected font-medium' : 'text-fg-2'}`}
    >
      <CircleQuestionMark size={15} aria-hidden />
      {text.help}
    </Link>
  )
}
