/** One operation, or one route of a file, in the terms of OpenAPI. */
import { toJsonSchema } from '@valibot/to-json-schema'
import type * as v from 'valibot'
import type { Scope } from '#server/caller.ts'
import type { ProblemCode } from '#server/errors.ts'
import type { AnyFileRoute } from '#server/file-route.ts'
import { isPaged } from '#server/http/input.ts'
import { splitRest } from '#server/http/rest.ts'
import { takesIdempotencyKey, type AnyOperation } from '#server/operation.ts'
import { knownFields } from '#server/parse-input.ts'
import { BODY_PROBLEMS, EVERYWHERE, headersOf, refusals, type HeaderName, type Json } from './components.ts'
import { exampleOf, valueOf } from './examples.ts'
import { proseOf, proseOfFile } from './prose.ts'
import { IDEMPOTENCY_KEY, IF_MATCH, IF_NONE_MATCH, LAST_EVENT_ID } from './text.ts'

const SHARED_PROBLEMS = [
  'KEY_MISSING',
  'KEY_INVALID',
  'SCOPE_MISSING',
  'NOT_ACCEPTABLE',
  'INVALID_INPUT',
  'RATE_LIMITED',
  'INTERNAL',
  'UNAVAILABLE',
] as const
const IDEMPOTENCY_PROBLEMS = ['IDEMPOTENCY_KEY_REUSED', 'IDEMPOTENCY_IN_PROGRESS'] as const
/** Either of them, with this scope. */
const security = (scope: Scope) => [{ key: [scope] }, { session: [scope] }]

export function describe(name: string, operation: AnyOperation, isLive: boolean): Json {
  const [method, path] = splitRest(operation)
  const input = inputSchema(operation)
  const inPath = [...path.matchAll(/:(\w+)/g)].map(([, field = '']) => field)
  const fromBody = method === 'POST' || method === 'PATCH'
  const headerField = operation.headers?.ifMatch
  const rest = Object.keys(input.properties).filter(
    (field) => !inPath.includes(field) && field !== headerField,
  )
  const parameters = [
    ...inPath.map((field) => parameter(field, 'path', { ...input, required: inPath })),
    ...(fromBody ? [] : rest.map((field) => parameter(field, 'query', input))),
    ...(takesIdempotencyKey(operation) ? [IDEMPOTENCY_KEY] : []),
    ...(headerField ? [IF_MATCH] : []),
    ...(operation.kind === 'query' ? [IF_NONE_MATCH] : []),
    ...(isLive ? [LAST_EVENT_ID] : []),
  ]
  return {
    operationId: name,
    summary: operation.summary,
    tags: [name.split('.')[0]],
    description: proseOf(operation, name, isLive),
    security: security(operation.scope),
    parameters,
    ...(fromBody && { requestBody: requestBody(rest, input) }),
    responses: responses(operation, { fromBody, isLive, title: titleOf(name) }),
  }
}

export function describeFileRoute(transfer: AnyFileRoute): Json {
  const input = inputSchema(transfer)
  const file = {
    content: { [transfer.mediaType]: { schema: { type: 'string' }, example: transfer.example } },
  }
  const isUpload = transfer.kind === 'upload'
  const success = isUpload
    ? {
        description: 'Done',
        headers: headersOf([...EVERYWHERE, 'Idempotent-Replayed']),
        content: json(transfer.output),
      }
    : { description: 'The file', headers: headersOf(EVERYWHERE), ...file }
  const codes: ProblemCode[] = [
    ...(isUpload ? (['CROSS_SITE_REFUSED', ...BODY_PROBLEMS, ...IDEMPOTENCY_PROBLEMS] as const) : []),
    ...SHARED_PROBLEMS,
  ]
  return {
    summary: transfer.summary,
    tags: [splitRest(transfer)[1].split(/[/.]/)[1]],
    description: proseOfFile(transfer),
    security: security(transfer.scope),
    parameters: [
      ...Object.keys(input.properties).map((field) => parameter(field, 'query', input)),
      ...(isUpload ? [IDEMPOTENCY_KEY] : []),
    ],
    ...(isUpload && { requestBody: { required: true, ...file } }),
    responses: { 200: success, ...refusals(codes) },
  }
}

