/** What an operation answers, and how the answers of queries are kept. */
import type { Context } from '#server/context.ts'
import { ProblemError, type ProblemCode } from '#server/errors.ts'
import type { AnyOperation } from '#server/operation.ts'
import type { Cache, Found, Kept } from './cache/cache.ts'

export interface Answer {
  output: unknown
  /** This is what was answered the first time; nothing was done now. */
  replayed: boolean
  /** The output as it is sent, and where it was found. */
  kept?: Found<AnswerHead>
}

export interface AnswerHead {
  etag: string
  cursors?: Cursors
  /** That there is no such product is an answer, too. */
  refusal?: { code: ProblemCode; detail: string }
}

export interface Cursors {
  next_cursor: string | null
  prev_cursor: string | null
}

export type AnswerCache = Cache<AnswerHead>

/** @throws ProblemError also from the cache */
export async function keptAnswer(
  operation: AnyOperation,
  ctx: Context,
  { input, subject }: { input: unknown; subject: number | 'any' },
): Promise<Answer> {
  const { answers, refresh, keptUnder } = ctx
  const key = keptUnder ?? `${operation.rest} ${JSON.stringify(input)}`
  const hit = refresh || keptUnder !== undefined ? undefined : await answers.hit(key)
  const kept = hit ?? (await answers.read({ key, subject, refresh }, () => load(operation, ctx, input)))
  const absence = absenceIn(kept)
  if (absence) throw absence
  return {
    get output(): unknown {
      return JSON.parse(kept.text)
    },
    replayed: false,
    kept,
  }
}

/** What a kept answer refuses with, if it is one of those. */
export function absenceIn({ head: { refusal } }: Kept<AnswerHead>): ProblemError | undefined {
  return refusal && new ProblemError(refusal.code, refusal.detail)
}

async function load(operation: AnyOperation, ctx: Context, input: unknown): Promise<Kept<AnswerHead>> {
  try {
    return asSent(operation, await operation.run(ctx, input))
  } catch (error) {
    if (!(error instanceof ProblemError) || error.code !== 'PRODUCT_NOT_FOUND') throw error
    return { text: '', head: { etag: '', refusal: { code: error.code, detail: error.message } } }
  }
}

/** The text of a query's output, and what stands in the head of its answer. */
export function asSent(operation: AnyOperation, output: unknown): Kept<AnswerHead> {
  const text = JSON.stringify(output)
  const etag = operation.etag?.(output) ?? `"${Bun.hash(text).toString(36)}"`
  if (!hasCursors(output)) return { text, head: { etag } }
  const { next_cursor, prev_cursor } = output
  return { text, head: { etag, cursors: { next_cursor, prev_cursor } } }
}

function hasCursors(output: unknown): output is Cursors {
  return typeof output === 'object' && output !== null && 'next_cursor' in output
}
