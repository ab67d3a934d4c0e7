import { CloudOff } from 'lucide-react'
import { useEffect, useState } from 'react'
import { useText } from '../../../shared/i18n/language'
import { useConnection } from './live'
import { words } from './words'

/** A restart of the desk takes a second or two; nobody needs to hear of it. */
const PATIENCE_MS = 2_500

/** Says that the desk cannot be reached, and goes away by itself when it can. */
export function OfflineBanner() {
  const text = useText(words)
  const away = useConnection() === 'off'
  const [late, setLate] = useState(false)
  useEffect(() => {
    if (!away) return setLate(false)
    const timer = window.setTimeout(() => setLate(true), PATIENCE_MS)
    return () => window.clearTimeout(timer)
  }, [away])
  if (!away || !late) return null
  return (
    <div role="status" className="flex items-center justify-center gap-2 bg-warn-soft px-4 py-1.5 text-warn-fg">
      <CloudOff size={14} aria-hidden />
      {text.offline}
    </div>
  )
}
