/**
 * A request that carries an idempotency key has one effect, however often it is sent. The answer is recorded in
 * the transaction of the write itself: either both are there, or, after a crash, neither is.
 */
import { and, eq, lt } from 'drizzle-orm'
import type { Database } from '#db/database.ts'
import type { Answer } from '#server/answer.ts'
import type { Context } from '#server/context.ts'
import { invalidInput, ProblemError } from '#server/errors.ts'
import type { Clock } from '#server/platform/clock.ts'

const LIFETIME_MS = 24 * 3_600_000
const MAX_KEY_LENGTH = 255

/** The request in so far as a repetition must be equal to it. */
export interface KeyedRequest {
  key: string
  operation: string
  input: unknown
}

export type Idempotency = ReturnType<typeof createIdempotency>

export function createIdempotency(db: Database, clock: Clock) {
  const { idempotencyKeys } = db.tables
  /** In this process; across processes the database's lock tells. */
  const running = new Set<string>()

  return {
    /** @throws ProblemError `IDEMPOTENCY_KEY_REUSED`, `IDEMPOTENCY_IN_PROGRESS`, and whatever `run` throws: then nothing is recorded */
    async once(
      ctx: Context,
      request: KeyedRequest,
      run: (ctx: Context) => Promise<unknown>,
    ): Promise<Answer> {
      checkKey(request.key)
      const { key } = request
      const caller = ctx.caller.id
      const name = JSON.stringify([caller, key])
      if (running.has(name)) throw inProgress()
      running.add(name)
      try {
        return await db.withTransaction(async (tx) => {
          if (!(await db.tryLock(tx, name))) throw inProgress()
          const fingerprint = fingerprintOf(request)
          const owned = and(eq(idempotencyKeys.caller, caller), eq(idempotencyKeys.key, key))
          const [first] = await tx.select().from(idempotencyKeys).where(owned)
          if (first && first.createdAt > clock.now() - LIFETIME_MS) return replay(first, fingerprint)
          const output = await run({ ...ctx, products: ctx.products.within(tx) })
          await tx.delete(idempotencyKeys).where(owned)
          await tx
            .insert(idempotencyKeys)
            .values({ caller, key, fingerprint, answer: JSON.stringify(output), createdAt: clock.now() })
          return { output, replayed: false }
        })
      } finally {
        running.delete(name)
      }
    },

    forgetExpired: async (): Promise<void> => {
      await db.withTransaction((tx) =>
        tx.delete(idempotencyKeys).where(lt(idempotencyKeys.createdAt, clock.now() - LIFETIME_MS)),
      )
    },
  }
}

function replay(first: { fingerprint: string; answer: string }, fingerprint: string): Answer {
  if (first.fingerprint !== fingerprint) {
    throw new ProblemError(
      'IDEMPOTENCY_KEY_REUSED',
      'This key came with another request before. Take a new one.',
    )
  }
  return { output: JSON.parse(first.answer), replayed: true }
}

function fingerprintOf({ operation, input }: KeyedRequest): string {
  return new Bun.CryptoHasher('sha256').update(JSON.stringify([operation, input])).digest('hex')
}

function checkKey(key: string): void {
  if (key.length > MAX_KEY_LENGTH || !/^[\x21-\x7E]+$/.test(key)) {
    throw invalidInput([
      { pointer: '/idempotency-key', detail: `must have 1 to ${MAX_KEY_LENGTH} visible ASCII characters` },
    ])
  }
}

function inProgress(): ProblemError {
  return new ProblemError(
    'IDEMPOTENCY_IN_PROGRESS',
    'The first request with this key is still running. Ask again.',
  )
}
