import { useEffect, useRef } from 'react'
import { call } from '../../app/api'

const AGAIN_MS = 10_000

/** Tells the others that we look at this ticket, for as long as it is open and the tab is in sight. */
export function useOwnPresence(number: number, found: boolean, state: 'viewing' | 'writing' = 'viewing') {
  const latest = useRef(state)
  const again = useRef<() => void>(undefined)
  useEffect(() => {
    latest.current = state
    again.current?.()
  }, [state])
  useEffect(() => {
    if (!found) return
    let timer: number | undefined
    let gone = false
    const tell = async () => {
      let pause = AGAIN_MS
      try {
        if (!document.hidden) {
          const told = await call('set_presence', { path: { number }, body: { state: latest.current } })
          pause = told.refresh_seconds * 1_000
        }
      } catch {
        // Nobody is told for a moment; the next time says it again.
      }
      if (!gone) timer = window.setTimeout(tell, pause)
    }
    const leave = () => void call('end_presence', { path: { number } }, { keepalive: true }).catch(() => undefined)
    const shownOrHidden = () => {
      window.clearTimeout(timer)
      if (document.hidden) leave()
      else void tell()
    }
    void tell()
    again.current = shownOrHidden
    document.addEventListener('visibilitychange', shownOrHidden)
    return () => {
      gone = true
      again.current = undefined
      window.clearTimeout(timer)
      document.removeEventListener('visibilitychange', shownOrHidden)
      leave()
    }
  }, [number, found])
}
