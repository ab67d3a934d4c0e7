import { QueryCache, QueryClient } from '@tanstack/react-query'
import { client } from '../../../shared/api/http'
import { Problem } from '../../../shared/api/problem'
import { type Operations, operations } from '../../../shared/api/staff'

/** The staff API: `call('get_ticket', { path: { number } })`. */
export const call = client<Operations>(operations)

type Listener = () => void
let sessionEnded: Listener = () => undefined

/** What happens when the server no longer knows who we are. */
export const onSessionEnd = (listener: Listener) => {
  sessionEnded = listener
}

const isFinal = (error: unknown) => error instanceof Problem && error.status < 500
const MOST_TRIES = 3

export const queries = new QueryClient({
  queryCache: new QueryCache({
    onError: (error, query) => {
      if (error instanceof Problem && error.status === 401 && query.queryKey[0] !== 'session') sessionEnded()
    },
  }),
  defaultOptions: {
    queries: {
      staleTime: 30_000,
      // A refusal stays a refusal; a lost connection may come back.
      retry: (failures, error) => !isFinal(error) && failures < MOST_TRIES,
      retryDelay: attempt => Math.min(500 * 2 ** attempt, 5_000),
      // The browser's own idea of being online is wrong for a desk on the same machine.
      networkMode: 'always',
    },
    mutations: { networkMode: 'always' },
  },
})
