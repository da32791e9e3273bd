/** `/metrics`, and what it tells of every request: how long until its answer began, by route and status. */
import type { Elysia } from 'elysia'
import type { Metrics } from '#server/platform/metrics.ts'
import { textResponse } from './compression.ts'
import { exchangeOf } from './exchange.ts'

const BOUNDS_S = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.25, 1, 5]
/** What no route took: a path as it was asked for would be a series of its own. */
const NO_ROUTE = 'none'

/** @param authorize rejects for whom they are not */
export function mountMetrics(
  app: Elysia,
  metrics: Metrics,
  authorize: (request: Request) => Promise<void>,
): void {
  app.get('/metrics', async ({ request }) => {
    await authorize(request)
    const { contentType, body } = await metrics.text()
    return textResponse(request, body, {
      headers: { 'content-type': contentType, 'cache-control': 'no-store' },
    })
  })
}

export interface Answered {
  request: Request
  response: Response
  /** The pattern that its path matched. */
  route: string
  durationMs: number
}

export type Fetch = (request: Request) => Response | Promise<Response>

/**
 * Around everything, because Elysia's own hook after a response is left out when something was thrown. To be called
 * before anything else is mounted: hooks concern only what comes after them.
 */
export function timed(
  app: Elysia,
  metrics: Metrics,
  { begin, end }: { begin: (request: Request) => void; end: (answered: Answered) => void },
): (fetch: Fetch) => Fetch {
  const requests = metrics.histogram(
    {
      name: 'http_request_duration_seconds',
      help: 'From a request to the beginning of its answer',
      labels: ['method', 'route', 'status'],
    },
    BOUNDS_S,
  )
  app.onBeforeHandle(({ request, route }) => {
    exchangeOf(request).route = route
  })
  const observed = (request: Request, response: Response, startedAtMs: number) => {
    const route = exchangeOf(request).route ?? NO_ROUTE
    const durationMs = performance.now() - startedAtMs
    requests.observe([request.method, route, String(response.status)], durationMs / 1000)
    end({ request, response, route, durationMs })
    return response
  }
  return (fetch) => (request) => {
    const startedAtMs = performance.now()
    begin(request)
    const response = fetch(request)
    return response instanceof Promise
      ? response.then((late) => observed(request, late, startedAtMs))
      : observed(request, response, startedAtMs)
  }
}
