import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, test } from 'bun:test'
import { api, operationsOf } from '#server/api.ts'
import { parseInput } from '#server/parse-input.ts'
import { openApi } from './openapi.ts'

// oxlint-disable-next-line typescript/no-explicit-any -- a JSON document
const document = openApi(api, {}) as any

test('every operation is described, with its parameters, its body, its success and its refusals', () => {
  // oxlint-disable-next-line typescript/no-explicit-any -- a JSON document
  const described = Object.values<any>(document.paths).flatMap((path) => Object.values<any>(path))
  const names = operationsOf(api).map(({ name }) => name)
  const ids: string[] = described.map(({ operationId }) => operationId)
  expect(new Set(ids).size).toBe(ids.length)
  expect(ids.filter((id) => !/^(?:files|server|session)\./.test(id)).toSorted()).toEqual(names.toSorted())
  for (const { operationId, summary, responses } of described) {
    expect(summary).toBeString()
    expect(Object.keys(responses).some((status) => status.startsWith('2'))).toBe(true)
    if (names.includes(operationId)) expect(responses['422'].$ref).toContain('InvalidInput')
  }
})

test('what the schemas know is in the document', () => {
  expect(document.openapi).toBe('3.1.0')
  const update = document.paths['/v1/products/{id}'].patch
  expect(update.parameters).toMatchObject([
    { name: 'id', in: 'path', required: true, schema: { type: 'integer', minimum: 1 } },
    { name: 'Idempotency-Key', in: 'header', required: false },
    { name: 'If-Match', in: 'header', required: false },
  ])
  expect(Object.keys(update.requestBody.content['application/json'].schema.properties)).toEqual([
    'sku',
    'name',
    'price',
    'stock_level',
    'gtin',
    'ads_item_id',
    'low_stock_at',
  ])
  expect(Object.keys(update.responses)).toEqual(
    expect.arrayContaining(['200', '404', '409', '412', '413', '415', '429', '500', '503']),
  )
  const list = document.paths['/v1/products'].get.parameters
  expect(list.find(({ name }: { name: string }) => name === 'sort').schema.enum).toContain('-price')
})

test('what webhooks receive is described by its type', () => {
  const { requestBody } = document.webhooks['product.low_stock'].post
  const { properties } = requestBody.content['application/json'].schema
  expect(properties.type).toEqual({ const: 'product.low_stock' })
  expect(properties.data.required).toContain('low_stock_at')
})

test('files and live streams are described as well', () => {
  expect(document.paths['/v1/products.csv'].get.responses['200'].content).toHaveProperty('text/csv')
  expect(document.paths['/v1/products/import'].post.requestBody.content).toHaveProperty('text/csv')
  expect(document.paths['/v1/changes'].get.responses['200'].content).toHaveProperty('text/event-stream')
})

test('each operation says which scope it needs, and how a caller shows who it is', () => {
  // oxlint-disable-next-line typescript/no-explicit-any -- a JSON document
  const described = Object.values<any>(document.paths).flatMap((path) => Object.values<any>(path))
  expect(described.filter(({ security }) => security === undefined)).toEqual([])
  expect(document.paths['/v1/ads/runs'].post.security).toEqual([
    { key: ['ads:write'] },
    { session: ['ads:write'] },
  ])
  expect(document.components.securitySchemes).toMatchObject({
    key: { type: 'http', scheme: 'bearer' },
    session: { type: 'apiKey', in: 'cookie', name: 'adstock_session' },
  })
})

test('every reference leads somewhere', () => {
  const references = [...JSON.stringify(document).matchAll(/"#\/components\/(\w+)\/([\w-]+)"/g)]
  expect(references.length).toBeGreaterThan(100)
  for (const [, kind = '', name = ''] of references) expect(document.components[kind]).toHaveProperty(name)
})

test('a product is described once, and each problem with its own members', () => {
  expect(document.paths['/v1/products/{id}'].get.responses['200'].content['application/json'].schema).toEqual(
    {
      $ref: '#/components/schemas/Product',
    },
  )
  const { VersionMismatch, InsufficientStock } = document.components.schemas
  expect(VersionMismatch.allOf[1].properties).toMatchObject({
    code: { const: 'VERSION_MISMATCH' },
    current: { $ref: '#/components/schemas/Product' },
  })
  expect(Object.keys(InsufficientStock.allOf[1].properties)).toContain('available')
  expect(document.components.responses.VersionMismatch).toBeDefined()
})

