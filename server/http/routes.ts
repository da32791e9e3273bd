/** All that the server answers to, in one Elysia: health, pages, REST and tRPC. */
import { cors } from '@elysiajs/cors'
import { Elysia } from 'elysia'
import { api } from '#server/api.ts'
import type { Caller, Services } from '#server/context.ts'
import { ProblemError } from '#server/errors.ts'
import { SCOPES } from '#server/operation.ts'
import type { Metrics } from '#server/platform/metrics.ts'
import { mountHealth, type Health } from './health.ts'
import { mountMetrics, timed, type Fetch } from './metrics.ts'
import { openApi } from './openapi.ts'
import { mountPages } from './page.ts'
import { pathOf, problemResponse, requestInfo, toProblem } from './problem.ts'
import { createRequestLog } from './request-log.ts'
import { createRateLimiter, type Policies } from './rate-limit.ts'
import { asksToRefresh, mountRest, type Transport } from './rest.ts'
import { mountTransfers } from './transfers.ts'
import { ENDPOINT, mountTrpc, trpcRefusal } from './trpc.ts'

export interface RoutesOptions extends Health, Pick<Transport, 'stopping'> {
  services: Services
  metrics: Metrics
  limits: Policies | 'off'
  trustedProxyHops: number
  corsOrigins: readonly string[]
  /** The address at the other end of the connection. */
  addressOf: (request: Request) => string | undefined
}

/** config.ts refuses to start where callers would have to be told apart. */
const EVERYONE: Caller = { kind: 'open', name: 'anyone', scopes: new Set(SCOPES) }

const everyone = () => EVERYONE

/** @returns what answers a request */
export async function createRoutes(options: RoutesOptions): Promise<Fetch> {
  const { services, limits, metrics } = options
  const { log, clock } = services
  const transport: Transport = {
    log,
    stopping: options.stopping,
    answers: services.answers,
    callerOf: everyone,
    contextFor: (request, { requestId }) => ({
      ...services,
      caller: EVERYONE,
      requestId,
      idempotencyKey: request.headers.get('idempotency-key'),
      refresh: asksToRefresh(request),
      signal: request.signal,
    }),
  }
  const refused = metrics.counter({
    name: 'adstock_rate_limited_total',
    help: 'Requests refused with 429',
    labels: ['policy'],
  })
  const onRefused = (policy: string) => refused.add({ policy })
  const limiter =
    limits === 'off'
      ? undefined
      : createRateLimiter(api, { ...options, policies: limits, now: clock.now, onRefused })

  const app = new Elysia()
  const answer = timed(app, metrics, createRequestLog(log, transport.callerOf))
  app.onError(({ error, code, request }) => {
    const info = requestInfo(request)
    const refusal =
      code === 'NOT_FOUND' ? new ProblemError('ROUTE_NOT_FOUND', `Nothing is at ${info.instance}.`) : error
    const problem = toProblem(refusal, info, log)
    const fields = limiter?.fieldsFor(request) ?? {}
    const respond = pathOf(request.url).startsWith(`${ENDPOINT}/`) ? trpcRefusal(request) : problemResponse
    return respond(problem, fields)
  })
  if (options.corsOrigins.length > 0) app.use(crossOrigin(options.corsOrigins))
  if (limiter) {
    app.use(limiter.plugin)
    app.onBeforeHandle(({ request, set }) => void Object.assign(set.headers, limiter.fieldsFor(request)))
  }
  mountHealth(app, options)
  mountMetrics(app, metrics)
  await mountPages(app, openApi(api))
  mountRest(app, api, transport)
  mountTransfers(app, transport)
  mountTrpc(app, api, transport)
  return answer
}

/** Without cookies: a page from elsewhere sends a key of its own. */
function crossOrigin(origins: readonly string[]): ReturnType<typeof cors> {
  return cors({
    origin: (request) => origins.includes(request.headers.get('origin') ?? ''),
    credentials: false,
    methods: ['GET', 'HEAD', 'POST', 'PATCH', 'DELETE'],
    allowedHeaders: [
      'authorization',
      'content-type',
      'if-match',
      'if-none-match',
      'idempotency-key',
      'last-event-id',
      'x-request-id',
      'trpc-accept',
    ],
    exposeHeaders: [
      'etag',
      'link',
      'location',
      'retry-after',
      'ratelimit',
      'ratelimit-policy',
      'x-request-id',
      'cache-status',
      'idempotent-replayed',
      'server-timing',
    ],
    maxAge: 600,
  })
}
