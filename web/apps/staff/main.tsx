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

onSessionEnd(() => {
  queries.setQueryData(sessionQuery.queryKey, null)
  const { pathname, href } = router.state.location
  if (pathname !== '/sign-in') void router.navigate({ to: '/sign-in', search: { to: href } })
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
