/** Files in and out, as streams, over REST alone: what a typed call is too small for. */
import type * as v from 'valibot'
import { recordedOutside } from '#server/audit/record.ts'
import type { Subject } from '#server/audit/subject.ts'
import type { Context } from './context.ts'
import { requireScope } from './caller.ts'
import type { AnyOperation } from './operation.ts'
import { parseInput } from './parse-input.ts'
import { spool } from './platform/spool.ts'

interface Described extends Pick<AnyOperation, 'rest' | 'summary' | 'scope' | 'cost'> {
  /** The beginning of such a file. */
  example: string
}

export interface Download<In extends v.GenericSchema<object, object>> extends Described {
  kind: 'download'
  /** The query. */
  input: In
  mediaType: string
  fileName: string
  run(ctx: Context, input: v.InferOutput<In>): AsyncIterable<string>
}

export interface Upload<
  In extends v.GenericSchema<object, object>,
  Out extends v.GenericSchema,
> extends Described {
  kind: 'upload'
  /** The query. */
  input: In
  output: Out
  /** The body's. */
  mediaType: string
  /** What it writes to, for the audit. */
  subject: Subject<v.InferInput<Out>>
  run(ctx: Context, input: v.InferOutput<In>, body: AsyncIterable<Uint8Array>): Promise<v.InferInput<Out>>
}

// oxlint-disable-next-line typescript/no-explicit-any -- `run` is contravariant in its input: only `any` holds them all
export type AnyFileRoute = Download<any> | Upload<any, any>

export const download = <In extends v.GenericSchema<object, object>>(
  definition: Omit<Download<In>, 'kind'>,
): Download<In> => ({
  kind: 'download',
  ...definition,
})

export const upload = <In extends v.GenericSchema<object, object>, Out extends v.GenericSchema>(
  definition: Omit<Upload<In, Out>, 'kind'>,
): Upload<In, Out> => ({ kind: 'upload', ...definition })

export interface Uploaded {
  output: unknown
  /** The recorded answer of an earlier request with the same idempotency key and the same bytes: nothing ran. */
  replayed: boolean
}

/** With an idempotency key the file is kept on disk first: whether it came before is known from all of its bytes. */
export async function runUpload(
  // oxlint-disable-next-line typescript/no-explicit-any -- as above
  transfer: Upload<any, any>,
  ctx: Context,
  { input, body }: { input: unknown; body: AsyncIterable<Uint8Array> },
): Promise<Uploaded> {
  const { idempotencyKey: key } = ctx
  const act = { operation: transfer.rest, subject: transfer.subject, input }
  const run = (bytes: typeof body) => recordedOutside(ctx, act, () => transfer.run(ctx, input, bytes))
  if (key === null) return { output: await run(body), replayed: false }
  await using file = await spool(body)
  const request = {
    caller: ctx.caller.id,
    key,
    operation: transfer.rest,
    input: [input, file.sha256],
  }
  return await ctx.idempotency.onceOutside(request, () => run(file.stream()))
}

/** Authority first, then the query's shape, as for any operation. */
export function checked(transfer: AnyFileRoute, ctx: Context, raw: unknown): unknown {
  requireScope(ctx, transfer.scope)
  return parseInput(transfer.input, raw)
}
