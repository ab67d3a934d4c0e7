import { Search, X } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { useText } from '../../../../shared/i18n/language'
import { Kbd } from '../../../../shared/ui/kit'
import { words as kitWords } from '../../../../shared/ui/words'
import type { Filters } from '../../data/tickets'
import { withoutEmpty } from './filters'
import { words } from './words'

export const SEARCH_ID = 'ticket-search'
const PAUSE_MS = 200

/** Searches while one types; what is searched for is in the address. */
export function SearchField({ filters, narrow }: { filters: Filters; narrow: (next: Filters) => void }) {
  const text = useText(words)
  const kit = useText(kitWords)
  const [typed, setTyped] = useState(filters.q ?? '')
  const latest = useRef({ filters, narrow })
  latest.current = { filters, narrow }
  const sent = useRef(filters.q ?? '')

  useEffect(() => {
    // The address changed by something else than this field: a list was chosen, or the browser went back.
    if ((filters.q ?? '') !== sent.current) {
      sent.current = filters.q ?? ''
      setTyped(sent.current)
    }
  }, [filters.q])

  useEffect(() => {
    if (typed.trim() === sent.current) return
    const timer = window.setTimeout(() => {
      sent.current = typed.trim()
      latest.current.narrow(withoutEmpty({ ...latest.current.filters, q: sent.current || undefined }))
    }, PAUSE_MS)
    return () => window.clearTimeout(timer)
  }, [typed])

  return (
    <label className="flex h-8 min-w-0 flex-1 items-center gap-2 rounded-md border border-line bg-canvas px-2 focus-within:border-accent">
      <Search size={14} className="text-fg-3" aria-hidden />
      <span className="sr-only">{text.search}</span>
      <input
        id={SEARCH_ID}
        type="text"
        enterKeyHint="search"
        maxLength={200}
        value={typed}
        placeholder={text.search}
        onChange={event => setTyped(event.target.value)}
        className="min-w-0 flex-1 bg-transparent outline-none placeholder:text-fg-3"
      />
      {typed ? (
        <button
          type="button"
          aria-label={kit.clear}
          className="flex size-6 items-center justify-center text-fg-3"
          onClick={() => setTyped('')}
        >
          <X size={13} />
        </button>
      ) : (
        <Kbd keys="/" />
      )}
    </label>
  )
}
