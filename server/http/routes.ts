/** All that the server answers to, in one Elysia: health, pages, REST and tRPC. */
import { Elysia } from 'elysia'
import { api, formatsOf } from '#server/api.ts'
import { requireScope } from '#server/caller.ts'
import type { Services } from '#server/context.ts'
import { ProblemError } from '#server/errors.ts'
import type { KeyRing } from '#server/keys/key-ring.ts'
import type { Gcra } from '#server/platform/gcra.ts'
import type { Limiter } from './limits/limiter.ts'
import type { Metrics } from '#server/platform/metrics.ts'
import type { SpanExporter } from '#server/platform/span-exporter.ts'
import { exchangeOf } from './exchange.ts'
import { admission } from './limits/admission.ts'
import { createAuth, OPEN, type Auth } from './auth/auth.ts'
import { callerAddress } from './limits/caller-address.ts'
import { crossOrigin } from './cors.ts'
import { mountHealth, type Health } from './health.ts'
import { mountMetrics, timed, type Fetch } from './request-metrics.ts'
import { keptAnswers, keptFor } from './kept-answers.ts'
import { llmsTxt } from './llms-txt.ts'
import { mountMcp } from './mcp/mcp.ts'
import { toolsOf } from './mcp/tools.ts'
import { openApi } from './openapi/openapi.ts'
import { loadPages } from './web-page.ts'
import { countVerdicts } from './limits/limit-metrics.ts'
import { requestCosts } from './limits/request-cost.ts'
import { problemResponse, requestInfo, toProblem } from './problem.ts'
import { createRequestLog } from './request-log.ts'
import { createRateLimiter, type Policies, type RateLimiter } from './limits/rate-limit.ts'
import { asksToRefresh, mountRest, type Transport } from './rest.ts'
import { createTracing, traceparentOf } from './tracing.ts'
import { mountSession } from './auth/session.ts'
import { createSignInAudit } from './auth/sign-in-audit.ts'
import { createShedding } from './limits/shedding.ts'
import { mountFileRoutes } from './files.ts'
import { isTrpc } from './trpc-address.ts'
import { mountTrpc, trpcRefusal } from './trpc.ts'

export interface RoutesOptions extends Health, Pick<Transport, 'stopping' | 'disableIdleTimeout'> {
  services: Services
  metrics: Metrics
  limits: Policies | 'off'
  /** Undefined where every caller may do everything. */
  keys: KeyRing | undefined
  publicReads: boolean
  limiter: Limiter
  /** To sign in, with right keys and wrong ones. */
  attempts: Gcra
  trustedProxyHops: number
  corsOrigins: readonly string[]
  /** Takes what requests took, for a collector. */
  spans: SpanExporter | undefined
  /** Whether language models may use the operations as tools. */
  mcp: boolean
  /** The address at the other end of the connection. */
  addressOf: (request: Request) => string | undefined
}

/** @returns what answers a request */
export async function createRoutes(options: RoutesOptions): Promise<Fetch> {
  const { services, metrics } = options
  const { log } = services
  const auth = authFor(options)
  const reporter = { log, onProblem: services.system.recentErrors.record }
  const transport: Transport = {
    ...reporter,
    stopping: options.stopping,
    disableIdleTimeout: options.disableIdleTimeout,
    answers: services.answers,
    auth,
    contextFor: (request, { requestId }, caller) => ({
      ...services,
      caller,
      requestId,
      idempotencyKey: request.headers.get('idempotency-key'),
      refresh: asksToRefresh(request),
      signal: request.signal,
      traceparent: traceparentOf(request),
    }),
  }
  const limiter = limiterOf(options)

  // Otherwise it takes a short host's name for a part of the path: another one than is limited and refused here.
  const app = new Elysia({ handler: { standardHostname: false } })
  const tracing = createTracing(options.spans)
  const logged = createRequestLog(log, auth.callerOf)
  const measured = timed(app, metrics, {
    begin: tracing.begin,
    end(answered) {
      tracing.end(answered)
      logged(answered)
    },
  })
  const onError = (error: unknown, request: Request) => {
    const problem = toProblem(error, requestInfo(request), reporter)
    const respond = isTrpc(exchangeOf(request).address) ? trpcRefusal(request) : problemResponse
    return respond(problem)
  }
  const formats = formatsOf(services)
  const pages = await loadPages(openApi(api, formats), llmsTxt(api, { hasMcp: options.mcp }))
  app.onError(({ error, code, request }) => {
    if (code !== 'NOT_FOUND') return onError(error, request)
    const notFound = new ProblemError('ROUTE_NOT_FOUND', `No route matches ${exchangeOf(request).path}.`)
    return pages.pageFor(request) ?? onError(notFound, request)
  })
  app.onBeforeHandle(({ request }) => {
    const { refusal } = exchangeOf(request)
    if (refusal !== undefined) throw refusal
  })
  if (options.corsOrigins.length > 0) app.use(crossOrigin(options.corsOrigins))
  mountHealth(app, options)
  mountMetrics(app, metrics, async (request) =>
    requireScope({ caller: await auth.callerOf(request) }, 'admin'),
  )
  const { audit, clock, isUnavailable } = services
  const signIns = createSignInAudit({ audit, metrics, now: clock.now })
  mountSession(app, auth, { ...reporter, isUnavailable, signIns })
  pages.mount(app)
  mountRest(app, api, transport)
  mountFileRoutes(app, transport)
  if (options.mcp) mountMcp(app, { transport, limiter, toolsOf: () => toolsOf(api, formats) })
  mountTrpc(app, api, { ...transport, rateLimit: limiter?.plugin(), onError })
  const routed: Fetch = (request) => app.fetch(request)
  // The hooks of CORS are the router's.
  const answer = options.corsOrigins.length > 0 ? routed : keptAnswers(api, transport, routed)
  return measured(admissionOf(options, auth, limiter)(answer))
}

function limiterOf({ limits, limiter, metrics }: RoutesOptions): RateLimiter | undefined {
  if (limits === 'off') return undefined
  return createRateLimiter({ policies: limits, limiter, onVerdict: countVerdicts(metrics, limiter) })
}

/** A caller is a key, else an address. */
function admissionOf(
  { metrics, services, addressOf, trustedProxyHops }: RoutesOptions,
  { rateLimitKey }: Auth,
  limiter: RateLimiter | undefined,
) {
  const named = (request: Request, key: string | undefined) =>
    key ?? callerAddress(request, addressOf(request), trustedProxyHops)
  return admission({
    costOf: requestCosts(api),
    rateLimitKey(request) {
      const key = rateLimitKey(request)
      return key instanceof Promise ? key.then((found) => named(request, found)) : named(request, key)
    },
    limiter,
    // What memory may answer does not reach its route.
    isCountedByRoute: (request) => isTrpc(exchangeOf(request).address) && !keptFor(services.answers, request),
    shedding: createShedding(metrics),
  })
}

function authFor(options: RoutesOptions): Auth {
  const { keys, limits, metrics, services, attempts } = options
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
    attempts,
    onFailed: (reason) => failures.add({ reason }),
  })
}
