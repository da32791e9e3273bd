/** For tests: the products' operations by name, over either transport, so that one suite holds for both. */
import { problemOf, type Inputs, type Outputs, type Problem } from '#client/api.ts'
import type { TestServer } from '#scripts/lab/harness/test-server.ts'

type Name =
  | 'get'
  | 'list'
  | 'search'
  | 'create'
  | 'update'
  | 'remove'
  | 'adjustStock'
  | 'adjustments'
  | 'batch'
export type Call = <N extends Name>(name: N, input: Inputs['products'][N]) => Promise<Outputs['products'][N]>

/** What a call was refused with, over either transport. */
export class Refused extends Error {
  readonly problem: Problem
  constructor(problem: Problem) {
    super(`${problem.code}: ${problem.detail}`)
    this.problem = problem
  }
}

export const transports: Record<'REST' | 'tRPC', (server: TestServer) => Call> = {
  REST: (server) => async (name, input) => {
    const { id, version, ...rest } = input as Record<string, string | number>
    const headers: Record<string, string> = version === undefined ? {} : { 'if-match': `"${version}"` }
    const query = () => new URLSearchParams(Object.entries(rest).map(([key, value]) => [key, String(value)]))
    const answers = {
      get: () => server.rest(`GET /products/${id}`),
      list: () => server.rest(`GET /products?${query()}`),
      search: () => server.rest(`GET /products/search?${query()}`),
      create: () => server.rest('POST /products', { body: input }),
      update: () => server.rest(`PATCH /products/${id}`, { body: rest, headers }),
      remove: () => server.rest(`DELETE /products/${id}`, { headers }),
      adjustStock: () => server.rest(`POST /products/${id}/stock-adjustments`, { body: rest }),
      batch: () => server.rest('POST /products/batch', { body: input }),
      adjustments: () => server.rest(`GET /products/${id}/stock-adjustments?${query()}`),
    }
    const { status, body } = await answers[name]()
    if (status >= 400) throw new Refused(body)
    return name === 'remove' ? { id } : body
  },
  tRPC: (server) => async (name, input) => {
    const { get, list, search, create, update, remove, adjustStock, adjustments, batch } =
      server.client.products
    const calls = {
      get: get.query,
      list: list.query,
      search: search.query,
      create: create.mutate,
      update: update.mutate,
      remove: remove.mutate,
      adjustStock: adjustStock.mutate,
      adjustments: adjustments.query,
      batch: batch.mutate,
    }
    try {
      return (await (calls[name] as (value: unknown) => Promise<unknown>)(input)) as never
    } catch (error) {
      const problem = problemOf(error)
      if (!problem) throw error
      throw new Refused(problem)
    }
  },
}

/** The problem of a call that must be refused. */
export async function refusal(call: Promise<unknown>): Promise<Problem> {
  try {
    await call
  } catch (error) {
    if (error instanceof Refused) return error.problem
    throw error
  }
  throw new Error('The call was not refused.')
}
