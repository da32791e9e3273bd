/**
 * A request with an idempotency key has one effect, however often it is sent. The answer is recorded in the transaction
 * of the write itself: after a crash either both are stored or neither is.
 */
import { and, eq, lt } from 'drizzle-orm'
import type { Database, Queries } from '#db/database.ts'
import { invalidInput, ProblemError } from '#server/errors.ts'
import type { Clock } from '#server/platform/clock.ts'
import { Gcra } from '#server/platform/gcra.ts'

const LIFETIME_MS = 24 * 3_600_000
const MAX_KEY_LENGTH = 255
/** Of the answers of one caller, in 24 hours: a product with each of the writes that it may send, or 5,000 large batches. */
const MAX_RECORDED_BYTES = 2 * 1024 ** 3
/** No answer is longer. */
const MAX_ANSWER_BYTES = 8 * 1024 ** 2

/** The request, as far as a repetition must be equal to it. */
export interface KeyedRequest {
  /** Keys of different callers do not meet. */
  caller: string
  key: string
  operation: string
  input: unknown
}

interface Recorded {
  output: unknown
  /** The recorded answer of the first request: `run` was not called. */
  replayed: boolean
}

export type Idempotency = ReturnType<typeof createIdempotency>

export function createIdempotency(db: Database, clock: Clock, maxRecordedBytes: number = MAX_RECORDED_BYTES) {
  const { idempotencyKeys } = db.tables
  /** In this process; across processes the database's lock decides. */
  const running = new Set<string>()
  const room = roomForAnswers(clock, maxRecordedBytes)

  const alone = async (
    request: KeyedRequest,
    run: (name: string) => Promise<Recorded>,
  ): Promise<Recorded> => {
    checkKey(request.key)
    const name = JSON.stringify([request.caller, request.key])
    if (running.has(name)) throw inProgress()
    running.add(name)
    try {
      return await run(name)
    } finally {
      running.delete(name)
    }
  }
  const ownedBy = ({ caller, key }: KeyedRequest) =>
    and(eq(idempotencyKeys.caller, caller), eq(idempotencyKeys.key, key))
  const recorded = async (queries: Queries, request: KeyedRequest): Promise<Recorded | undefined> => {
    const [first] = await queries.select().from(idempotencyKeys).where(ownedBy(request))
    return first && first.createdAt > clock.now() - LIFETIME_MS
      ? replay(first, fingerprintOf(request))
      : undefined
  }
  const record = async (tx: Queries, request: KeyedRequest, output: unknown): Promise<Recorded> => {
    const { caller, key } = request
    const answer = JSON.stringify(output)
    room.take(caller, answer)
    await tx.delete(idempotencyKeys).where(ownedBy(request))
    await tx.insert(idempotencyKeys).values({
      caller,
      key,
      fingerprint: fingerprintOf(request),
      answer,
      createdAt: clock.now(),
    })
    return { output, replayed: false }
  }

  return {
    /**
     * Runs in a transaction that also records the answer.
     * @throws ProblemError `IDEMPOTENCY_KEY_REUSED`, `IDEMPOTENCY_IN_PROGRESS`, `RATE_LIMITED`, and whatever `run` throws: then nothing is recorded
     */
    once: async (request: KeyedRequest, run: (tx: Queries) => Promise<unknown>): Promise<Recorded> =>
      await alone(request, (name) =>
        db.withTransaction(async (tx) => {
          if (!(await db.tryLock(tx, name))) throw inProgress()
          const known = await recorded(tx, request)
          if (known) return known
          room.require(request.caller)
          return await record(tx, request, await run(tx))
        }),
      ),

    /**
     * The same for what is no write to the database: no transaction is open while it runs. A process that dies between
     * the effect and its record repeats the effect with the next request.
     * @throws as `once`
     */
    onceOutside: async (request: KeyedRequest, run: () => Promise<unknown>): Promise<Recorded> =>
      await alone(request, async (name) => {
        await using lease = await db.acquireLease(name)
        if (!lease) throw inProgress()
        const known = await recorded(db.reader, request)
        if (known) return known
        room.require(request.caller)
        const output = await run()
        return await db.withTransaction((tx) => record(tx, request, output))
      }),

    forgetExpired: async (): Promise<void> => {
      await db.withTransaction((tx) =>
        tx.delete(idempotencyKeys).where(lt(idempotencyKeys.createdAt, clock.now() - LIFETIME_MS)),
      )
    },
  }
}

/** Counted in this process, since its start. */
function roomForAnswers(clock: Clock, maxBytes: number) {
  const recordedBytes = new Gcra(clock.now)
  const rate = { requests: maxBytes, windowMs: LIFETIME_MS }
  return {
    /** @throws ProblemError `RATE_LIMITED` */
    require(caller: string): void {
      const refusal = recordedBytes.refusal({ caller, rate, cost: MAX_ANSWER_BYTES })
      if (refusal)
        throw new ProblemError('RATE_LIMITED', 'Too many answers are on record for your idempotency keys.', {
          retry_after: Math.ceil(refusal.retryAfterMs / 1000),
        })
    },
    take: (caller: string, answer: string) =>
      void recordedBytes.consume({ caller, rate, cost: Buffer.byteLength(answer) }),
  }
}

function replay(first: { fingerprint: string; answer: string }, fingerprint: string): Recorded {
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
