import type { Elysia } from 'elysia'
import { operationsOf, subscriptionsOf, fileRoutesOf, type Api } from '#server/api.ts'
import type { AnswerCache, CachedHeaders, Cursors } from '#server/cache/cached-answer.ts'
import { type Caller, requireScope } from '#server/caller.ts'
import type { Context } from '#server/context.ts'
import { serialize, type Answer, follow, invoke } from '#server/invoke.ts'
import type { AnyOperation, AnySubscription } from '#server/operation.ts'
import { ProblemError } from '#server/errors.ts'
import { COMPRESSED_FROM, type CacheHit } from '#server/cache/cache.ts'
import type { Auth } from './auth/auth.ts'
import { codingFor, encode, isCurrent, tagFor, textResponse } from './compression.ts'
import { inputReader } from './input.ts'
import { exchangeOf } from './exchange.ts'
import { problemResponse, requestInfo, toProblem, type Reporter, type RequestInfo } from './problem.ts'
import { addLimitHeaders } from './limits/rate-limit.ts'
import { requireAcceptable, wantsEventStream } from './negotiation.ts'
import { eventStream } from './sse.ts'

export const PREFIX = '/v1'

export interface Transport extends Reporter {
  /** Aborts when the server begins to stop: streams then end. */
  stopping: AbortSignal
  auth: Auth
  contextFor: (request: Request, info: RequestInfo, caller: Caller) => Context
  answers: AnswerCache
  /** Until this is disposed of, Bun does not end the request for its duration. */
  disableIdleTimeout: (request: Request) => Disposable
}

/** Adds a route for every operation, and an answer for every other method and path under the prefix. */
export function mountRest(app: Elysia, api: Api, transport: Transport): void {
  const operations = operationsOf(api)
  const streams = new Map(subscriptionsOf(api).map(({ operation }) => [operation.rest, operation]))
  for (const { operation } of operations) {
    const [method, path] = splitRest(operation)
    const answer = handler(operation, transport)
    const stream = streams.get(operation.rest)
    const live = stream && streamHandler(stream, transport)
    const handle = ({ request, params }: { request: Request; params?: unknown }) => {
      if (live && wantsEventStream(request)) return live(request, params as PathParameters)
      try {
        requireAcceptable(request)
      } catch (error) {
        return problemResponse(toProblem(error, requestInfo(request), transport))
      }
      return answer(request, params as PathParameters)
    }
    // The body is read by input.ts, which knows our limits and our errors.
    for (const each of method === 'GET' ? ['GET', 'HEAD'] : [method])
      app.route(each, PREFIX + path, handle, { parse: 'none' })
  }
  const allowed = methodsByPath([...operations.map(({ operation }) => operation), ...fileRoutesOf()])
  app.all(`${PREFIX}/*`, ({ request }) => refuse(request, allowed, transport), { parse: 'none' })
}

function streamHandler(stream: AnySubscription, transport: Transport) {
  const { log, stopping, auth, contextFor } = transport
  const read = inputReader(stream)
  return async (request: Request, params: PathParameters = {}): Promise<Response> => {
    const info = requestInfo(request)
    const leaving = new AbortController()
    try {
      const caller = await auth.callerOf(request)
      const input = await read(request, params)
      const lastEventId = request.headers.get('last-event-id')
      if (lastEventId !== null) input['lastEventId'] = lastEventId
      const ended = AbortSignal.any([request.signal, stopping, leaving.signal])
      const ctx = contextFor(request, info, caller)
      requireScope(ctx, stream.scope)
      const signal = auth.abortOnRevocation(request, ended)
      return eventStream(await follow(stream, { ...ctx, signal }, input), {
        headers: { 'x-request-id': info.requestId },
        onLeave: () => leaving.abort(),
        onError: (error) =>
          log.error({ err: error, request_id: info.requestId }, 'an event stream broke off'),
      })
    } catch (error) {
      leaving.abort()
      return problemResponse(toProblem(error, info, transport))
    }
  }
}

export function splitRest({ rest }: Pick<AnyOperation, 'rest'>): [method: string, path: string] {
  const space = rest.indexOf(' ')
  return [rest.slice(0, space), rest.slice(space + 1)]
}

type PathParameters = Record<string, string> | undefined

function handler(operation: AnyOperation, transport: Transport) {
  const read = inputReader(operation)
  return async (request: Request, params: PathParameters = {}): Promise<Response> => {
    const info = requestInfo(request)
    try {
      const asking = transport.auth.callerOf(request)
      const caller = asking instanceof Promise ? await asking : asking
      // Before the body is read: from whom nothing is taken, nothing is read.
      requireScope({ caller }, operation.scope)
      const input = await read(request, params)
      const ctx = transport.contextFor(request, info, caller)
      // A long answer is not an idle client.
      using _ = transport.disableIdleTimeout(request)
      const startedAtMs = performance.now()
      const cacheKey = operation.cacheTag && exchangeOf(request).address
      const answered = await invoke(operation, cacheKey === undefined ? ctx : { ...ctx, cacheKey }, input)
      return success(operation, answered, {
        request,
        requestId: info.requestId,
        runMs: performance.now() - startedAtMs,
      })
    } catch (error) {
      return problemResponse(toProblem(error, info, transport))
    }
  }
}

