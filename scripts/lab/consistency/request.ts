/** One request, and what came of it. */
import type { Tier } from './tally.ts'

/** What a request is sent to: a server, or a balancer in front of several. */
export interface Target {
  index: number
  /** Without a slash at the end. */
  url: string
}

export interface Product {
  id: number
  name: string
  price: string
  stock_level: number
  version: number
  updated_at: string
}

export interface Answer {
  place: Target
  /** 0: none came. */
  status: number
  body: unknown
  etag: string | null
  tier: Tier
  startedAt: number
  tookMs: number
}

export interface RequestOptions {
  path: string
  method?: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  headers?: Record<string, string>
  body?: object
}

/** Longer than the server gives a silent database. */
const CLIENT_TIMEOUT_MS = 10_000
const TIERS: [part: string, tier: Tier][] = [
  ['detail=memory', 'memory'],
  ['detail=redis', 'redis'],
  ['fwd=miss', 'none'],
]

export async function ask(
  place: Target,
  { path, method = 'GET', headers, body }: RequestOptions,
): Promise<Answer> {
  const startedAt = performance.now()
  const answer = { place, startedAt, status: 0, body: undefined, etag: null, tier: 'not told' } as const
  try {
    const response = await fetch(place.url + path, {
      method,
      signal: AbortSignal.timeout(CLIENT_TIMEOUT_MS),
      // A kept connection that is found broken would be tried again by itself, and a write done twice.
      ...(method !== 'GET' && { keepalive: false }),
      ...(body
        ? { body: JSON.stringify(body), headers: { 'content-type': 'application/json', ...headers } }
        : headers && { headers }),
    })
    const text = await response.text()
    const { status } = response
    const tookMs = performance.now() - startedAt
    return {
      ...answer,
      status,
      body: text === '' ? undefined : JSON.parse(text),
      etag: response.headers.get('etag'),
      tier: tierOf(response.headers.get('cache-status')),
      tookMs,
    }
  } catch {
    return { ...answer, tookMs: performance.now() - startedAt }
  }
}

function tierOf(header: string | null): Tier {
  return TIERS.find(([part]) => header?.includes(part))?.[1] ?? 'not told'
}
