import { distance } from 'fastest-levenshtein'
import * as v from 'valibot'
import type { Caller, Context } from '#server/context.ts'
import { keptAnswer, type Answer } from '#server/answer.ts'
import { invalidInput, ProblemError, type InputIssue, type ProblemCode } from '#server/errors.ts'

/**
 * An operation is written once; its REST route, its tRPC procedure, its OpenAPI entry and the client's types
 * are all derived from this one value (http/rest.ts, http/trpc.ts, http/openapi.ts).
 */
export interface Operation<
  Kind extends 'query' | 'mutation',
  In extends AnyInput,
  Out extends v.GenericSchema,
> {
  kind: Kind
  /** Method and path under `/v1`. Path parameters are fields of the input; so are the query or the body's fields. */
  rest: `${Method} /${string}`
  summary: string
  input: In
  output: Out
  scope: Scope
  cost: Cost
  /** Refusals of its own, beside those that every operation shares. */
  errors?: readonly ProblemCode[]
  /** The status of success when it is not 200. */
  status?: 201 | 202 | 204
  /** True for 207: each part of the output has a status of its own. */
  multiStatus?(output: v.InferOutput<Out>): boolean
  /** Request headers that fill a field of the input. */
  headers?: { ifMatch?: InputField<In> }
  /** A strong entity tag; a query without one gets a hash of its body. */
  etag?(output: v.InferOutput<Out>): string
  location?(output: v.InferOutput<Out>): string
  /** Its answers may be kept while nothing changes of this product, or of any. */
  keptWhile?(input: v.InferOutput<In>): number | 'any'
  run(ctx: Context, input: v.InferOutput<In>): Promise<v.InferInput<Out>>
}

type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE'
type AnyInput = v.GenericSchema<object, object>
type InputField<In extends AnyInput> = Extract<keyof v.InferInput<In>, string>

export const SCOPES = ['products:read', 'products:write', 'ads:read', 'ads:write', 'admin'] as const
export type Scope = (typeof SCOPES)[number]

/** Which rate limit an operation draws on. */
export type Cost = 'read' | 'search' | 'write'

/**
 * A stream of events that goes on until the caller leaves: server-sent events over REST, at the address of the
 * query that gives the same at once, and a tRPC subscription.
 */
export interface Subscription<In extends AnyInput, Out extends v.GenericSchema> extends Pick<
  Operation<'query', In, Out>,
  'rest' | 'summary' | 'input' | 'output' | 'scope' | 'cost'
> {
  kind: 'subscription'
  /** Whoever sends an event's id as `lastEventId` goes on after it. */
  run(ctx: Context, input: v.InferOutput<In>): AsyncIterable<StreamedEvent<v.InferInput<Out>>>
}

export interface StreamedEvent<T> {
  id: string
  data: T
}

/** An operation whose types are no longer of interest: what a transport iterates over. */
// oxlint-disable-next-line typescript/no-explicit-any -- `run` is contravariant in its input: only `any` holds them all
export type AnyOperation = Operation<'query' | 'mutation', any, any>

// oxlint-disable-next-line typescript/no-explicit-any -- as above
export type AnySubscription = Subscription<any, any>

type Definition<Kind extends 'query' | 'mutation', In extends AnyInput, Out extends v.GenericSchema> = Omit<
  Operation<Kind, In, Out>,
  'kind'
>

export function query<In extends AnyInput, Out extends v.GenericSchema>(
  definition: Definition<'query', In, Out>,
): Operation<'query', In, Out> {
  return { kind: 'query', ...definition }
}

export function mutation<In extends AnyInput, Out extends v.GenericSchema>(
  definition: Definition<'mutation', In, Out>,
): Operation<'mutation', In, Out> {
  return { kind: 'mutation', ...definition }
}

export function subscription<In extends AnyInput, Out extends v.GenericSchema>(
  definition: Omit<Subscription<In, Out>, 'kind'>,
): Subscription<In, Out> {
  return { kind: 'subscription', ...definition }
}

