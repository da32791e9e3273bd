/** A REST request → an operation's raw input: path, query or body, and headers, as the field names they stand for. */
import { toJsonSchema } from '@valibot/to-json-schema'
import { invalidInput, ProblemError } from '#server/errors.ts'
import type { AnyOperation } from '#server/operation.ts'
import { knownFields } from '#server/parse-input.ts'
import { wholeBody } from './body.ts'
import { strongTagValue } from './compression.ts'
import { JSON_PACE } from './limits/slow-clients.ts'

export const MAX_BODY_BYTES = 1024 * 1024

export type RawInput = Record<string, unknown>
export type InputReader = (request: Request, path: Record<string, string>) => Promise<RawInput>

type Readable = Pick<AnyOperation, 'rest' | 'input' | 'headers'>

export function inputReader(operation: Readable): InputReader {
  const coerce = coercion(operation)
  const fromBody = operation.rest.startsWith('POST') || operation.rest.startsWith('PATCH')
  return async (request, path) => {
    const rest = fromBody ? await readBody(request) : readQuery(request.url, coerce)
    const twice = Object.keys(path).find((name) => name in rest)
    if (twice) throw invalidInput([{ pointer: `/${twice}`, detail: 'stands in the path already' }])
    for (const [name, value] of Object.entries(path)) rest[name] = coerce(name, value)
    const { ifMatch } = operation.headers ?? {}
    const tags = ifMatch && request.headers.get('if-match')
    if (ifMatch && tags) applyIfMatch(rest, ifMatch, tags)
    const unwanted = ifMatch && request.headers.get('if-none-match')
    if (ifMatch && unwanted) rest[ifMatch] = versionsBeside(unwanted)
    return rest
  }
}

/** For what has a body that is no JSON. */
export function queryReader(operation: Readable): (request: Request) => RawInput {
  const coerce = coercion(operation)
  return (request) => readQuery(request.url, coerce)
}

type Coerce = (name: string, text: string) => unknown

/** Query and path are text: what the schema wants as a number or a boolean becomes one, if it looks like one. */
function coercion({ input }: Readable): Coerce {
  const { properties } = toJsonSchema(input, { typeMode: 'input', errorMode: 'ignore' })
  const types = new Map(
    Object.entries(properties ?? {}).map(([name, schema]) => [
      name,
      typeof schema === 'object' ? schema.type : undefined,
    ]),
  )
  return (name, text) => {
    const type = types.get(name)
    if ((type === 'integer' || type === 'number') && /^-?\d{1,16}$/.test(text)) return Number(text)
    if (type === 'boolean' && (text === 'true' || text === 'false')) return text === 'true'
    return text
  }
}

function readQuery(url: string, coerce: Coerce): RawInput {
  const input: RawInput = Object.create(null)
  const start = url.indexOf('?')
  if (start === -1) return input
  const params = new URLSearchParams(url.slice(start))
  for (const name of new Set(params.keys())) {
    const values = params.getAll(name)
    if (values.length > 1) throw invalidInput([{ pointer: `/${name}`, detail: 'is given more than once' }])
    input[name] = coerce(name, values[0] ?? '')
  }
  return input
}

export async function readBody(request: Request): Promise<RawInput> {
  const bytes = await readBytes(request)
  if (bytes.length === 0) return Object.create(null) as RawInput
  const type = request.headers.get('content-type') ?? ''
  if (!/^application\/(?:[\w.-]+\+)?json\s*(?:;|$)/i.test(type)) {
    throw new ProblemError('MEDIA_TYPE_UNSUPPORTED', 'Send the body with Content-Type: application/json.')
  }
  const body = parseJson(bytes)
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw invalidInput([{ pointer: '', detail: 'must be a JSON object' }])
  }
  return body as RawInput
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    throw new ProblemError('BODY_UNREADABLE', 'The body is not valid JSON in UTF-8.')
  }
}

/** Stops reading as soon as the body is too large, whether its length was announced or not. */
export async function readBytes(request: Request): Promise<Uint8Array<ArrayBuffer>> {
  return await wholeBody(request, { pace: JSON_PACE, maxBytes: MAX_BODY_BYTES })
}

/**
 * `If-Match` compares strongly (RFC 9110): a weak tag, or one that is no version, matches nothing. `*` asks
 * only that the product exists, which every operation with a version does anyway.
 */
function applyIfMatch(input: RawInput, field: string, header: string): void {
  if (header.trim() === '*') return
  if (field in input) throw invalidInput([{ pointer: `/${field}`, detail: 'is given by If-Match already' }])
  const tags = header.match(/(?:W\/)?"[^"]*"/g)
  if (!tags)
    throw invalidInput([
      { pointer: `/${field}`, detail: 'If-Match must be an ETag such as "7", with its quotes' },
    ])
  const versions = tags
    .flatMap((tag) => strongTagValue(tag) ?? [])
    .flatMap((value) => (/^[1-9]\d{0,15}$/.test(value) ? Number(value) : []))
  if (versions.length === 0 && tags.some((tag) => tag.startsWith('W/')))
    throw new ProblemError(
      'VERSION_MISMATCH',
      `If-Match compares strongly, and ${tags.join(', ')} is weak: a proxy that compresses answers has most likely ` +
        'put the W/ there. Leave it out, or let the proxy pass ETags on as they are.',
    )
  input[field] = versions
}

/** `If-None-Match: *` asks that there is no such product: no version of one will do (RFC 9110, 13.1.2). */
function versionsBeside(header: string): number[] {
  if (header.trim() === '*') return []
  const detail = 'of a change can only be *: If-Match names the version that is meant'
  throw invalidInput([{ pointer: '', detail: `If-None-Match ${detail}` }])
}

/** A list's operation takes a cursor: its answer gets `Link` headers. */
export function isPaged(operation: AnyOperation): boolean {
  return knownFields(operation.input).includes('cursor')
}
