/** What the connections of a load ask, one request after the other; connections are counted from 0. */
export interface Requests {
  next: (connection: number) => { line: string; headers?: Record<string, string>; body?: string }
  answered?: (connection: number, head: string) => void
}

export interface Asked {
  port: number
  /** `{n}` in it is a random number from 1 to `keys`. */
  path: string
  keys: number
  /** Instead, each number once, whatever the time. */
  once?: boolean
  headers: Record<string, string>
  /** JSON, sent with POST. */
  body?: string
  connections: number
}

/** The same of many keys: a GET, or with a body a POST. */
export function ofAllKeys({ path, keys, once, body }: Asked): Requests {
  let sent = 0
  const method = body === undefined ? 'GET' : 'POST'
  const posted = body !== undefined && { headers: jsonHeaders(body), body }
  return {
    next() {
      const n = once ? Math.min(sent + 1, keys) : 1 + Math.floor(Math.random() * keys)
      sent += 1
      return { line: `${method} ${path.replace('{n}', String(n))}`, ...posted }
    },
  }
}

function jsonHeaders(body: string): Record<string, string> {
  return { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)) }
}

/** Prices begin at the time, lest a write asks for what a load before has set: that would change nothing. */
const END_OF_PRICES = 1e12 - 1e9

/**
 * Each sets another price, with the `ETag` of the product's last answer as `If-Match`. A product belongs to one
 * connection, so that no version is stale. @throws Error with fewer keys than connections
 */
export async function priceWrites({ port, path, keys, headers, connections }: Asked): Promise<Requests> {
  if (keys < connections) throw new Error(`${connections} connections need as many products to write.`)
  const addressOf = (key: number) => path.replace('{n}', String(key))
  const tags: string[] = []
  for (let key = 1; key <= keys; key += 1) {
    const response = await fetch(`http://127.0.0.1:${port}${addressOf(key)}`, { headers })
    tags[key] = response.headers.get('etag') ?? ''
    await response.arrayBuffer()
  }
  const asked: number[] = []
  let priceMinor = (Date.now() * 10) % END_OF_PRICES
  return {
    next(connection) {
      const owned = Math.ceil((keys - connection) / connections)
      const key = 1 + connection + connections * Math.floor(Math.random() * owned)
      asked[connection] = key
      priceMinor += 1
      const body = `{"price":"${(priceMinor / 100).toFixed(2)}"}`
      return {
        line: `PATCH ${addressOf(key)}`,
        headers: { 'if-match': tags[key] ?? '', ...jsonHeaders(body) },
        body,
      }
    },
    answered(connection, head) {
      tags[asked[connection] ?? 0] = /^etag: (.+)$/im.exec(head)?.[1] ?? ''
    },
  }
}
