/** All that the server answers to, in one Elysia: health, pages, REST and tRPC. */
import { Elysia } from 'elysia'
import { api } from '#server/api.ts'
import type { Services } from '#server/context.ts'
import { ProblemError } from '#server/errors.ts'
import type { KeyRing } from '#server/keys/key-ring.ts'
import { requireScope } from '#server/operation.ts'
import type { Metrics } from '#server/platform/metrics.ts'
import { createAuth, OPEN, type Auth } from './auth.ts'
import { crossOrigin } from './cors.ts'
import { mountHealth, type Health } from './health.ts'
import { mountMetrics, timed, type Fetch } from './metrics.ts'
import { openApi } from './openapi.ts'
import { mountPages } from './page.ts'
import { pathOf, problemResponse, requestInfo, toProblem } from './problem.ts'
import { createRequestLog } from './request-log.ts'
import { createRateLimiter, type Policies } from './rate-limit.ts'
import { asksToRefresh, mountRest, type Transport } from './rest.ts'
import { mountSession } from './session.ts'
import { mountTransfers } from './transfers.ts'
import { ENDPOINT, mountTrpc, trpcRefusal } from './trpc.ts'

export interface RoutesOptions extends Health, Pick<Transport, 'stopping'> {
  services: Services
  metrics: Metrics
  limits: Policies | 'off'
  /** Without, everybody may do everything. */
  keys: KeyRing | undefined
  publicReads: boolean
  trustedProxyHops: number
  corsOrigins: readonly string[]
  /** The address at the other end of the connection. */
  addressOf: (request: Request) => string | undefined
}

/** @returns what answers a request */
export async function createRoutes(options: RoutesOptions): Promise<Fetch> {
  const { services, limits, metrics } = options
  const { log, clock } = services
  const auth = authFor(options)
  const transport: Transport = {
    log,
    stopping: options.stopping,
    answers: services.answers,
    auth,
    contextFor: (request, { requestId }, caller) => ({
      ...services,
      caller,
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
  const answer = timed(app, metrics, createRequestLog(log, transport.auth.callerOf))
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
  mountMetrics(app, metrics, async (request) =>
    requireScope({ caller: await auth.callerOf(request) }, 'admin'),
  )
  mountSession(app, auth, services)
  await mountPages(app, openApi(api))
  mountRest(app, api, transport)
  mountTransfers(app, transport)
  mountTrpc(app, api, transport)
  return answer
}

function authFor(options: RoutesOptions): Auth {
  const { keys, limits, metrics, services } = options
  if (!keys) return OPEN
  const failures = metrics.counter({
    name: 'adstock_auth_failures_total',
    help: 'Requests with a wrong key, and those refused because of many before',
    labels: ['reason'],
  })
  return createAuth({
    ...options,
    keys,
    limited: limits !== 'off',
    log: services.log,
    isUnavailable: services.isUnavailable,
    now: services.clock.now,
    onFailed: (reason) => failures.add({ reason }),
  })
}
