/** Values made up from a JSON Schema: those that it allows, and some that it forbids. */
import { Ajv2020 } from 'ajv/dist/2020.js'
import * as fc from 'fast-check'
import { toGtin } from '#server/products/gtin.ts'

/** As far as the OpenAPI document uses it for inputs. */
export interface JsonSchema {
  type?: 'string' | 'integer' | 'number' | 'boolean' | 'array' | 'object' | 'null'
  anyOf?: JsonSchema[]
  enum?: unknown[]
  const?: unknown
  not?: { const?: unknown; required?: string[] }
  format?: string
  pattern?: string
  minLength?: number
  maxLength?: number
  minimum?: number
  maximum?: number
  multipleOf?: number
  items?: JsonSchema
  minItems?: number
  maxItems?: number
  properties?: Record<string, JsonSchema>
  required?: string[]
}

const ajv = new Ajv2020({
  strict: false,
  multipleOfPrecision: 6,
  formats: {
    date: isDate,
    'date-time': isTime,
    cursor: true,
    int32: true,
    int64: true,
    gtin: (text: string) => toGtin(text) !== undefined,
  },
})

function isDate(text: string): boolean {
  return (new Date(text).toJSON() ?? '').slice(0, 10) === text
}

function isTime(text: string): boolean {
  return /T.+Z$/.test(text) && !Number.isNaN(Date.parse(text))
}

export function allowed(schema: JsonSchema): fc.Arbitrary<unknown> {
  return candidates(schema).filter(ajv.compile(schema))
}

/** Narrow enough that most of them are allowed. */
function candidates(schema: JsonSchema): fc.Arbitrary<unknown> {
  if (schema.anyOf && schema.type === undefined) return fc.oneof(...schema.anyOf.map(candidates))
  if (schema.enum) return fc.constantFrom(...schema.enum)
  if (schema.const !== undefined) return fc.constant(schema.const)
  if (schema.format === 'date') return dates
  if (schema.format === 'date-time') return dates.map((date) => `${date}T12:00:00.000Z`)
  if (schema.format === 'gtin') return fc.constantFrom('4006381333931', '40170725', '0 36000 29145 2')
  const { minimum: min = -1e15, maximum: max = 1e15, items = {}, minItems = 0, properties = {} } = schema
  switch (schema.type) {
    case 'string':
      return texts(schema)
    case 'integer':
      return fc.oneof(
        fc.constantFrom(min, max),
        fc.integer({ min, max: Math.min(max, min + 10) }),
        fc.maxSafeInteger(),
      )
    case 'number':
      return fc.constantFrom(min, max, 0.01, 0.5, 1.1, 21.3, 1999.99)
    case 'boolean':
      return fc.boolean()
    case 'null':
      return fc.constant(null)
    case 'array':
      return fc.array(allowed(items), { minLength: minItems, maxLength: 3 })
    case 'object':
      return fc.record(mapValues(properties, allowed), { requiredKeys: schema.required ?? [] })
    default:
      throw new Error(`The schema says nothing: ${JSON.stringify(schema)}`)
  }
}

const DAY_MS = 86_400_000
const dates = fc
  .integer({ min: 0, max: 700 })
  .map((days) => new Date(Date.now() - days * DAY_MS).toISOString().slice(0, 10))

function texts({ pattern, minLength = 0, maxLength }: JsonSchema): fc.Arbitrary<string> {
  const anything = fc.string({ unit: 'binary', minLength, maxLength: maxLength ?? 50 })
  // No lookaheads and no classes of letters: fast-check cannot make up texts for them.
  const made = pattern?.replaceAll(/\(\?!.*?\)/g, '')
  const matching =
    made === undefined || made.includes('\\p') ? anything : fc.stringMatching(new RegExp(made, 'u'))
  if (maxLength === undefined) return matching
  // A longer one would not fit into the request line in any other letters.
  const letters = maxLength > 2_000 ? ['a'] : ['a', '€', '👍']
  const longest = fc.constantFrom(...letters).map((letter) => letter.repeat(maxLength))
  return fc.oneof(anything, matching, longest)
}

function mapValues<T, U>(record: Record<string, T>, change: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]))
}

interface ForbiddenOptions {
  /** What the schema is asked about, where the value is sent as text. */
  readAs: ((value: unknown, schema: JsonSchema) => unknown) | undefined
  /** Values that cannot be sent. */
  except: readonly unknown[]
}

/** @returns undefined where nothing is wrong */
export function forbidden(
  schema: JsonSchema,
  { readAs, except }: ForbiddenOptions,
): fc.Arbitrary<unknown> | undefined {
  const isAllowed = ajv.compile(schema)
  const ofOtherTypes = readAs ? [] : [{}, [[]], true, null, 7, 'no']
  const wrong = [...nearMisses(schema), ...ofOtherTypes].filter(
    (value) => !except.includes(value) && !isAllowed(readAs ? readAs(value, schema) : value),
  )
  return wrong.length > 0 ? fc.constantFrom(...wrong) : undefined
}

/** Values that break one rule each, if the schema has that rule. */
function nearMisses(schema: JsonSchema): unknown[] {
  if (schema.anyOf && schema.type === undefined) return schema.anyOf.flatMap(nearMisses)
  const { minimum = 0, maximum = 0, maxLength = 0, maxItems = 0, multipleOf = 1, items = {} } = schema
  return [
    minimum - 1,
    ...(Number.isSafeInteger(maximum + 1) ? [maximum + 1] : []),
    multipleOf / 10,
    schema.not?.const ?? '',
    'a'.repeat(maxLength + 1),
    'nothing of this kind',
    '2026-02-30',
    '2026-1-1',
    '1.5',
    '-1.5e3',
    'a\0b',
    ...(schema.type === 'array' ? [[], fc.sample(allowed(items), maxItems + 1)] : []),
  ]
}