export interface RouteRequest {
  request: Request
  requestId: string
  /** How long the operation took, if it ran. */
  runMs?: number
}

export const JSON_TYPE = 'application/json; charset=utf-8'

export const STATUS_OF_TIER = {
  memory: 'adstock; hit; detail=memory',
  redis: 'adstock; hit; detail=redis',
  none: 'adstock; fwd=miss',
}

function success(operation: AnyOperation, answer: Answer, asked: RouteRequest): Response {
  if (operation.kind === 'mutation') return done(operation, answer, asked)
  return found(operation, answer.cached ?? { ...serialize(operation, answer.output), tier: 'none' }, asked)
}

function done(
  operation: AnyOperation,
  { output, replayed }: Answer,
  { request, requestId, runMs }: RouteRequest,
): Response {
  const status = operation.multiStatus?.(output) ? 207 : (operation.status ?? 200)
  const headers: Record<string, string> = { 'x-request-id': requestId }
  if (runMs !== undefined) headers['server-timing'] = serverTiming(runMs)
  if (replayed) headers['idempotent-replayed'] = 'true'
  if (operation.location) headers['location'] = PREFIX + operation.location(output)
  if (status === 204) return new Response(null, { status, headers })
  headers['content-type'] = JSON_TYPE
  const text = JSON.stringify(output)
  const etag = operation.etag?.(output)
  if (!etag) return textResponse(request, text, { status, headers })
  headers['etag'] = etag
  return new Response(text, { status, headers })
}

/** What has its version as its tag is sent as it is: small, and the tag stays the version. */
export function found(
  operation: AnyOperation,
  { text, head, tier }: CacheHit<CachedHeaders>,
  { request, requestId, runMs }: RouteRequest,
): Response {
  const isCompressible = text.length >= COMPRESSED_FROM && !operation.etag
  const coding = isCompressible ? codingFor(request) : undefined
  const etag = tagFor(head.etag, coding)
  const headers: Record<string, string> = {
    'x-request-id': requestId,
    'cache-control': 'private, no-cache',
    'cache-status': STATUS_OF_TIER[tier],
    etag,
  }
  // Beside the others, because adding to a whole answer takes longer.
  addLimitHeaders(exchangeOf(request), headers)
  if (isCompressible) headers['vary'] = 'accept-encoding'
  if (runMs !== undefined) headers['server-timing'] = serverTiming(runMs)
  if (isCurrent(request, etag)) return new Response(null, { status: 304, headers })
  if (head.cursors) {
    // A list is kept by its address, to which alone the links belong.
    head.links ??= linksTo(exchangeOf(request).address, head.cursors)
    if (head.links !== '') headers['link'] = head.links
  }
  headers['content-type'] = JSON_TYPE
  if (coding === undefined) return new Response(text, { headers })
  headers['content-encoding'] = coding
  return new Response(encode(text, coding, head), { headers })
}

/** https://www.w3.org/TR/server-timing/: browsers show it beside the request. */
export function serverTiming(runMs: number): string {
  return `run;dur=${runMs.toFixed(2)}`
}

export function asksToRefresh(request: Request): boolean {
  return request.headers.get('cache-control')?.includes('no-cache') === true
}

/** Empty where the list goes on in neither direction. */
function linksTo(address: string, cursors: Cursors): string {
  const links = [
    ['next', cursors.next_cursor],
    ['prev', cursors.prev_cursor],
  ].flatMap(([rel, cursor]) => {
    if (!cursor) return []
    const url = new URL(address, 'http://localhost')
    url.searchParams.delete('offset')
    url.searchParams.set('cursor', cursor)
    return [`<${url.pathname}${url.search}>; rel="${rel}"`]
  })
  return links.join(', ')
}

type MethodsByPath = { pattern: RegExp; methods: string[] }[]

function methodsByPath(operations: readonly Pick<AnyOperation, 'rest'>[]): MethodsByPath {
  const byPath = Map.groupBy(operations, (operation) => splitRest(operation)[1])
  return [...byPath].map(([path, group]) => ({
    pattern: new RegExp(`^${PREFIX}${path.replaceAll('.', '\\.').replaceAll(/:\w+/g, '[^/]+')}$`),
    methods: group.flatMap((operation) => {
      const [method] = splitRest(operation)
      return method === 'GET' ? ['GET', 'HEAD'] : [method]
    }),
  }))
}

function refuse(request: Request, paths: MethodsByPath, reporter: Reporter): Response {
  const info = requestInfo(request)
  const { path } = exchangeOf(request)
  const methods = [
    ...new Set(paths.filter(({ pattern }) => pattern.test(path)).flatMap((entry) => entry.methods)),
  ]
  if (methods.length === 0) {
    return problemResponse(
      toProblem(new ProblemError('ROUTE_NOT_FOUND', `No route matches ${path}.`), info, reporter),
    )
  }
  const allow = methods.join(', ')
  const error = new ProblemError('METHOD_NOT_ALLOWED', `${path} takes ${allow}, not ${request.method}.`)
  return problemResponse(toProblem(error, info, reporter), { allow })
}
