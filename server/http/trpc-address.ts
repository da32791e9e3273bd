/** What the address of a request says before tRPC sees it. */
import { exchangeOf } from './exchange.ts'

export const ENDPOINT = '/trpc'
export const ROUTE = `${ENDPOINT}/*`

/** @param address path and query */
export function isTrpc(address: string): boolean {
  return address.startsWith(`${ENDPOINT}/`)
}

/** `/trpc/products.get,ads.days` → the names; a path that is no procedure still counts as one. */
export function proceduresOf(path: string): string[] {
  return decoded(path.slice(ENDPOINT.length + 1)).split(',')
}

/** As tRPC does it: a comma that is written as `%2C` separates as well. */
function decoded(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}

/** One query, in the forms that tRPC's own links write: its output depends on the address alone. */
const ONE_QUERY = /^\/trpc\/[\w.]+(?:\?(?:batch=1&)?input=[^&]*)?$/

/** @returns the key of what the request asks for; undefined where only tRPC itself understands it */
export function cacheKeyOf(request: Request): string | undefined {
  const { address } = exchangeOf(request)
  return request.method === 'GET' && ONE_QUERY.test(address) ? address : undefined
}

/** @param address of a request that has a cache key */
export function isBatchOfOne(address: string): boolean {
  return address.includes('?batch=1&')
}
