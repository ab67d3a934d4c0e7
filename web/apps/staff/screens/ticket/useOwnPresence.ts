import { useEffect } from 'react'
import { call } from '../../app/api'

const AGAIN_MS = 10_000

/** Tells the others that we look at this ticket, for as long as it is open and the tab is in sight. */
export function useOwnPresence(number: number, found: boolean, state: 'viewing' | 'writing' = 'viewing') {
  useEffect(() => {
    if (!found) return
    let timer: number | undefined
    let gone = false
    const tell = async () => {
      let pause = AGAIN_MS
      try {
        if (!document.hidden) {
          const told = await call('set_presence', { path: { number }, body: { state } })
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
    document.addEventListener('visibilitychange', shownOrHidden)
    return () => {
      gone = true
      window.clearTimeout(timer)
      document.removeEventListener('visibilitychange', shownOrHidden)
      leave()
    }
  }, [number, found, state])
}
