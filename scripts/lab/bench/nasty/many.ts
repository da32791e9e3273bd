/** Many calls in one request. */
import { addDays } from '#server/ads/calendar.ts'
import { DAYS } from '#scripts/lab/bench/aged-shop.ts'
import { yesterday } from './ads.ts'
import { get, JSON_TYPE, post, type NastyRequest } from './request.ts'

export function manyAtOnce(): NastyRequest[] {
  return [
    batched('lists', 'products.list', (n) => ({ limit: 200, offset: 9_000 + n })),
    batched('searches', 'products.search', (n) => ({ q: `insulatde botle ${n}`, limit: 200 })),
    batched('places', 'products.at', (n) => ({ position: 90_000 + n, sort: '-name', limit: 200 })),
    batched('spend of two years', 'ads.outOfStockSpend', (n) => ({ days: DAYS - n, limit: 10_000 })),
    batched('reports', 'ads.report', (n) => ({
      from: addDays(yesterday(), -DAYS + n),
      to: yesterday(),
      report: 'product',
      group_by: 'product',
    })),
    post('tRPC, 50 at once: batches of 10,000', `/trpc/${names('products.batch')}?batch=1`, () =>
      lists500(10_000),
    ),
    tool('list', 'products_list', { limit: 200 }),
    tool('search', 'products_search', { q: 'insulatde botle', limit: 200 }),
    tool('spend of two years', 'ads_outOfStockSpend', { days: DAYS, limit: 100_000 }),
    tool('report', 'ads_report', {
      report: 'product',
      group_by: 'product',
      from: addDays(yesterday(), -DAYS),
      to: yesterday(),
    }),
    tool('a list of 400,000 numbers', 'products_batch', {
      operations: Array.from({ length: 400_000 }, () => 1),
    }),
  ]
}

const names = (name: string) => Array.from({ length: 50 }, () => name).join(',')
const inputs = (input: (n: number) => object) =>
  encodeURIComponent(JSON.stringify(Object.fromEntries(Array.from({ length: 50 }, (_, n) => [n, input(n)]))))
const batched = (what: string, name: string, input: (n: number) => object) =>
  get(`tRPC, 50 at once: ${what}`, `/trpc/${names(name)}?batch=1&input=${inputs(input)}`)
const tool = (what: string, name: string, input: object): NastyRequest => ({
  what: `tool: ${what}`,
  path: '/mcp',
  options: () => ({
    method: 'POST',
    headers: { ...JSON_TYPE, accept: 'application/json, text/event-stream' },
    body: JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: { name, arguments: input },
    }),
  }),
})
const lists500 = (count: number) =>
  JSON.stringify(
    Object.fromEntries(
      Array.from({ length: 50 }, (_, n) => [
        n,
        { mode: 'atomic', operations: Array.from({ length: count }, () => 1) },
      ]),
    ),
  )
