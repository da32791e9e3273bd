/** What an operation is. How one runs is in invoke.ts, and how it writes in write.ts. */
import type * as v from 'valibot'
import type { Subject } from '#server/audit/subject.ts'
import type { Caller, Scope } from '#server/caller.ts'
import type { Context, Stores } from '#server/context.ts'
import type { ProblemCode } from '#server/errors.ts'

/**
 * An operation is written once; its REST route, its tRPC procedure, its OpenAPI entry and the client's types
 * are all derived from this one value (http/rest.ts, http/trpc.ts, http/openapi/).
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
  /** What the summary leaves open. */
  description?: string
  /** Of a request that makes sense: what the schema alone does not say. The rest is derived from the fields' names. */
  example?: Partial<v.InferInput<In>>
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
  /** Its answers are cached until this product changes, or any product. Undefined for one that depends on more. */
  cacheTag?(input: v.InferOutput<In>): CacheTag | undefined
  /**
   * False for a mutation whose effect is not one write to the database. With an idempotency key it runs outside a
   * transaction, and its answer is recorded after it.
   */
  transactional?: false
  /** Of a mutation: what it writes to, for the audit; null for one that writes nothing. */
  subject?: Subject<v.InferInput<Out>> | null
  /** True where the answer holds a secret: it is recorded nowhere, so no idempotency key is taken. */
  isSecret?: true
  run(ctx: Context, input: v.InferOutput<In>): Promise<v.InferInput<Out>>
  /** The same for several calls in one transaction, in their order; undefined for a call that has to run alone. */
  runTogether?(
    ctx: Stores & Pick<Context, 'currency'>,
    calls: readonly Call<v.InferOutput<In>>[],
  ): Promise<(Outcome<v.InferInput<Out>> | undefined)[]>
}

/** One of several. */
export interface Call<Input> {
  caller: Caller
  input: Input
}

export type Outcome<Output> = { output: Output } | { refusal: unknown }

type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE'
type AnyInput = v.GenericSchema<object, object>
type InputField<In extends AnyInput> = Extract<keyof v.InferInput<In>, string>

/** A product's id, or `any` for what depends on all products. */
export type CacheTag = number | 'any'

/** The rate limit that an operation draws on. */
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
  /** With an event's id as `lastEventId` the stream resumes after it. */
  run(ctx: Context, input: v.InferOutput<In>): Events<Out> | Promise<Events<Out>>
}

type Events<Out extends v.GenericSchema> = AsyncIterable<StreamedEvent<v.InferInput<Out>>>

export interface StreamedEvent<T> {
  id: string
  data: T
}

/** An operation without its types: what a transport iterates over. */
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
  definition: Definition<'mutation', In, Out> & { subject: Subject<v.InferInput<Out>> | null },
): Operation<'mutation', In, Out> {
  return { kind: 'mutation', ...definition }
}

export function subscription<In extends AnyInput, Out extends v.GenericSchema>(
  definition: Omit<Subscription<In, Out>, 'kind'>,
): Subscription<In, Out> {
  return { kind: 'subscription', ...definition }
}

export function takesIdempotencyKey({ rest, isSecret }: AnyOperation): boolean {
  return isSecret !== true && (rest.startsWith('POST') || rest.startsWith('PATCH'))
}