/** Into a subscription; what is wrong with the request is thrown before the first event. */
export function follow(
  stream: AnySubscription,
  ctx: Context,
  raw: unknown,
): AsyncIterable<StreamedEvent<unknown>> {
  requireScope(ctx, stream.scope)
  return stream.run(ctx, parseInput(stream.input, raw))
}

/** The one way into an operation, for every transport: authority first, then the input's shape, then the work. */
export async function invoke(operation: AnyOperation, ctx: Context, raw: unknown): Promise<Answer> {
  requireScope(ctx, operation.scope)
  const input = parseInput(operation.input, raw)
  const { idempotencyKey: key } = ctx
  const subject = operation.keptWhile?.(input)
  return await whileAvailable(ctx, operation.kind, async () => {
    if (subject !== undefined) return await keptAnswer(operation, ctx, { input, subject })
    // A GET changes nothing and a DELETE is idempotent as it is.
    if (key === null || !takesIdempotencyKey(operation))
      return { output: await operation.run(ctx, input), replayed: false }
    const request = { key, operation: operation.rest, input }
    return await ctx.idempotency.once(ctx, request, (within) => operation.run(within, input))
  })
}

export type Availability = Pick<Context, 'isUnavailable' | 'log' | 'requestId'>

/** After a restart of the database each connection of the pool fails once. */
const QUERY_ATTEMPTS = 3
/** Whoever has waited this long for nothing gets an answer instead of another wait. */
const RETRIED_WITHIN_MS = 1_000

/**
 * A query that a lost connection spoilt is asked again. A mutation is not: whether it was done is for the client
 * to ask, or for its idempotency key to tell.
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

export function takesIdempotencyKey({ rest }: AnyOperation): boolean {
  return rest.startsWith('POST') || rest.startsWith('PATCH')
}

export function requireScope(ctx: Pick<Context, 'caller'>, scope: Scope): void {
  if (mayUse(ctx.caller, scope)) return
  if (ctx.caller.kind === 'anonymous')
    throw new ProblemError('KEY_MISSING', 'Send an API key: Authorization: Bearer ak_…')
  throw new ProblemError('SCOPE_MISSING', `This needs the scope ${scope}.`, { scope })
}

export function mayUse({ scopes }: Caller, scope: Scope): boolean {
  return scopes.has(scope) || scopes.has('admin')
}

/** @throws ProblemError `INVALID_INPUT` naming every field that is wrong. */
export function parseInput<S extends v.GenericSchema>(schema: S, raw: unknown): v.InferOutput<S> {
  const result = v.safeParse(schema, raw ?? {})
  if (result.success) return result.output
  throw invalidInput(result.issues.map((issue) => describe(issue, schema)))
}

function describe(issue: v.BaseIssue<unknown>, schema: v.GenericSchema): InputIssue {
  const path = issue.path ?? []
  const pointer = path.map(({ key }) => `/${escapePointer(String(key))}`).join('')
  const last = path.at(-1)
  // Otherwise it is about a value; about a key it says that it is missing, or that there should be none.
  if (last?.origin !== 'key') return { pointer, detail: issue.message }
  if (issue.expected !== 'never') return { pointer, detail: 'is missing' }
  const object = path.slice(0, -1).reduce(partOf, schema)
  return { pointer, detail: unknownField(String(last.key), knownFields(object)) }
}

/** What a schema of lists and objects says of what stands there. */
function partOf(schema: v.GenericSchema, { key }: v.IssuePathItem): v.GenericSchema {
  const { entries, item } = schema as { entries?: Record<string, v.GenericSchema>; item?: v.GenericSchema }
  return item ?? entries?.[String(key)] ?? schema
}

function escapePointer(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1')
}

function unknownField(name: string, known: readonly string[]): string {
  const close = known
    .map((candidate) => ({ candidate, edits: distance(name.slice(0, 64), candidate) }))
    .toSorted((a, b) => a.edits - b.edits)[0]
  const hint =
    close && close.edits <= 3 ? `; did you mean "${close.candidate}"?` : `; known here: ${known.join(', ')}`
  return `unknown field${hint}`
}

/** The field names of an object schema, also behind `v.pipe`. */
export function knownFields(schema: v.GenericSchema): string[] {
  return 'entries' in schema ? Object.keys(schema.entries as object) : []
}
