/** How an operation runs, whatever the transport: authority, input, then the cache, a transaction or a plain call. */
import { cachedNotFound, type CachedHeaders, type Cursors } from '#server/cache/cached-answer.ts'
import type { CacheHit, CachedBody } from '#server/cache/cache.ts'
import { requireScope } from '#server/caller.ts'
import type { Context } from '#server/context.ts'
import { ProblemError } from '#server/errors.ts'
import type { AnyOperation, AnySubscription, CacheTag, StreamedEvent } from '#server/operation.ts'
import { parseInput } from '#server/parse-input.ts'
import { write, type Written } from '#server/write.ts'

export interface Answer extends Written {
  /** The output as it is sent, and the tier it was found in. */
  cached?: CacheHit<CachedHeaders>
}

/** The one way into an operation. @throws ProblemError */
export async function invoke(operation: AnyOperation, ctx: Context, raw: unknown): Promise<Answer> {
  requireScope(ctx, operation.scope)
  const input = parseInput(operation.input, raw)
  const tag = operation.cacheTag?.(input)
  return await whileAvailable(ctx, operation.kind, async () => {
    if (tag !== undefined) return await cachedAnswer(operation, ctx, { input, tag })
    if (operation.kind === 'query') return { output: await operation.run(ctx, input), replayed: false }
    return await write(operation, ctx, input)
  })
}

/** Opens a subscription. @throws ProblemError before the first event when the request is wrong */
export async function follow(
  stream: AnySubscription,
  ctx: Context,
  raw: unknown,
): Promise<AsyncIterable<StreamedEvent<unknown>>> {
  requireScope(ctx, stream.scope)
  const input = parseInput(stream.input, raw)
  return await whileAvailable(ctx, 'query', async () => stream.run(ctx, input))
}

async function cachedAnswer(
  operation: AnyOperation,
  ctx: Context,
  { input, tag }: { input: unknown; tag: CacheTag },
): Promise<Answer> {
  const { answers, refresh, cacheKey } = ctx
  const key = cacheKey ?? `${operation.rest} ${JSON.stringify(input)}`
  const kept = refresh || cacheKey !== undefined ? undefined : answers.peek(key)
  const hit = kept && (await answers.hit(kept))
  const cached = hit ?? (await answers.read({ key, tag, refresh }, () => load(operation, ctx, input)))
  const notFound = cachedNotFound(cached)
  if (notFound) throw notFound
  return {
    get output(): unknown {
      return JSON.parse(cached.text)
    },
    replayed: false,
    cached,
  }
}

async function load(
  operation: AnyOperation,
  ctx: Context,
  input: unknown,
): Promise<CachedBody<CachedHeaders>> {
  try {
    return serialize(operation, await operation.run(ctx, input))
  } catch (error) {
    if (!(error instanceof ProblemError) || error.code !== 'PRODUCT_NOT_FOUND') throw error
    return {
      text: '',
      head: { rest: operation.rest, etag: '', refusal: { code: error.code, detail: error.message } },
    }
  }
}

/** A query's output as text, with the headers that go with it. */
export function serialize(operation: AnyOperation, output: unknown): CachedBody<CachedHeaders> {
  const text = JSON.stringify(output)
  const etag = operation.etag?.(output) ?? `"${Bun.hash(text).toString(36)}"`
  const { rest } = operation
  if (!hasCursors(output)) return { text, head: { rest, etag } }
  const { next_cursor, prev_cursor } = output
  return { text, head: { rest, etag, cursors: { next_cursor, prev_cursor } } }
}

function hasCursors(output: unknown): output is Cursors {
  return typeof output === 'object' && output !== null && 'next_cursor' in output
}

export type Availability = Pick<Context, 'isUnavailable' | 'log' | 'requestId'>

/** After a restart of the database each connection of the pool fails once. */
const QUERY_ATTEMPTS = 3
/** No retry starts later than this after the first attempt. */
const RETRIED_WITHIN_MS = 1_000

/**
 * Retries a query whose connection was lost. A mutation is not retried: it may have been committed, which the client
 * can query, or learn by repeating it with the same idempotency key.
 * @throws ProblemError `UNAVAILABLE`, and whatever else `run` throws
 */
export async function whileAvailable<T>(
  ctx: Availability,
  kind: 'query' | 'mutation',
  run: () => Promise<T>,
): Promise<T> {
  const attempts = kind === 'query' ? QUERY_ATTEMPTS : 1
  const startedAt = performance.now()
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await run()
    } catch (error) {
      if (!ctx.isUnavailable(error)) throw error
      if (attempt < attempts && performance.now() - startedAt < RETRIED_WITHIN_MS) continue
      ctx.log.warn({ err: error, request_id: ctx.requestId }, 'the database is unavailable')
      throw new ProblemError(
        'UNAVAILABLE',
        'The database does not answer just now. With an Idempotency-Key, asking again does nothing twice.',
      )
    }
  }
}
