import { Link } from '@tanstack/react-router'
import { Compass } from 'lucide-react'
import { useText } from '../../../shared/i18n/language'
import { EmptyState } from '../../../shared/ui/kit'
import { words } from './words'

export function NotFound() {
  const text = useText(words)
  return (
    <main className="flex h-full flex-1">
      <EmptyState
        heading
        icon={<Compass size={28} aria-hidden />}
        title={text.notFoundTitle}
        text={text.notFoundText}
        action={
          <Link to="/" className="font-medium text-accent-fg underline underline-offset-2">
            {text.toTickets}
          </Link>
        }
      />
    </main>
  )
}
