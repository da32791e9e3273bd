/** `/mcp`: the operations as tools of the Model Context Protocol, over Streamable HTTP and without sessions. */
import type { Elysia } from 'elysia'
import * as v from 'valibot'
import { requireScope, type Caller } from '#server/caller.ts'
import { ProblemError } from '#server/errors.ts'
import { requireOwnOrigin } from '#server/http/auth/own-origin.ts'
import { exchangeOf } from '#server/http/exchange.ts'
import { readBody } from '#server/http/input.ts'
import type { RateLimiter } from '#server/http/limits/rate-limit.ts'
import { problemResponse, requestInfo, toProblem } from '#server/http/problem.ts'
import type { Transport } from '#server/http/rest.ts'
import type { Cost } from '#server/operation.ts'
import { parseInput } from '#server/parse-input.ts'
import { LOOPBACK } from '#server/settings.ts'
import type { Asked, McpServing } from './serving.ts'
import type { OperationAsTool } from './tools.ts'

export const MCP_ENDPOINT = '/mcp'

/** Of JSON-RPC: what is none gets an answer like everywhere else, and not one of the SDK's. */
const Message = v.looseObject({
  jsonrpc: v.literal('2.0', 'must be 2.0'),
  method: v.pipe(v.string('must be the name of a method'), v.maxLength(200, 'is too long')),
})

export interface McpOptions {
  transport: Transport
  limiter: RateLimiter | undefined
  /** Made with the first request: most servers are never asked. */
  toolsOf: () => ReadonlyMap<string, OperationAsTool>
}

export function mountMcp(app: Elysia, { transport, limiter, toolsOf }: McpOptions): void {
  const { auth, contextFor } = transport
  let serving: Promise<McpServing> | undefined
  // The SDK takes as long to load as all else: a server that is not asked does without it.
  const load = async () => (await import('./serving.ts')).createServing(toolsOf(), transport)

  const answer = async (request: Request) => {
    requireLocalName(request, auth.mode)
    requireOwnOrigin(request)
    const caller = await auth.callerOf(request)
    requireSomeScope(caller)
    if (request.method !== 'POST')
      throw new ProblemError('METHOD_NOT_ALLOWED', `${MCP_ENDPOINT} takes POST, not ${request.method}.`)
    const body = parseInput(Message, await readBody(request))
    const info = requestInfo(request)
    const asked: Asked = {
      info,
      ctx: contextFor(request, info, caller),
      count: (cost) => count(request, cost, limiter),
    }
    serving ??= load()
    const response = await (await serving).answer(request, body, asked)
    response.headers.set('x-request-id', info.requestId)
    return response
  }

  app.all(
    MCP_ENDPOINT,
    async ({ request }) => {
      try {
        return await answer(request)
      } catch (error) {
        const problem = toProblem(error, requestInfo(request), transport)
        return problemResponse(problem, problem.status === 405 ? { allow: 'POST' } : {})
      }
    },
    { parse: 'none' },
  )
}

/**
 * Where no key is asked for, a page elsewhere whose name was made to mean this machine must not get through
 * (DNS rebinding): its requests name its own host.
 */
function requireLocalName(request: Request, mode: 'open' | 'keys'): void {
  const { hostname } = new URL(request.url)
  if (mode === 'open' && !LOOPBACK.has(hostname.replace(/^\[|\]$/g, '')))
    throw new ProblemError('HOST_INVALID', `Without keys ${MCP_ENDPOINT} answers under a loopback name only.`)
}

/** A client asks for a key when it is told so at once, not by a list without tools. */
function requireSomeScope(caller: Caller): void {
  if (caller.scopes.size === 0) requireScope({ caller }, 'products:read')
}

/** The request itself was counted as a read: what costs more draws on that limit too. */
async function count(request: Request, cost: Cost, limiter: RateLimiter | undefined): Promise<void> {
  const exchange = exchangeOf(request)
  if (cost === 'read' || !limiter || !exchange.charge) return
  const refusal = await limiter.count(exchange, { ...exchange.charge, policy: cost })
  if (refusal) throw refusal
}