test('answers tell their headers', () => {
  const { get, post } = document.paths['/v1/products']
  expect(Object.keys(get.responses['200'].headers)).toEqual(
    expect.arrayContaining(['ETag', 'Link', 'Cache-Status', 'RateLimit', 'X-Request-Id']),
  )
  expect(Object.keys(post.responses['201'].headers)).toEqual(
    expect.arrayContaining(['ETag', 'Location', 'Idempotent-Replayed']),
  )
  expect(Object.keys(document.components.responses.RateLimited.headers)).toContain('Retry-After')
})

describe('each example is allowed', () => {
  const ajv = new Ajv2020({ strict: false, validateFormats: false })
  ajv.addSchema(document, 'document')
  const escaped = (part: string) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'))
  const mistakes = (place: readonly string[], example: unknown) => {
    const validate = ajv.compile({ $ref: `document#/${place.map(escaped).join('/')}` })
    return validate(example) ? [] : [{ place: place.join(' '), example, errors: validate.errors }]
  }
  const described = (['paths', 'webhooks'] as const).flatMap((kind) =>
    // oxlint-disable-next-line typescript/no-explicit-any -- a JSON document
    Object.entries<any>(document[kind]).flatMap(([path, methods]) =>
      // oxlint-disable-next-line typescript/no-explicit-any -- a JSON document
      Object.entries<any>(methods).map(([method, operation]) => ({ place: [kind, path, method], operation })),
    ),
  )

  test('by the schema of its body, its answer or its parameter', () => {
    let examples = 0
    for (const { place, operation } of described) {
      const bodies = [
        { at: [...place, 'requestBody'], of: operation.requestBody },
        ...Object.entries(operation.responses)
          .filter(([status]) => status.startsWith('2'))
          .map(([status, of]) => ({ at: [...place, 'responses', status], of })),
      ]
      // oxlint-disable-next-line typescript/no-explicit-any -- a JSON document
      for (const { at, of } of bodies as any[])
        for (const [type, { example }] of Object.entries<{ example?: unknown }>(of?.content ?? {})) {
          if (type === 'text/event-stream') continue
          expect(example).toBeDefined()
          examples += 1
          expect(mistakes([...at, 'content', type, 'schema'], example)).toEqual([])
        }
      for (const [index, { required, in: where, example }] of (operation.parameters ?? []).entries()) {
        if (where === 'header') continue
        if (required) expect(example).toBeDefined()
        if (example === undefined) continue
        expect(mistakes([...place, 'parameters', String(index), 'schema'], example)).toEqual([])
      }
    }
    expect(examples).toBeGreaterThan(operationsOf(api).length)
  })

  test.each(operationsOf(api))('$name takes the input of its example', ({ name, operation }) => {
    const found = described.find(({ operation: { operationId } }) => operationId === name)?.operation
    const given = (found.parameters as { name: string; in: string; example?: unknown }[])
      .filter((parameter) => parameter.in !== 'header' && parameter.example !== undefined)
      .map((parameter) => [parameter.name, parameter.example] as const)
    const body = found.requestBody?.content['application/json'].example ?? {}
    expect(() => parseInput(operation.input, { ...Object.fromEntries(given), ...body })).not.toThrow()
  })
})

test('days and runs of ads are shapes by name', () => {
  expect(Object.keys(document.components.schemas)).toEqual(expect.arrayContaining(['Day', 'Run', 'Product']))
  const { responses } = document.paths['/v1/ads/runs'].post
  expect(responses['202'].content['application/json'].schema).toEqual({ $ref: '#/components/schemas/Run' })
})

test('every limit is read alike: from 1 on, and above its most taken as that', () => {
  // oxlint-disable-next-line typescript/no-explicit-any -- a JSON document
  const limits = Object.entries<any>(document.paths).flatMap(([path, { get }]) =>
    (get?.parameters ?? [])
      .filter(({ name }: { name: string }) => name === 'limit')
      .map(({ schema }: { schema: Record<string, unknown> }) => ({ path, ...schema })),
  )
  expect(limits.length).toBeGreaterThan(8)
  for (const limit of limits)
    expect(limit).toMatchObject({
      type: 'integer',
      minimum: 1,
      description: expect.stringMatching(/^Above (\d+) it is taken as \1\.$/),
    })
})
