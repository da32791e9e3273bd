/** What is known of a request while it is answered: one object that travels with it, filled on the way. */
import type { Caller } from '#server/caller.ts'
import type { Cost } from '#server/operation.ts'
import type { Trace } from '#server/platform/trace.ts'
import type { Verdict } from './limits/limiter.ts'
import { addressOf, pathIn } from './address.ts'

export interface Exchange {
  /** Path and query. */
  readonly address: string
  readonly path: string
  /** Undefined where the request is in none. */
  trace?: Trace
  /** The pattern that the path matched; undefined before routing, and where nothing matches. */
  route?: string
  caller?: Caller | Promise<Caller>
  /** What it was counted as; undefined where no limit holds. */
  charge?: Charge
  /** Undefined while it is not counted. */
  verdict?: Verdict
  /** Its answer tells of the limit already. */
  hasLimitHeaders?: boolean
  /** What its route answers with instead of running. */
  refusal?: unknown
}

/** The rate limit that a request draws on, and how much of it. */
export interface RequestCost {
  policy: Cost
  cost: number
  /** An answer of this kind stays open for as long as its client likes. */
  holdsOpen: 'events' | 'file' | undefined
}

export interface Charge extends RequestCost {
  /** An API key's id or an address. */
  caller: string
}

const EXCHANGE = Symbol('exchange')

/** Kept on the request itself: a weak map takes five times as long, and the garbage collector pays for it as well. */
export function exchangeOf(request: Request & { [EXCHANGE]?: Exchange }): Exchange {
  return (request[EXCHANGE] ??= newExchange(addressOf(request.url)))
}

function newExchange(address: string): Exchange {
  return { address, path: pathIn(address) }
}
