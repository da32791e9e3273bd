/** Inputs made up from /openapi.json: what it allows is not refused as invalid, and what it forbids is. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { allowed, forbidden, type JsonSchema } from './json-schema.testing.ts'
import { NO_ADS } from '#scripts/lab/harness/server-process.ts'
import { startTestServer, type TestServer } from '#scripts/lab/harness/test-server.ts'

/** Of each kind, for each operation. */
const REQUESTS = 40
/** As invalid, or for its size before its fields are looked at. */
const REFUSED = [422, 413, 431]
/** The one that the source of the test has. */
const ACCOUNT = '1234567890'

interface Parameter {
  name: string
  in: 'path' | 'query' | 'header'
  required: boolean
  schema: JsonSchema
}

interface Operation {
  method: string
  path: string
  parameters: Parameter[]
  body: JsonSchema | undefined
  takesFile: boolean
}

type Input = Record<string, unknown>

let server: TestServer
let operations: Operation[]

beforeAll(async () => {
  server = await startTestServer({ ADS_SOURCE: NO_ADS })
  await server.client.products.create.mutate({ name: 'A thing', price: 1, stock_level: 1 })
  const { paths } = await (await fetch(`${server.url}/openapi.json`)).json()
  const operationPaths = Object.entries<object>(paths).filter(([path]) => path.startsWith('/v1/'))
  operations = operationPaths.flatMap(([path, methods]) =>
    // oxlint-disable-next-line typescript/no-explicit-any -- a JSON document
    Object.entries<any>(methods).map(([method, { parameters = [], requestBody }]) => ({
      method: method.toUpperCase(),
      path,
      parameters: parameters.filter(({ in: place }: Parameter) => place !== 'header'),
      body: requestBody?.content['application/json']?.schema,
      // What is in a file is not described.
      takesFile: requestBody?.content['text/csv'] !== undefined,
    })),
  )
})
afterAll(() => server[Symbol.asyncDispose]())

test('what the document allows is not refused as invalid', async () => {
  for (const operation of operations.filter(({ takesFile }) => !takesFile)) {
    await check(operation, allowedInput(operation), (status, text) => status !== 422 || isOfTheState(text))
  }
})

test('what the document forbids is refused as invalid', async () => {
  for (const operation of operations) {
    const input = forbiddenInput(operation)
    if (input) await check(operation, input, (status) => REFUSED.includes(status))
  }
})

/** Whether a stock fits depends on the product, too; where webhooks may go, on the configuration; what is past, on the clock. */
const isOfTheState = (text: string) =>
  /the stock would exceed|WEBHOOK_URL_REFUSED|must lie in the future/.test(text)

async function check(
  operation: Operation,
  input: fc.Arbitrary<Input>,
  isRight: (status: number, text: string) => boolean,
) {
  await fc.assert(
    fc.asyncProperty(input, async (values) => {
      const { shown, status, text } = await send(operation, values)
      expect(isRight(status, text) ? '' : `${status} ${text.slice(0, 400)} to ${shown}`).toBe('')
    }),
    { numRuns: REQUESTS },
  )
}

async function send({ method, path, parameters, body }: Operation, values: Input) {
  const given = new Set(parameters.map(({ name }) => name))
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(values[name])))
  const query = new URLSearchParams(
    Object.entries(values).flatMap(([name, value]) =>
      path.includes(`{${name}}`) || (body && !given.has(name)) || value === null
        ? []
        : [[name, `${value as string | number | boolean}`]],
    ),
  )
  const fields = Object.fromEntries(Object.entries(values).filter(([name]) => !given.has(name)))
  const response = await fetch(`${server.url}${filled}?${query}`, {
    method,
    ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(fields) }),
  })
  const shown = `${method} ${filled}?${query} ${JSON.stringify(fields)}`.slice(0, 400)
  return { shown, status: response.status, text: await response.text() }
}

/** Rules between parameters and of the configuration, which the document does not express. */
function keepRules({ path, parameters }: Operation, { ...input }: Input): Input {
  const { from, to } = input
  if (typeof from === 'string' && typeof to === 'string' && from > to)
    Object.assign(input, { from: to, to: from })
  if (input['customer_ids'] !== undefined) input['customer_ids'] = [ACCOUNT]
  if (input['status'] !== 'acknowledged') delete input['until']
  // It is a place of one list: only what an earlier answer gave is one.
  delete input['cursor']
  const searches = path.endsWith('/search') && input['q'] === undefined
  if (searches && input['min_price'] === undefined) input['max_price'] ??= '5'
  if (parameters.some(({ name }) => name === 'group_by')) keepRulesOfReport(input)
  return input
}

/** What goes together depends on the group, and which columns there are on the report. */
function keepRulesOfReport(input: Input): void {
  for (const name of ['report', 'compare_from', 'compare_to', 'filter_by', 'filter_value']) delete input[name]
  delete input[(input['group_by'] ?? 'date') === 'date' ? 'trend' : 'interval']
}

function allowedInput(operation: Operation): fc.Arbitrary<Input> {
  const fields = fieldsOf(operation)
  const requiredKeys = fields.filter(({ required }) => required).map(({ name }) => name)
  // A part of a path that is . or .. is no part any more.
  const valueOf = ({ schema, isInPath }: Field) =>
    isInPath ? allowed(schema).filter((value) => !/^\.+$/.test(String(value))) : allowed(schema)
  const values = Object.fromEntries(fields.map((field) => [field.name, valueOf(field)]))
  return fc.record(values, { requiredKeys }).map((input) => keepRules(operation, withoutUndefined(input)))
}

/** An allowed input in which one field is wrong. */
function forbiddenInput(operation: Operation): fc.Arbitrary<Input> | undefined {
  const wrong = fieldsOf(operation).flatMap((field) => {
    const value = forbidden(field.schema, {
      readAs: field.isText ? readText : undefined,
      // An empty part would make it the path of something else.
      except: field.isInPath ? [''] : [],
    })
    return value ? [value.map((each) => ({ [field.name]: each }))] : []
  })
  const unknown = fc.constant({ not_a_field: '1' })
  const missing = fieldsOf(operation).flatMap(({ name, required, isInPath }) =>
    required && !isInPath ? [fc.constant({ [name]: undefined })] : [],
  )
  return fc
    .tuple(allowedInput(operation), fc.oneof(unknown, ...wrong, ...missing))
    .map(([input, change]) => withoutUndefined({ ...input, ...change }))
}

function withoutUndefined(input: Input): Input {
  return Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined))
}

interface Field {
  name: string
  schema: JsonSchema
  required: boolean
  /** Sent as text, so that `7` and `"7"` are the same. */
  isText: boolean
  isInPath: boolean
}

function fieldsOf({ parameters, body }: Operation): Field[] {
  return [
    ...parameters.map((field) => ({ ...field, isText: true, isInPath: field.in === 'path' })),
    ...Object.entries(body?.properties ?? {}).map(([name, schema]) => ({
      name,
      schema,
      required: body?.required?.includes(name) ?? false,
      isText: false,
      isInPath: false,
    })),
  ]
}

/** As the server reads a text of the address: a number or a boolean where the schema wants one. */
function readText(value: unknown, { type }: JsonSchema): unknown {
  const text = String(value)
  if (type === 'integer' && /^-?\d+$/.test(text)) return Number(text)
  if (type === 'boolean' && (text === 'true' || text === 'false')) return text === 'true'
  return text
}
