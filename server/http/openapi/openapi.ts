/** The OpenAPI 3.1 document, derived from the operations. */
import type * as v from 'valibot'
import { operationsOf, subscriptionsOf, transfers, webhookEvents, type Api } from '#server/api.ts'
import type { AnyFileRoute } from '#server/file-route.ts'
import { Problem } from '#server/http/problem.ts'
import { PREFIX, splitRest } from '#server/http/rest.ts'
import { HEADERS, nameShapes, problemSchemas, type Components, type Json } from './components.ts'
import { describe, describeFileRoute, jsonSchema } from './describe.ts'
import { valueOf } from './examples.ts'
import { FIXED_PATHS } from './fixed.ts'
import { withFormats, withIntegerFormats, type Formats } from './formats.ts'
import { INTRODUCTION, SECURITY_SCHEMES, TAG_TEXTS } from './text.ts'

export function openApi(api: Api, formats: Formats): Json {
  return withFormats(documentOf(api), formats)
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
  return withIntegerFormats({
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
  })
}

function describeEvent(type: string, body: v.GenericSchema): Json {
  const schema = jsonSchema(body, 'output')
  return {
    operationId: type,
    summary: `The event ${type}`,
    tags: ['webhooks'],
    // The receiver's own affair: it verifies the signature.
    security: [],
    description:
      'Signed as in the Standard Webhooks specification: webhook-id, webhook-timestamp, webhook-signature.',
    requestBody: {
      required: true,
      content: { 'application/json': { schema, example: valueOf(schema, type) } },
    },
    responses: { '2XX': { description: 'Any: it is delivered' } },
  }
}
