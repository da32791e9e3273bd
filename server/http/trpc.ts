/** tRPC's own fetch adapter over the same operations: a procedure does nothing but call one. */
import { initTRPC, tracked, TRPCError, type AnyTRPCProcedure, type TRPCRouterRecord } from '@trpc/server'
import { fetchRequestHandler } from '@trpc/server/adapters/fetch'
import { TRPC_ERROR_CODES_BY_KEY } from '@trpc/server/rpc'
import { Elysia } from 'elysia'
import { operationsOf, subscriptionsOf, type Api } from '#server/api.ts'
import type { CachedHeaders } from '#server/cache/cached-answer.ts'
import type { CacheHit } from '#server/cache/cache.ts'
import { type Caller, requireScope } from '#server/caller.ts'
import type { Context } from '#server/context.ts'
import { follow, invoke, type Answer } from '#server/invoke.ts'
import type { AnyOperation, AnySubscription } from '#server/operation.ts'
import { PROBLEMS, ProblemError, type ProblemCode } from '#server/errors.ts'
import { textResponse } from './compression.ts'
import { exchangeOf } from './exchange.ts'
import { isPaged, readBytes } from './input.ts'
import { addLimitHeaders, type RateLimiter } from './limits/rate-limit.ts'
import {
  problemHeaders,
  requestIdOf,
  requestInfo,
  toProblem,
  type problemResponse,
  type RequestInfo,
} from './problem.ts'
import { cacheKeyOf, ENDPOINT, isBatchOfOne, proceduresOf, ROUTE } from './trpc-address.ts'
import { serverTiming, STATUS_OF_TIER, type Transport } from './rest.ts'

export const MAX_BATCH_SIZE = 50
/** Bun closes a connection on which nothing was sent for 10 s. */
const SSE_PING_MS = 5_000

interface ProcedureContext {
  request: Request
  info: RequestInfo
  resHeaders: Headers
  context: Context
}

export interface TrpcTransport extends Transport {
  /** Counts and refuses; without it there is no limit. */
  rateLimit: ReturnType<RateLimiter['plugin']> | undefined
  onError: (error: unknown, request: Request) => Response
}

export function mountTrpc(app: Elysia, api: Api, transport: TrpcTransport): void {
  const { auth, contextFor } = transport
  const router = createRouter(api, transport)
  const handle = async (request: Request, caller: Caller) => {
    const response = await fetchRequestHandler({
      endpoint: ENDPOINT,
      req: await bounded(request),
      router,
      maxBatchSize: MAX_BATCH_SIZE,
      createContext: ({ req, resHeaders }): ProcedureContext => {
        const info = requestInfo(req)
        resHeaders.set('x-request-id', info.requestId)
        resHeaders.set('cache-control', 'private, no-cache')
        // The one that came in: its exchange knows more than a copy with the body read.
        const context = contextFor(request, info, caller)
        const cacheKey = cacheKeyOf(request)
        return {
          request,
          info,
          resHeaders,
          context: cacheKey === undefined ? context : { ...context, cacheKey },
        }
      },
    })
    return isStream(response) ? response : await compressed(request, response)
  }
  const answer = async ({ request }: { request: Request }) => handle(request, await auth.callerOf(request))
  const { rateLimit, onError } = transport
  if (!rateLimit) {
    app.all(ROUTE, answer, { parse: 'none' })
    return
  }
  // An Elysia of its own: what a plugin needs, such as parsed cookies, it would need on every route of the same one.
  const limited = new Elysia({ handler: { standardHostname: false } })
    .onError(({ error, request }) => onError(error, request))
    .use(rateLimit)
    .all(ROUTE, answer, { parse: 'none' })
  app.all(ROUTE, ({ request }) => limited.handle(request), { parse: 'none' })
}

/** Each output of a batch as soon as it is there. */
export function wantsParts(request: Request): boolean {
  return request.headers.has('trpc-accept')
}

/** What is cached under `cacheKeyOf` a request, in the envelope and with the headers of tRPC's adapter. */
export function foundOverTrpc(request: Request, { text, head, tier }: CacheHit<CachedHeaders>): Response {
  const exchange = exchangeOf(request)
  const headers: Record<string, string> = {
    'x-request-id': requestIdOf(request),
    'cache-control': 'private, no-cache',
    'cache-status': STATUS_OF_TIER[tier],
    'content-type': 'application/json',
    vary: 'trpc-accept, accept',
  }
  addLimitHeaders(exchange, headers)
  const envelope = `{"result":{"data":${text}}}`
  const body = isBatchOfOne(exchange.address) ? `[${envelope}]` : envelope
  return textResponse(request, body, { headers, owner: head })
}

/** The same request with its body read, as far as a body may go: tRPC itself would read any. @throws ProblemError */
async function bounded(request: Request): Promise<Request> {
  if (request.method !== 'POST') return request
  const { url, method, headers, signal } = request
  return new Request(url, { method, headers, signal, body: await readBytes(request) })
}

/** A refusal that came before tRPC saw the request, in the envelope that its clients understand. */
export function trpcRefusal(request: Request): typeof problemResponse {
  const { pathname, searchParams } = new URL(request.url)
  return (problem, headers) => {
    const code = PROBLEMS[problem.code].trpc
    const envelopes = proceduresOf(pathname).map((path) => ({
      error: {
        message: problem.detail,
        code: TRPC_ERROR_CODES_BY_KEY[code],
        data: { code, httpStatus: problem.status, path, problem },
      },
    }))
    const body = searchParams.get('batch') === '1' ? envelopes : envelopes[0]
    return Response.json(body, {
      status: problem.status,
      headers: {
        'x-request-id': problem.request_id,
        'cache-control': 'no-store',
        ...problemHeaders(problem),
        ...headers,
      },
    })
  }
}

