import '../../shared/lib/trusted-types'
import { CSPProvider } from '@base-ui/react/csp-provider'
import { Tooltip } from '@base-ui/react/tooltip'
import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { ToastProvider } from '../../shared/ui/kit'
import { onSessionEnd, queries } from './app/api'
import { sessionQuery } from './data/session'
import { router } from './router'

// The shell sees it and leads to the sign-in.
onSessionEnd(() => queries.setQueryData(sessionQuery.queryKey, null))

// After a new build the files that an open tab knows are gone: load the page anew. Never while the desk is away, or what
// somebody has typed would be lost for nothing; and not again and again.
const RELOADED = 'reloaded-at'
const PAUSE_MS = 60_000
window.addEventListener('vite:preloadError', () => {
  if (Date.now() - Number(sessionStorage.getItem(RELOADED)) < PAUSE_MS) return
  void fetch('/', { method: 'HEAD', cache: 'no-store' }).then(
    answer => {
      if (!answer.ok) return
      sessionStorage.setItem(RELOADED, String(Date.now()))
      location.reload()
    },
    () => undefined,
  )
})

const place = document.getElementById('root')
if (place) {
  createRoot(place).render(
    <StrictMode>
      <CSPProvider disableStyleElements>
        <QueryClientProvider client={queries}>
          <Tooltip.Provider delay={350}>
            <ToastProvider>
              <RouterProvider router={router} />
            </ToastProvider>
          </Tooltip.Provider>
        </QueryClientProvider>
      </CSPProvider>
    </StrictMode>,
  )
}
