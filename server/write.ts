/** How a mutation writes: recorded in the audit, in one transaction with what it writes, or shared with others of its kind. */
import type { Queries } from '#db/database.ts'
import { doneEntries, recorded, recordedOutside, type Act } from '#server/audit/record.ts'
import type { Context } from '#server/context.ts'
import { takesIdempotencyKey, type AnyOperation } from '#server/operation.ts'
import { gather } from '#server/platform/gather.ts'

export interface Written {
  output: unknown
  /** The recorded answer of an earlier request with the same idempotency key: nothing ran. */
  replayed: boolean
}

/** As many as few statements have room for. */
const MAX_TOGETHER = 64
/** A transaction that takes longer waits for a lock. */
const PATIENCE_MS = 20

/** Once, with an idempotency key. @throws whatever `run` of the operation throws */
export async function write(operation: AnyOperation, ctx: Context, input: unknown): Promise<Written> {
  const { rest, transactional } = operation
  // A DELETE is idempotent as it is.
  const key = takesIdempotencyKey(operation) ? ctx.idempotencyKey : null
  const request = key === null ? undefined : { caller: ctx.caller.id, key, operation: rest, input }
  if (transactional === false) {
    const run = () => recordedOutside(ctx, actOf(operation, input), () => operation.run(ctx, input))
    return request
      ? await ctx.idempotency.onceOutside(request, run)
      : { output: await run(), replayed: false }
  }
  const call = { ctx, input }
  if (request) return await ctx.idempotency.once(request, (tx) => runIn(tx, operation, call))
  const isShared = operation.runTogether !== undefined && !ctx.groupsCommits
  const output = await (isShared ? shared(operation, call) : alone(operation, call))
  return { output, replayed: false }
}

interface Asked {
  ctx: Context
  input: unknown
}

interface Waiting extends Asked {
  written: PromiseWithResolvers<unknown>
}

async function alone(operation: AnyOperation, call: Asked): Promise<unknown> {
  return await call.ctx.begin((tx) => runIn(tx, operation, call))
}

async function runIn(tx: Queries, operation: AnyOperation, { ctx, input }: Asked): Promise<unknown> {
  const bound = { ...ctx, ...ctx.within(tx) }
  return await recorded(bound, actOf(operation, input), () => operation.run(bound, input))
}

function actOf({ rest, subject }: AnyOperation, input: unknown): Act<unknown> {
  return { operation: rest, subject, input }
}

/** Of each database, by operation. */
const gatherings = new WeakMap<Context['begin'], Map<AnyOperation, (call: Waiting) => void>>()

/** Calls that come while others are written share the next transaction. */
async function shared(operation: AnyOperation, call: Asked): Promise<unknown> {
  const { begin } = call.ctx
  const own = gatherings.get(begin) ?? new Map<AnyOperation, (call: Waiting) => void>()
  gatherings.set(begin, own)
  const handle = async (calls: readonly Waiting[]) => await settle(operation, calls)
  const add = own.get(operation) ?? gather({ handle, maxItems: MAX_TOGETHER, patienceMs: PATIENCE_MS })
  own.set(operation, add)
  const written = Promise.withResolvers<unknown>()
  add({ ...call, written })
  return await written.promise
}

async function settle(operation: AnyOperation, calls: readonly Waiting[]): Promise<void> {
  const apart = calls.length === 1 ? calls : await together(operation, calls)
  await Promise.all(
    apart.map((call) => alone(operation, call).then(call.written.resolve, call.written.reject)),
  )
}

/**
 * No outcome is told before the commit: a refusal, too, may rest on what another of the calls wrote.
 * @returns those that have to run alone: nothing of them was written
 */
async function together(operation: AnyOperation, calls: readonly Waiting[]): Promise<readonly Waiting[]> {
  let isWritten = false
  try {
    const outcomes = await calls[0]?.ctx.begin(async (tx) => {
      const found = await runTogetherIn(tx, operation, calls)
      isWritten = true
      return found
    })
    return calls.filter(({ written }, index) => {
      const outcome = outcomes?.[index]
      if (outcome && 'output' in outcome) written.resolve(outcome.output)
      else if (outcome) written.reject(outcome.refusal)
      return !outcome
    })
  } catch (error) {
    // One of them may be the cause, which is then the only one to fail, or to wait.
    if (!isWritten) return calls
    // Whether it was committed is not known.
    for (const { written } of calls) written.reject(error)
    return []
  }
}

async function runTogetherIn(tx: Queries, operation: AnyOperation, calls: readonly Waiting[]) {
  const [first] = calls
  if (!first) return []
  const bound = { ...first.ctx, ...first.ctx.within(tx) }
  const asked = calls.map(({ ctx: { caller }, input }) => ({ caller, input }))
  const outcomes = (await operation.runTogether?.(bound, asked)) ?? []
  const entries = calls.flatMap(({ ctx, input }, index) => {
    const outcome = outcomes[index]
    return outcome && 'output' in outcome ? doneEntries(ctx, actOf(operation, input), outcome.output) : []
  })
  await bound.audit.append(entries)
  return outcomes
}