function createRouter(api: Api, transport: Transport) {
  const { stopping, auth } = transport
  const t = initTRPC.context<ProcedureContext>().create({
    isDev: false,
    sse: { ping: { enabled: true, intervalMs: SSE_PING_MS } },
    errorFormatter({ shape, error, ctx }) {
      const problem = toProblem(
        asProblem(error),
        ctx?.info ?? { requestId: crypto.randomUUID(), instance: ENDPOINT },
        transport,
      )
      const { path } = shape.data
      return {
        ...shape,
        message: problem.detail,
        data: {
          code: PROBLEMS[problem.code].trpc,
          httpStatus: problem.status,
          ...(path && { path }),
          problem,
        },
      }
    },
  })
  const procedure = (operation: AnyOperation) => {
    const takesDirection = isPaged(operation)
    const resolve = async ({ ctx, input }: { ctx: ProcedureContext; input: unknown }) => {
      const startedAtMs = performance.now()
      try {
        const answer = await invoke(operation, ctx.context, takesDirection ? withoutDirection(input) : input)
        setAnswerHeaders(ctx, answer, performance.now() - startedAtMs)
        return answer.output
      } catch (error) {
        setProblemHeaders(error, ctx.resHeaders)
        throw asTrpcError(error)
      }
    }
    // The operation validates, so that an error is the same over both transports.
    const builder = t.procedure.input((input: unknown) => input)
    return operation.kind === 'query' ? builder.query(resolve) : builder.mutation(resolve)
  }
  const streaming = (operation: AnySubscription) =>
    t.procedure
      .input((input: unknown) => input)
      .subscription(async function* ({ ctx, input, signal }) {
        const left = new AbortController()
        const ended = AbortSignal.any([stopping, left.signal, ...(signal ? [signal] : [])])
        try {
          requireScope(ctx.context, operation.scope)
          const allowed = auth.abortOnRevocation(ctx.request, ended)
          const events = await follow(operation, { ...ctx.context, signal: allowed }, input)
          for await (const { id, data } of events) yield tracked(id, data)
          if (allowed.reason instanceof ProblemError) throw allowed.reason
        } catch (error) {
          throw asTrpcError(error)
        } finally {
          left.abort()
        }
      })
  return t.router(
    grouped([
      ...operationsOf(api).map(({ name, operation }) => [name, procedure(operation)] as const),
      ...subscriptionsOf(api).map(({ name, operation }) => [name, streaming(operation)] as const),
    ]),
  )
}

function setAnswerHeaders(
  { context, resHeaders }: ProcedureContext,
  { replayed, cached }: Answer,
  runMs: number,
): void {
  resHeaders.append('server-timing', serverTiming(runMs))
  if (replayed) resHeaders.set('idempotent-replayed', 'true')
  // Of several procedures each is cached, or not, by itself.
  if (cached && context.cacheKey !== undefined) resHeaders.set('cache-status', STATUS_OF_TIER[cached.tier])
}

function setProblemHeaders(error: unknown, headers: Headers): void {
  if (!(error instanceof ProblemError)) return
  const fields = problemHeaders({ ...error.extra, status: PROBLEMS[error.code].status, code: error.code })
  for (const [name, value] of Object.entries(fields)) headers.set(name, value)
}

/** `products.get` → a record of records. */
function grouped(
  procedures: readonly (readonly [name: string, procedure: AnyTRPCProcedure])[],
): TRPCRouterRecord {
  const record: Record<string, TRPCRouterRecord> = {}
  for (const [name, procedure] of procedures) {
    const [group = '', own = ''] = name.split('.')
    record[group] = { ...record[group], [own]: procedure }
  }
  return record
}

/** tRPC's infinite queries add the way they scroll; our cursors know their direction themselves. */
function withoutDirection(input: unknown): unknown {
  if (typeof input !== 'object' || input === null || !('direction' in input)) return input
  const { direction: _, ...rest } = input
  return rest
}

function asTrpcError(error: unknown): TRPCError {
  const code = error instanceof ProblemError ? PROBLEMS[error.code].trpc : 'INTERNAL_SERVER_ERROR'
  return new TRPCError({ code, cause: error })
}

/** What tRPC itself refuses, before any operation, in our terms. */
const OF_TRPC: Partial<Record<TRPCError['code'], ProblemCode>> = {
  PARSE_ERROR: 'BODY_UNREADABLE',
  BAD_REQUEST: 'BODY_UNREADABLE',
  NOT_FOUND: 'ROUTE_NOT_FOUND',
  METHOD_NOT_SUPPORTED: 'METHOD_NOT_ALLOWED',
  PAYLOAD_TOO_LARGE: 'BODY_TOO_LARGE',
  UNSUPPORTED_MEDIA_TYPE: 'MEDIA_TYPE_UNSUPPORTED',
}

function asProblem(error: TRPCError): unknown {
  if (error.cause instanceof ProblemError || error.code === 'INTERNAL_SERVER_ERROR')
    return error.cause ?? error
  const code = OF_TRPC[error.code]
  return code ? new ProblemError(code, error.message) : error
}

/** Parts are sent as they become ready, or events. */
function isStream({ headers }: Response): boolean {
  return headers.has('transfer-encoding') || headers.get('content-type') === 'text/event-stream'
}

async function compressed(request: Request, response: Response): Promise<Response> {
  const { status, headers } = response
  if (request.headers.get('accept-encoding') === null) {
    headers.append('vary', 'accept-encoding')
    return response
  }
  return textResponse(request, await response.text(), { status, headers: Object.fromEntries(headers) })
}
