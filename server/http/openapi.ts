/** The OpenAPI 3.1 document, derived from the operations, and a page to read it with. */
import { toJsonSchema } from '@valibot/to-json-schema'
import type * as v from 'valibot'
import { operationsOf, subscriptionsOf, transfers, webhookEvents, type Api } from '#server/api.ts'
import type { ProblemCode } from '#server/errors.ts'
import type { Scope } from '#server/caller.ts'
import { takesIdempotencyKey, type AnyOperation } from '#server/operation.ts'
import { knownFields } from '#server/parse-input.ts'
import type { AnyFileRoute } from '#server/file-route.ts'
import { isPaged } from './input.ts'
import {
  BODY_PROBLEMS,
  EVERYWHERE,
  HEADERS,
  headersOf,
  nameShapes,
  problemSchemas,
  refusals,
  type Components,
  type HeaderName,
  type Json,
} from './openapi-components.ts'
import { FIXED_PATHS } from './openapi-fixed.ts'
import {
  IDEMPOTENCY_KEY,
  IF_MATCH,
  IF_NONE_MATCH,
  INTRODUCTION,
  LAST_EVENT_ID,
  SECURITY_SCHEMES,
  TAG_TEXTS,
} from './openapi-text.ts'
import { Problem } from './problem.ts'
import { PREFIX, splitRest } from './rest.ts'

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

/** @param formats what a schema with this `format` is, where that depends on the configuration */
export function openApi(api: Api, formats: Readonly<Record<string, Json>>): Json {
  const document = documentOf(api)
  return JSON.parse(
    JSON.stringify(document),
    (_, value: unknown) => formats[formatOf(value)] ?? value,
  ) as Json
}

function formatOf(schema: unknown): string {
  const { format } = (schema ?? {}) as { format?: unknown }
  return typeof format === 'string' ? format : ''
}

