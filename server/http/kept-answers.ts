/**
 * Answers a GET from memory before it is routed: the same address was answered before, so neither the route has to be
 * found nor the input read. Every rule of the long way holds, or the request takes it.
 */
import { operationsOf, type Api } from '#server/api.ts'
import { cachedNotFound, type AnswerCache, type CachedHeaders } from '#server/cache/cached-answer.ts'
import type { CacheHit, Entry } from '#server/cache/cache.ts'
import { mayUse, type Caller } from '#server/caller.ts'
import type { AnyOperation } from '#server/operation.ts'
import { exchangeOf } from './exchange.ts'
import { takesPlainJson } from './negotiation.ts'
import { problemResponse, requestIdOf, requestInfo, toProblem } from './problem.ts'
import type { Fetch } from './request-metrics.ts'
import { asksToRefresh, found, PREFIX, splitRest, type Transport } from './rest.ts'
import { isTrpc, ROUTE } from './trpc-address.ts'
import { foundOverTrpc, trpcRefusal, wantsParts } from './trpc.ts'

type CacheEntry = Entry<CachedHeaders>

interface Kept {
  operation: AnyOperation
  /** As the router would tell it. */
  route: string
}

/** Undefined too where the request wants something else than the plain answer. */
export function keptFor(answers: AnswerCache, request: Request): CacheEntry | undefined {
  if (request.method !== 'GET') return undefined
  const { address, refusal } = exchangeOf(request)
  const entry = answers.peek(address)
  const isAsked =
    entry &&
    refusal === undefined &&
    takesPlainJson(request) &&
    !asksToRefresh(request) &&
    !(isTrpc(address) && wantsParts(request))
  return isAsked ? entry : undefined
}

/** @param otherwise the long way */
export function keptAnswers(api: Api, transport: Transport, otherwise: Fetch): Fetch {
  const { auth, answers } = transport
  const byRest = new Map<string, Kept>(
    operationsOf(api)
      .filter(({ operation }) => 'cacheTag' in operation)
      .map(({ operation }) => [operation.rest, { operation, route: PREFIX + splitRest(operation)[1] }]),
  )
  const send = (request: Request, caller: Caller, hit: CacheHit<CachedHeaders> | undefined) => {
    const kept = hit && byRest.get(hit.head.rest)
    if (!kept || !mayUse(caller, kept.operation.scope)) return otherwise(request)
    const exchange = exchangeOf(request)
    const isOfTrpc = isTrpc(exchange.address)
    exchange.route = isOfTrpc ? ROUTE : kept.route
    const absence = cachedNotFound(hit)
    if (absence) {
      const respond = isOfTrpc ? trpcRefusal(request) : problemResponse
      return respond(toProblem(absence, requestInfo(request), transport))
    }
    return isOfTrpc
      ? foundOverTrpc(request, hit)
      : found(kept.operation, hit, { request, requestId: requestIdOf(request) })
  }
  const look = (request: Request, caller: Caller, entry: CacheEntry) => {
    const hit = answers.hit(entry)
    return hit instanceof Promise
      ? hit.then((late) => send(request, caller, late))
      : send(request, caller, hit)
  }
  return (request) => {
    const entry = keptFor(answers, request)
    if (!entry) return otherwise(request)
    // Where the database does not say which caller it is, or what has changed, the long way knows what to do.
    try {
      const caller = auth.callerOf(request)
      const response =
        caller instanceof Promise
          ? caller.then((known) => look(request, known, entry))
          : look(request, caller, entry)
      return response instanceof Promise ? response.catch(() => otherwise(request)) : response
    } catch {
      return otherwise(request)
    }
  }
}
