import type { Elysia } from 'elysia'
import { operationsOf, subscriptionsOf, transfersOf, type Api } from '#server/api.ts'
import type { Context } from '#server/context.ts'
import { ProblemError } from '#server/errors.ts'
import type { Answer } from '#server/idempotency.ts'
import { follow, invoke, type AnyOperation, type AnySubscription } from '#server/operation.ts'
import type { Logger } from '#server/platform/log.ts'
import { inputReader, isPaged } from './input.ts'
import { pathOf, problemResponse, requestInfo, toProblem, type RequestInfo } from './problem.ts'
import { eventStream, wantsEventStream } from './sse.ts'

export const PREFIX = '/v1'

export interface Transport {
  log: Logger
  /** Aborts when the server begins to stop: streams then end. */
  stopping: AbortSignal
  contextFor: (request: Request, info: RequestInfo) => Context
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
    const handle = ({ request, params }: { request: Request; params?: unknown }) =>
      (live && wantsEventStream(request) ? live : answer)(request, params as PathParameters)
    // The body is read by input.ts, which knows our limits and our errors.
    for (const each of method === 'GET' ? ['GET', 'HEAD'] : [method])
      app.route(each, PREFIX + path, handle, { parse: 'none' })
  }
  const allowed = methodsByPath([...operations.map(({ operation }) => operation), ...transfersOf()])
  app.all(`${PREFIX}/*`, ({ request }) => refuse(request, allowed, transport), { parse: 'none' })
}

function streamHandler(stream: AnySubscription, { log, stopping, contextFor }: Transport) {
  const read = inputReader(stream)
  return async (request: Request, params: PathParameters = {}): Promise<Response> => {
    const info = requestInfo(request)
    try {
      const input = await read(request, params)
      const lastEventId = request.headers.get('last-event-id')
      if (lastEventId !== null) input['lastEventId'] = lastEventId
      const leaving = new AbortController()
      const signal = AbortSignal.any([request.signal, stopping, leaving.signal])
      return eventStream(follow(stream, { ...contextFor(request, info), signal }, input), {
        headers: { 'x-request-id': info.requestId },
        onLeave: () => leaving.abort(),
        onError: (error) =>
          log.error({ err: error, request_id: info.requestId }, 'an event stream broke off'),
      })
    } catch (error) {
      return problemResponse(toProblem(error, info, log))
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
  const paged = isPaged(operation)
  return async (request: Request, params: PathParameters = {}): Promise<Response> => {
    const info = requestInfo(request)
    try {
      const input = await read(request, params)
      const answer = await invoke(operation, transport.contextFor(request, info), input)
      return success(operation, answer, { request, info, paged })
    } catch (error) {
      return problemResponse(toProblem(error, info, transport.log))
    }
  }
}

interface Asked {
  request: Request
  info: RequestInfo
  paged: boolean
}

function success(
  operation: AnyOperation,
  { output, replayed }: Answer,
  { request, info, paged }: Asked,
): Response {
  const status = operation.multiStatus?.(output) ? 207 : (operation.status ?? 200)
  const headers: Record<string, string> = { 'x-request-id': info.requestId }
  if (replayed) headers['idempotent-replayed'] = 'true'
  if (operation.location) headers['location'] = PREFIX + operation.location(output)
  if (status === 204) return new Response(null, { status, headers })

  const body = JSON.stringify(output)
  const etag = operation.etag?.(output) ?? (operation.kind === 'query' ? bodyTag(body) : undefined)
  if (etag) headers['etag'] = etag
  if (operation.kind === 'query') {
    headers['cache-control'] = 'private, no-cache'
    headers['cache-status'] = 'adstock; fwd=miss'
    if (etag && matches(request.headers.get('if-none-match'), etag))
      return new Response(null, { status: 304, headers })
    if (paged) addLinks(headers, request, output)
  }
  headers['content-type'] = 'application/json; charset=utf-8'
  return new Response(body, { status, headers })
}

function bodyTag(body: string): string {
  return `"${Bun.hash(body).toString(36)}"`
}

/** `If-None-Match` compares weakly (RFC 9110). */
function matches(header: string | null, etag: string): boolean {
  if (header === null) return false
  const tags: string[] = header.match(/"[^"]*"/g) ?? []
  return header.trim() === '*' || tags.includes(etag)
}

function addLinks(headers: Record<string, string>, request: Request, output: unknown): void {
  const cursors = output as { next_cursor: string | null; prev_cursor: string | null }
  const links = [
    ['next', cursors.next_cursor],
    ['prev', cursors.prev_cursor],
  ].flatMap(([rel, cursor]) => {
    if (!cursor) return []
    const url = new URL(request.url)
    url.searchParams.delete('offset')
    url.searchParams.set('cursor', cursor)
    return [`<${url.pathname}${url.search}>; rel="${rel}"`]
  })
  if (links.length > 0) headers['link'] = links.join(', ')
}

type MethodsByPath = { pattern: RegExp; methods: string[] }[]

function methodsByPath(operations: readonly Pick<AnyOperation, 'rest'>[]): MethodsByPath {
  const byPath = Map.groupBy(operations, (operation) => splitRest(operation)[1])
  return [...byPath].map(([path, group]) => ({
    pattern: new RegExp(`^${PREFIX}${path.replaceAll('.', '\\.').replaceAll(/:\w+/g, '[^/]+')}$`),
    methods: group.map((operation) => splitRest(operation)[0]),
  }))
}

function refuse(request: Request, paths: MethodsByPath, { log }: Transport): Response {
  const info = requestInfo(request)
  const path = pathOf(request.url)
  const methods = [
    ...new Set(paths.filter(({ pattern }) => pattern.test(path)).flatMap((entry) => entry.methods)),
  ]
  if (methods.length === 0) {
    return problemResponse(
      toProblem(new ProblemError('ROUTE_NOT_FOUND', `Nothing is at ${path}.`), info, log),
    )
  }
  const allow = methods.join(', ')
  const error = new ProblemError('METHOD_NOT_ALLOWED', `${path} takes ${allow}, not ${request.method}.`)
  return problemResponse(toProblem(error, info, log), { allow })
}