function documentOf(api: Api): Json {
  const paths: Record<string, Json> = {}
  const live = new Set(subscriptionsOf(api).map(({ operation }) => operation.rest))
  for (const { name, operation } of operationsOf(api)) {
    const [method, path] = splitRest(operation)
    const template = PREFIX + path.replaceAll(/:(\w+)/g, '{$1}')
    paths[template] = {
      ...paths[template],
      [method.toLowerCase()]: describe(name, operation, live.has(operation.rest)),
    }
  }
  for (const [name, transfer] of Object.entries<AnyFileRoute>(transfers)) {
    const [method, path] = splitRest(transfer)
    paths[PREFIX + path] = {
      ...paths[PREFIX + path],
      [method.toLowerCase()]: { operationId: `files.${name}`, ...describeFileRoute(transfer) },
    }
  }
  const components: Components = {
    schemas: { Problem: jsonSchema(Problem, 'output'), ...problemSchemas() },
    responses: {},
  }
  const webhooks = Object.fromEntries(
    webhookEvents.map(({ type, body }) => [type, { post: describeEvent(type, body) }]),
  )
  const named = nameShapes({ paths: { ...paths, ...FIXED_PATHS }, webhooks }, components) as Json
  return {
    openapi: '3.1.0',
    info: {
      title: 'Adstock',
      version: '1',
      description: INTRODUCTION,
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/' }],
    tags: Object.entries(TAG_TEXTS).map(([name, description]) => ({ name, description })),
    ...named,
    components: { ...components, headers: HEADERS, securitySchemes: SECURITY_SCHEMES },
  }
}

function describeEvent(type: string, body: v.GenericSchema): Json {
  return {
    operationId: type,
    summary: `The event ${type}`,
    tags: ['webhooks'],
    // The receiver's own affair: it verifies the signature.
    security: [],
    description:
      'Signed as in the Standard Webhooks specification: webhook-id, webhook-timestamp, webhook-signature.',
    requestBody: { required: true, content: { 'application/json': { schema: jsonSchema(body, 'output') } } },
    responses: { '2XX': { description: 'Any: it is delivered' } },
  }
}

function describeFileRoute(transfer: AnyFileRoute): Json {
  const { properties, required } = inputSchema(transfer)
  const file = { content: { [transfer.mediaType]: { schema: { type: 'string' } } } }
  const success =
    transfer.kind === 'download'
      ? { description: 'The file', headers: headersOf(EVERYWHERE), ...file }
      : {
          description: 'Done',
          headers: headersOf([...EVERYWHERE, 'Idempotent-Replayed']),
          content: { 'application/json': { schema: jsonSchema(transfer.output, 'output') } },
        }
  const codes: ProblemCode[] = [
    ...(transfer.kind === 'upload'
      ? (['CROSS_SITE_REFUSED', ...BODY_PROBLEMS, ...IDEMPOTENCY_PROBLEMS] as const)
      : []),
    ...SHARED_PROBLEMS,
  ]
  return {
    summary: transfer.summary,
    tags: [splitRest(transfer)[1].split(/[/.]/)[1]],
    description: `Scope \`${transfer.scope}\`, rate limit \`${transfer.cost}\`.`,
    security: security(transfer.scope),
    parameters: [
      ...Object.entries(properties).map(([name, schema]) => ({
        name,
        in: 'query',
        required: required.includes(name),
        schema,
      })),
      ...(transfer.kind === 'upload' ? [IDEMPOTENCY_KEY] : []),
    ],
    ...(transfer.kind === 'upload' && { requestBody: { required: true, ...file } }),
    responses: { 200: success, ...refusals(codes) },
  }
}

function describe(name: string, operation: AnyOperation, live: boolean): Json {
  const [method, path] = splitRest(operation)
  const { properties, required } = inputSchema(operation)
  const inPath = [...path.matchAll(/:(\w+)/g)].map(([, parameter = '']) => parameter)
  const fromBody = method === 'POST' || method === 'PATCH'
  const headerField = operation.headers?.ifMatch
  const rest = Object.keys(properties).filter((field) => !inPath.includes(field) && field !== headerField)
  const parameters = [
    ...inPath.map((field) => ({ name: field, in: 'path', required: true, schema: properties[field] })),
    ...(fromBody
      ? []
      : rest.map((field) => ({
          name: field,
          in: 'query',
          required: required.includes(field),
          schema: properties[field],
        }))),
    ...(takesIdempotencyKey(operation) ? [IDEMPOTENCY_KEY] : []),
    ...(headerField ? [IF_MATCH] : []),
    ...(operation.kind === 'query' ? [IF_NONE_MATCH] : []),
    ...(live ? [LAST_EVENT_ID] : []),
  ]
  return {
    operationId: name,
    summary: operation.summary,
    tags: [name.split('.')[0]],
    description: `Scope \`${operation.scope}\`, rate limit \`${operation.cost}\`. tRPC: \`${name}\`.`,
    security: security(operation.scope),
    parameters,
    ...(fromBody && { requestBody: requestBody(method, rest, { properties, required }) }),
    responses: responses(operation, { fromBody, live, title: titleOf(name) }),
  }
}

interface ObjectSchema {
  properties: Record<string, unknown>
  required: readonly string[]
}

function requestBody(
  method: string,
  fields: readonly string[],
  { properties, required }: ObjectSchema,
): Json {
  const needed = required.filter((field) => fields.includes(field))
  const schema = {
    type: 'object',
    properties: Object.fromEntries(fields.map((field) => [field, properties[field]])),
    required: needed,
    additionalProperties: false,
  }
  const types = ['application/json', ...(method === 'PATCH' ? ['application/merge-patch+json'] : [])]
  return {
    required: needed.length > 0,
    content: Object.fromEntries(types.map((type) => [type, { schema }])),
  }
}

/** `products.list` → `ProductsList`: what it answers with, unless that has a name of its own. */
function titleOf(name: string): string {
  return name.replaceAll(/(?:^|\.)(.)/g, (_, letter: string) => letter.toUpperCase())
}

interface Described {
  fromBody: boolean
  live: boolean
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

function responses(operation: AnyOperation, { fromBody, live, title }: Described): Json {
  const status = operation.status ?? 200
  const schema = { title, ...jsonSchema(operation.output, 'output') }
  const headers = headersOf(successHeaders(operation))
  const events = live && {
    'text/event-stream': {
      schema: { type: 'string', description: 'The items as events, for as long as you listen' },
    },
  }
  const body = status === 204 ? {} : { content: { 'application/json': { schema }, ...events } }
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

function inputSchema({ input }: Pick<AnyOperation, 'input'>): ObjectSchema {
  const { properties = {}, required = [] } = jsonSchema(input, 'input') as Partial<ObjectSchema>
  return {
    properties: Object.fromEntries(knownFields(input).map((field) => [field, properties[field] ?? {}])),
    required,
  }
}

function jsonSchema(schema: v.GenericSchema, typeMode: 'input' | 'output'): Json {
  const { $schema: _, ...rest } = toJsonSchema(schema, {
    typeMode,
    errorMode: 'ignore',
    target: 'draft-2020-12',
  })
  return rest
}