interface InputSchema {
  properties: Record<string, Json>
  required: readonly string[]
  /** What the example of the operation gives. */
  given: Json
}

/** Only what a request needs has an example: /docs fills in each of them. */
function parameter(
  name: string,
  place: 'path' | 'query',
  { properties, required, given }: InputSchema,
): Json {
  const schema = properties[name] ?? {}
  const isShown = required.includes(name) || name in given
  return {
    name,
    in: place,
    required: required.includes(name),
    schema,
    ...(isShown && { example: name in given ? given[name] : valueOf(schema, name) }),
  }
}

/** One media type: of several, generated clients send none. */
function requestBody(fields: readonly string[], input: InputSchema): Json {
  const required = input.required.filter((field) => fields.includes(field))
  const properties = Object.fromEntries(fields.map((field) => [field, input.properties[field] ?? {}]))
  const schema = { type: 'object', properties, required, additionalProperties: false }
  const example = exampleOf(schema, input.given)
  return { required: required.length > 0, content: { 'application/json': { schema, example } } }
}

/** `products.list` → `ProductsList`: what it answers with, unless that has a name of its own. */
function titleOf(name: string): string {
  return name.replaceAll(/(?:^|\.)(.)/g, (_, letter: string) => letter.toUpperCase())
}

interface Described {
  fromBody: boolean
  isLive: boolean
  title: string
}

function successHeaders(operation: AnyOperation): HeaderName[] {
  const isQuery = operation.kind === 'query'
  return [
    ...EVERYWHERE,
    ...(isQuery || operation.etag ? (['ETag'] as const) : []),
    ...(isQuery ? (['Cache-Status'] as const) : []),
    ...(isQuery && isPaged(operation) ? (['Link'] as const) : []),
    ...(operation.location ? (['Location'] as const) : []),
    ...(takesIdempotencyKey(operation) ? (['Idempotent-Replayed'] as const) : []),
  ]
}

function responses(operation: AnyOperation, { fromBody, isLive, title }: Described): Json {
  const status = operation.status ?? 200
  const headers = headersOf(successHeaders(operation))
  const events = isLive && {
    'text/event-stream': {
      schema: { type: 'string', description: 'The items as events, for as long as you listen' },
    },
  }
  const body = status === 204 ? {} : { content: { ...json(operation.output, title), ...events } }
  const codes: ProblemCode[] = [
    ...(operation.errors ?? []),
    ...(operation.kind === 'mutation' ? (['CROSS_SITE_REFUSED'] as const) : []),
    ...(takesIdempotencyKey(operation) ? IDEMPOTENCY_PROBLEMS : []),
    ...(fromBody ? BODY_PROBLEMS : []),
    ...SHARED_PROBLEMS,
  ]
  return {
    [status]: { description: 'Done', headers, ...body },
    ...(operation.multiStatus && { 207: { description: 'Each part has its own status', headers, ...body } }),
    ...(operation.kind === 'query' && {
      304: { description: 'What you have (If-None-Match) is still true', headers },
    }),
    ...refusals(codes),
  }
}

function json(output: v.GenericSchema, title?: string): Json {
  const own = jsonSchema(output, 'output')
  return { 'application/json': { schema: { ...(title && { title }), ...own }, example: exampleOf(own) } }
}

function inputSchema({ input, example = {} }: { input: v.GenericSchema; example?: unknown }): InputSchema {
  const { properties = {}, required = [] } = jsonSchema(input, 'input') as Partial<InputSchema>
  return {
    properties: Object.fromEntries(knownFields(input).map((field) => [field, properties[field] ?? {}])),
    required,
    given: typeof example === 'object' ? (example as Json) : {},
  }
}

export function jsonSchema(schema: v.GenericSchema, typeMode: 'input' | 'output'): Json {
  const { $schema: _, ...rest } = toJsonSchema(schema, {
    typeMode,
    errorMode: 'ignore',
    target: 'draft-2020-12',
  })
  return rest
}
