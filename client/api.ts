/** The typed client: the server's types and none of its code. The page uses it, and so may any application. */
import {
  createTRPCClient,
  httpBatchLink,
  httpLink,
  httpSubscriptionLink,
  splitLink,
  TRPCClientError,
  type TRPCClient,
} from '@trpc/client'
import type {
  inferRouterInputs,
  inferRouterOutputs,
  TRPCBuiltRouter,
  TRPCDefaultErrorShape,
  TRPCMutationProcedure,
  TRPCQueryProcedure,
  TRPCSubscriptionProcedure,
} from '@trpc/server'
import { EventSource } from 'eventsource'
import type { surface } from './surface.ts'

type Operations = (typeof surface)['operations']
export type Problem = (typeof surface)['problem']

/** Every operation as a tRPC procedure. */
export type AppRouter = TRPCBuiltRouter<
  { ctx: object; meta: object; errorShape: ErrorShape; transformer: false },
  { [Group in keyof Operations]: { [Name in keyof Operations[Group]]: Procedure<Operations[Group][Name]> } }
>

type Procedure<Op> = Op extends { kind: infer Kind; input: infer In; output: infer Out }
  ? Kind extends 'query'
    ? TRPCQueryProcedure<Definition<In, Out>>
    : Kind extends 'mutation'
      ? TRPCMutationProcedure<Definition<In, Out>>
      : TRPCSubscriptionProcedure<Definition<In, AsyncIterable<{ id: string; data: Out }>>>
  : never

interface Definition<In, Out> {
  meta: object
  /** An input whose fields are all optional may be left out. */
  input: object extends In ? In | void : In
  output: Out
}

type ErrorShape = Omit<TRPCDefaultErrorShape, 'data'> & {
  data: { code: string; httpStatus: number; path?: string; problem: Problem }
}

export type Client = TRPCClient<AppRouter>
export type Inputs = inferRouterInputs<AppRouter>
export type Outputs = inferRouterOutputs<AppRouter>

export interface ClientOptions {
  /** An API key, `ak_…`; a browser that is signed in needs none. */
  key?: string
}

/** The server takes at most 50 calls in one request. */
const MAX_CALLS_PER_REQUEST = 50
/** A server takes 16 KiB of request line and headers: what does not fit goes in a request of its own. */
const MAX_URL_LENGTH = 12_000

/**
 * A mutation called with `{ context: { idempotencyKey } }` has one effect, however often it is sent with that key.
 * @param url where Adstock is, such as `http://127.0.0.1:3000`
 */
export function createClient(url: string | URL, { key }: ClientOptions = {}): Client {
  const endpoint = `${String(url).replace(/\/+$/, '')}/trpc`
  const headers = key === undefined ? {} : { authorization: `Bearer ${key}` }
  return createTRPCClient<AppRouter>({
    links: [
      splitLink({
        condition: ({ type }) => type === 'subscription',
        // Not every runtime has an EventSource of its own, and none of those sends headers.
        true: httpSubscriptionLink({
          url: endpoint,
          EventSource,
          eventSourceOptions: {
            fetch: (target, init) => fetch(target, { ...init, headers: { ...init.headers, ...headers } }),
          },
        }),
        false: splitLink({
          condition: ({ context }) => 'idempotencyKey' in context,
          // In a request of its own: a key is of one call.
          true: httpLink({
            url: endpoint,
            headers: ({ op }) => ({ ...headers, 'idempotency-key': String(op.context['idempotencyKey']) }),
          }),
          false: httpBatchLink({
            url: endpoint,
            maxItems: MAX_CALLS_PER_REQUEST,
            maxURLLength: MAX_URL_LENGTH,
            headers,
          }),
        }),
      }),
    ],
  })
}

/** The problem that the server answered with; undefined when there was no answer at all. */
export function problemOf(error: unknown): Problem | undefined {
  if (!(error instanceof TRPCClientError)) return undefined
  const data = error.data as { problem?: Problem } | null | undefined
  return data?.problem
}
