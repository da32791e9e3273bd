/** What the OpenAPI document says once, by name: shapes, problems and the headers of answers. */
import { PROBLEMS, type ProblemCode } from '#server/errors.ts'

export type Json = Record<string, unknown>

const ref = (kind: 'schemas' | 'headers' | 'responses', name: string): Json => ({
  $ref: `#/components/${kind}/${name}`,
})

export interface Components {
  schemas: Record<string, Json>
  responses: Record<string, Json>
}

/**
 * Moves each schema and response with a title to the components, and leaves a reference in its place. @throws Error when
 * two of them have one title
 */
export function nameShapes(document: unknown, components: Components): unknown {
  if (Array.isArray(document)) return document.map((each) => nameShapes(each, components))
  if (typeof document !== 'object' || document === null) return document
  const whole = Object.fromEntries(
    Object.entries(document).map(([key, value]) => [key, nameShapes(value, components)]),
  )
  const { title, ...shape } = whole
  if (typeof title !== 'string' || !/^[A-Z][A-Za-z]+$/.test(title)) return whole
  const kind = 'type' in shape ? 'schemas' : 'responses'
  const known = components[kind]
  if (title in known && !Bun.deepEquals(known[title], shape))
    throw new Error(`Two shapes are called ${title}.`)
  known[title] = shape
  return ref(kind, title)
}

const integer = { type: 'integer', minimum: 0 }
const product = ref('schemas', 'Product')

/** Beside the members that every problem has. */
const MEMBERS: Partial<Record<ProblemCode, Json>> = {
  SCOPE_MISSING: { scope: { type: 'string', description: 'The scope that is missing.' } },
  INSUFFICIENT_STOCK: { available: integer, requested: integer },
  STOCK_LEVEL_CHANGED: { current: product },
  VERSION_MISMATCH: { current: product },
  BATCH_FAILED: {
    failures: {
      type: 'array',
      description: 'Each operation that cannot be done, by its place, with its own problem.',
      items: { type: 'object' },
    },
  },
  STORE_BUSY: { holder: { type: ['object', 'null'], description: 'The run that holds the store.' } },
  RATE_LIMITED: { retry_after: { type: 'integer', description: 'Seconds, as in Retry-After.' } },
}

/** `VERSION_MISMATCH` → `VersionMismatch` */
function problemName(code: ProblemCode): string {
  return code.toLowerCase().replaceAll(/(?:^|_)(.)/g, (_, letter: string) => letter.toUpperCase())
}

export function problemSchemas(): Record<string, Json> {
  const codes = Object.keys(PROBLEMS) as ProblemCode[]
  return Object.fromEntries(
    codes.map((code) => {
      const { status, title } = PROBLEMS[code]
      const own = { code: { const: code }, status: { const: status }, ...MEMBERS[code] }
      return [
        problemName(code),
        {
          description: title,
          allOf: [
            ref('schemas', 'Problem'),
            { type: 'object', properties: own, required: ['code', 'status'] },
          ],
        },
      ]
    }),
  )
}

/** Of one status, whose problems are told apart by `code`. */
export function problemResponse(codes: readonly ProblemCode[]): Json {
  const [first, ...others] = codes.map((code) => ref('schemas', problemName(code)))
  const mapping = Object.fromEntries(codes.map((code) => [code, `#/components/schemas/${problemName(code)}`]))
  const schema =
    others.length === 0
      ? first
      : { oneOf: [first, ...others], discriminator: { propertyName: 'code', mapping } }
  const statuses = codes.map((code): number => PROBLEMS[code].status)
  return {
    title: codes.map(problemName).join('Or'),
    description: codes.map((code) => `\`${code}\` ${PROBLEMS[code].title}`).join(' · '),
    headers: headersOf([
      ...EVERYWHERE,
      ...(statuses.some((status) => status === 429 || status === 503) ? (['Retry-After'] as const) : []),
      ...(statuses.includes(401) ? (['WWW-Authenticate'] as const) : []),
    ]),
    content: { 'application/problem+json': { schema } },
  }
}

const text = (description: string, example: string) => ({
  description,
  schema: { type: 'string', examples: [example] },
})

export const HEADERS = {
  'X-Request-Id': text('Yours, if it is sane; it stands in the log.', 'checkout-17'),
  'RateLimit-Policy': text('The limit that the request drew on.', '"read";q=600;w=10'),
  RateLimit: text('What is left of it, and the seconds until it is whole again.', '"read";r=599;t=1'),
  ETag: text('For If-None-Match, and a product’s for If-Match: its version.', '"7"'),
  'Cache-Status': text('Whether the answer was kept, and where.', 'adstock; hit; detail=memory'),
  Link: text('The pages beside this one.', '</v1/products?cursor=…>; rel="next"'),
  Location: text('Where it is.', '/v1/products/42'),
  'Idempotent-Replayed': text('`true`: the answer of the first request with this key.', 'true'),
  'Retry-After': { description: 'Seconds to wait.', schema: { type: 'integer', minimum: 1, examples: [1] } },
  'WWW-Authenticate': text('How a caller shows its key.', 'Bearer realm="adstock"'),
} as const
export type HeaderName = keyof typeof HEADERS

export const EVERYWHERE = ['X-Request-Id', 'RateLimit-Policy', 'RateLimit'] as const

export function headersOf(names: readonly HeaderName[]): Json {
  return Object.fromEntries(names.map((name) => [name, ref('headers', name)]))
}

/** Of whatever takes a body. */
export const BODY_PROBLEMS = [
  'BODY_UNREADABLE',
  'BODY_TOO_SLOW',
  'BODY_TOO_LARGE',
  'MEDIA_TYPE_UNSUPPORTED',
  'CODING_UNSUPPORTED',
] as const

/** By their statuses. */
export function refusals(codes: readonly ProblemCode[]): Json {
  const byStatus = Map.groupBy(codes, (code) => PROBLEMS[code].status)
  return Object.fromEntries([...byStatus].map(([status, group]) => [status, problemResponse(group)]))
}
