/** What a request costs: the rate limit that it draws on, and how much of it. */
import { operationsOf, subscriptionsOf, fileRoutesOf, type Api } from '#server/api.ts'
import type { Cost } from '#server/operation.ts'
import { exchangeOf, type RequestCost } from '#server/http/exchange.ts'
import { MCP_ENDPOINT } from '#server/http/mcp/mcp.ts'
import { PREFIX, splitRest } from '#server/http/rest.ts'
import { wantsEventStream } from '#server/http/negotiation.ts'
import { ENDPOINT, isTrpc, proceduresOf } from '#server/http/trpc-address.ts'

/** `undefined` for what no limit refuses: health, metrics, the page. */
export type CostOf = (request: Request) => RequestCost | undefined

const BY_STRICTNESS: readonly Cost[] = ['write', 'search', 'read']
const plain = (policy: Cost): RequestCost => ({ policy, cost: 1, holdsOpen: undefined })
const PLAIN = { read: plain('read'), search: plain('search'), write: plain('write') }

/** A tRPC batch pays for each of its procedures, under the strictest policy among them. */
export function requestCosts(api: Api): CostOf {
  const operations = operationsOf(api)
  const subscriptions = subscriptionsOf(api)
  const costs = new Map(
    [...operations, ...subscriptions].map(({ name, operation }) => [name, operation.cost]),
  )
  const streams = new Set(subscriptions.map(({ name }) => name))
  const policies = new Map(
    [...operations.map(({ operation }) => operation), ...fileRoutesOf()].map((operation) => {
      const [method, path] = splitRest(operation)
      return [`${method} ${PREFIX}${path}`, operation.cost]
    }),
  )
  const files = new Set(fileRoutesOf().map(start))
  const followed = subscriptions.map(({ operation }) => start(operation))
  const holdsOpen = (path: string, request: Request): RequestCost['holdsOpen'] => {
    if (files.has(path)) return 'file'
    return wantsEventStream(request) && followed.some((each) => path.startsWith(each)) ? 'events' : undefined
  }

  const ofProcedures = (path: string, fallback: Cost): RequestCost => {
    const procedures = proceduresOf(path)
    const among = new Set(procedures.map((name) => costs.get(name) ?? fallback))
    return {
      policy: BY_STRICTNESS.find((cost) => among.has(cost)) ?? fallback,
      cost: procedures.length,
      holdsOpen: procedures.some((name) => streams.has(name)) ? 'events' : undefined,
    }
  }
  const ofOne = new Map(
    operations.map(({ name, operation }) => [`${ENDPOINT}/${name}`, PLAIN[operation.cost]]),
  )
  return (request) => {
    // A browser asks before each request whether it may send it; what it then sends is counted.
    if (request.method === 'OPTIONS') return undefined
    const { path } = exchangeOf(request)
    const method = request.method === 'HEAD' ? 'GET' : request.method
    const fallback = method === 'GET' ? 'read' : 'write'
    if (path.startsWith(`${PREFIX}/`)) {
      const policy = policies.get(`${method} ${path}`) ?? fallback
      const opens = holdsOpen(path, request)
      return opens ? { policy, cost: 1, holdsOpen: opens } : PLAIN[policy]
    }
    // Each call of a tool is counted once more, when its body tells which.
    if (path === MCP_ENDPOINT) return PLAIN.read
    return isTrpc(path) ? (ofOne.get(path) ?? ofProcedures(path, fallback)) : undefined
  }
}

/** Its path, as far as it has no parameters. */
function start(operation: Parameters<typeof splitRest>[0]): string {
  return PREFIX + splitRest(operation)[1].replace(/:.*/, '')
}
