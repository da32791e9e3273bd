/** All that the server answers to, in one Elysia: health, pages, REST and tRPC. */
import { Elysia } from 'elysia'
import { api } from '#server/api.ts'
import type { Caller, Services } from '#server/context.ts'
import { ProblemError } from '#server/errors.ts'
import { SCOPES } from '#server/operation.ts'
import type { Limiter } from '#server/platform/limiter.ts'
import type { Metrics } from '#server/platform/metrics.ts'
import { createAdmission } from './admission.ts'
import { callerAddress } from './caller-address.ts'
import { mountHealth, type Health } from './health.ts'
import { mountMetrics, timed, type Fetch } from './metrics.ts'
import { openApi } from './openapi.ts'
import { mountPages } from './page.ts'
import { countVerdicts } from './limit-metrics.ts'
import { pricing } from './pricing.ts'
import { pathOf, problemResponse, requestInfo, toProblem } from './problem.ts'
import { createRateLimiter, type Policies } from './rate-limit.ts'
import { asksToRefresh, mountRest, type Transport } from './rest.ts'
import { createShedding } from './shedding.ts'
import { mountTransfers } from './transfers.ts'
import { ENDPOINT, mountTrpc, trpcRefusal } from './trpc.ts'

export interface RoutesOptions extends Health, Pick<Transport, 'stopping' | 'letTakeTime'> {
  services: Services
  metrics: Metrics
  limits: Policies | 'off'
  limiter: Limiter
  trustedProxyHops: number
  /** The address at the other end of the connection. */
  addressOf: (request: Request) => string | undefined
  /** The id of the request's key, which is then who is limited; without one it is the address. */
  keyOf?: (request: Request) => string | undefined
}

/** config.ts refuses to start where callers would have to be told apart. */
const EVERYONE: Caller = { kind: 'open', name: 'anyone', scopes: new Set(SCOPES) }

const everyone = () => EVERYONE

/** @returns what answers a request */
export async function createRoutes(options: RoutesOptions): Promise<Fetch> {
  const { services, metrics } = options
  const { log } = services
  const transport: Transport = {
    log,
    stopping: options.stopping,
    letTakeTime: options.letTakeTime,
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
  const admission = admissionOf(options)

  // Otherwise it takes a short host's name for a part of the path: another one than is limited and refused here.
  const app = new Elysia({ handler: { standardHostname: false } })
  const measured = timed(app, metrics)
  app.onError(({ error, code, request }) => {
    const info = requestInfo(request)
    const refusal =
      code === 'NOT_FOUND' ? new ProblemError('ROUTE_NOT_FOUND', `Nothing is at ${info.instance}.`) : error
    const problem = toProblem(refusal, info, log)
    const respond = pathOf(request.url).startsWith(`${ENDPOINT}/`) ? trpcRefusal(request) : problemResponse
    return respond(problem)
  })
  app.onBeforeHandle(({ request }) => {
    admission.check(request)
  })
  mountHealth(app, options)
  mountMetrics(app, metrics)
  await mountPages(app, openApi(api))
  mountRest(app, api, transport)
  mountTransfers(app, transport)
  mountTrpc(app, api, transport)
  return measured(admission.around((request) => app.fetch(request)))
}

function admissionOf({ limits, limiter, metrics, keyOf, addressOf, trustedProxyHops }: RoutesOptions) {
  const callerOf = (request: Request) =>
    keyOf?.(request) ?? callerAddress(request, addressOf(request), trustedProxyHops)
  const onVerdict = countVerdicts(metrics, limiter)
  return createAdmission({
    priceOf: pricing(api),
    limiter:
      limits === 'off' ? undefined : createRateLimiter({ policies: limits, limiter, callerOf, onVerdict }),
    shedding: createShedding({ metrics, callerOf }),
  })
}
