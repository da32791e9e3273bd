/** The one client of the page: types flow from the server's operations to every query key and result. */
import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query'
import { createTRPCOptionsProxy } from '@trpc/tanstack-react-query'
import { createClient, problemOf, type AppRouter } from '#client/api.ts'
import { answered, connection, gotNoAnswer } from './connection.ts'

const FRESH_FOR_MS = 30_000
const MAX_RETRIES = 2

/** Another try may help when the server was busy; never when it refused, and the connection has a probe of its own. */
function worthRetrying(failures: number, error: unknown): boolean {
  const status = problemOf(error)?.status
  return failures < MAX_RETRIES && (status === 429 || status === 503)
}

/** Of the query for the session. */
export const SESSION_KEY = ['session'] as const

const listen = {
  onSuccess: () => answered(),
  onError(error: unknown) {
    const problem = problemOf(error)
    if (!problem) gotNoAnswer(error)
    else answered()
    if (problem?.status === 401) void queryClient.invalidateQueries({ queryKey: SESSION_KEY })
  },
}

export const queryClient: QueryClient = new QueryClient({
  queryCache: new QueryCache(listen),
  mutationCache: new MutationCache(listen),
  defaultOptions: {
    // The server may well be on this very machine: what the browser thinks of the network decides nothing.
    queries: { networkMode: 'always', staleTime: FRESH_FOR_MS, retry: worthRetrying },
    mutations: { networkMode: 'always', retry: worthRetrying },
  },
})

export const client = createClient(location.origin)
export const trpc = createTRPCOptionsProxy<AppRouter>({ client, queryClient })

// Queries that failed while the server was away are repeated.
void connection.onReturn(() => void queryClient.invalidateQueries())
