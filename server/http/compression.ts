/** Answers in the coding that the client prefers: Zstandard, else gzip. Event streams never pass through here. */
import { zstdCompressSync } from 'bun'
import Negotiator from 'negotiator'
import { COMPRESSED_FROM } from '#server/cache/cache.ts'

const CODINGS = ['zstd', 'gzip'] as const
export type Coding = (typeof CODINGS)[number]

/** Answers are compressed while they are waited for. */
const LEVEL = 1
/** An encoded text stands beside the cached one only within the bytes that the cache has set aside for it. */
const KEPT_SHARE = 0.5

/** Its types end before `preferred`, which decides between codings that the client likes alike. */
interface Preferences {
  encoding(available: readonly string[], options: { preferred: readonly string[] }): string | undefined
}

/** @returns undefined where the answer is to be sent as it is */
export function codingFor(request: Request, codings: readonly Coding[] = CODINGS): Coding | undefined {
  const accepted = request.headers.get('accept-encoding')
  if (accepted === null) return undefined
  const preferences: Preferences = new Negotiator({ headers: { 'accept-encoding': accepted } })
  const found = preferences.encoding([...codings, 'identity'], { preferred: codings })
  return codings.find((coding) => coding === found)
}

/** Another coding is another representation, and has a strong tag of its own (RFC 9110, 8.8.3). */
export function tagFor(etag: string, coding: Coding | undefined): string {
  return coding === undefined ? etag : etag.replace(/"$/, `-${coding}"`)
}

/** Whether the client has what carries this tag: `If-None-Match` compares weakly (RFC 9110, 13.1.2). */
export function isCurrent(request: Request, etag: string): boolean {
  const header = request.headers.get('if-none-match')
  if (header === null) return false
  const tags: string[] = header.match(/"[^"]*"/g) ?? []
  return header.trim() === '*' || tags.includes(etag)
}

/** The tag's value without the coding that a server or a proxy has added; undefined for a weak one. */
export function strongTagValue(tag: string): string | undefined {
  return /^"(.*?)(?:-(?:gzip|br|zstd|deflate))?"$/.exec(tag)?.[1]
}

const kept = new WeakMap<object, { coding: Coding; bytes: Uint8Array<ArrayBuffer> }>()

/** @param owner lives as long as the text is cached */
export function encode(text: string, coding: Coding, owner?: object): Uint8Array<ArrayBuffer> {
  const known = owner && kept.get(owner)
  if (known?.coding === coding) return known.bytes
  const bytes =
    coding === 'zstd'
      ? new Uint8Array(zstdCompressSync(text, { level: LEVEL }))
      : Bun.gzipSync(text, { level: LEVEL })
  if (owner && bytes.length <= text.length * KEPT_SHARE) kept.set(owner, { coding, bytes })
  return bytes
}

interface Answered {
  status?: number
  headers: Record<string, string>
  /** Lives as long as the text is cached. */
  owner?: object
}

/** A whole text, which has no tag. */
export function textResponse(
  request: Request,
  text: string,
  { status = 200, headers, owner }: Answered,
): Response {
  if (text.length < COMPRESSED_FROM) return new Response(text, { status, headers })
  const coding = codingFor(request)
  const body = coding === undefined ? text : encode(text, coding, owner)
  return new Response(body, { status, headers: withCoding(headers, coding) })
}

/** The headers of an answer that might have come in another coding. */
export function withCoding(headers: Answered['headers'], coding: Coding | undefined): Answered['headers'] {
  const { vary } = headers
  return {
    ...headers,
    vary: vary === undefined ? 'accept-encoding' : `${vary}, accept-encoding`,
    ...(coding !== undefined && { 'content-encoding': coding }),
  }
}

/** For what is compressed as it is made. */
export function compressionStream(coding: Coding): CompressionStream {
  // Its type does not name Zstandard, which Bun has.
  return new CompressionStream(coding as CompressionFormat)
}
