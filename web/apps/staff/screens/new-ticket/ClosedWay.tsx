import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Ban } from 'lucide-react'
import type { WayOut } from '../../../../shared/api/staff'
import { useText } from '../../../../shared/i18n/language'
import { Button, EmptyState } from '../../../../shared/ui/kit'
import { newOptionsQuery } from '../../data/creation'
import { useMay } from '../../data/session'
import { words } from './words'

/** Why this way is closed, in the language of whoever asks. */
export function useReason(): (way: WayOut) => string {
  const text = useText(words)
  return way => (way.code ? text[`reason_${way.code}`] : '')
}

/** In place of a form that could not be sent: the reason, and where it is mended (CW-05). */
export function ClosedWay({ way, onLeave }: { way: WayOut; onLeave: () => void }) {
  const text = useText(words)
  const reason = useReason()
  const mayMend = useMay('mail:manage')
  const again = useQuery(newOptionsQuery).refetch
  return (
    <div className="flex min-h-64">
      <EmptyState
        icon={<Ban size={28} aria-hidden />}
        title={text.wayClosed}
        text={reason(way)}
        action={
          way.code === 'unknown_now' ? (
            <Button onClick={() => void again()}>{text.tryAgain}</Button>
          ) : (
            way.link &&
            mayMend && (
              <Link
                to="/config/{-$section}/{-$id}"
                params={{ section: 'mail-accounts', id: undefined }}
                onClick={onLeave}
                className="font-medium text-accent-fg underline underline-offset-2"
              >
                {text.openMailAccounts}
              </Link>
            )
          )
        }
      />
    </div>
  )
}
