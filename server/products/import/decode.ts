/** The bytes of a file → text. Letters that the charset cannot decode are never replaced in silence. */
import { invalidInput } from '#server/errors.ts'
import type { Charset } from '#server/platform/charsets.ts'

export interface DecodedText {
  charset: Charset
  /** The beginning of the text, or all of it, before the first part is taken: what tells the dialect. */
  head: string
  parts: AsyncIterable<TextPart>
}

export interface TextPart {
  text: string
  /** Some of its bytes are not in the charset: each is a U+FFFD of the text. */
  damaged: boolean
}

const HEAD_BYTES = 64 * 1024
const ZIP = [0x50, 0x4b, 0x03, 0x04]

/** @throws ProblemError `INVALID_INPUT` for a file of another kind, and for a head that the charset cannot decode */
export async function decodeFile(
  bytes: AsyncIterable<Uint8Array>,
  given: Charset | undefined,
): Promise<DecodedText> {
  const iterator = bytes[Symbol.asyncIterator]()
  const { first, rest } = await readHead(iterator)
  if (ZIP.every((byte, index) => first[index] === byte))
    throw fileProblem('This is an .xlsx or .zip file. In the spreadsheet, choose Save as, then "CSV UTF-8".')
  const charset = charsetOf(first) ?? given ?? 'utf-8'
  const decoder = new Decoder(charset)
  const head = decoder.decode(first)
  if (head.damaged) throw undecodable(head.text, charset)
  async function* parts() {
    yield head
    yield decoder.decode(rest)
    for (let next = await iterator.next(); !next.done; next = await iterator.next())
      yield decoder.decode(next.value)
    yield decoder.end()
  }
  return { charset, head: head.text, parts: parts() }
}

/** Of always the same size, however the bytes arrive: what a file is must not depend on that. */
async function readHead(iterator: AsyncIterator<Uint8Array>) {
  const chunks: Uint8Array[] = []
  let size = 0
  while (size < HEAD_BYTES) {
    const { done, value } = await iterator.next()
    if (done === true) break
    chunks.push(value)
    size += value.byteLength
  }
  const bytes = Buffer.concat(chunks)
  return { first: bytes.subarray(0, HEAD_BYTES), rest: bytes.subarray(HEAD_BYTES) }
}

/** By its byte order mark; UTF-16 without one by the zero that every Latin letter has. */
function charsetOf([a, b, c]: Uint8Array): Charset | undefined {
  if (a === 0xef && b === 0xbb && c === 0xbf) return 'utf-8'
  if ((a === 0xff && b === 0xfe) || (a !== 0 && b === 0)) return 'utf-16le'
  if ((a === 0xfe && b === 0xff) || (a === 0 && b !== 0)) return 'utf-16be'
  return undefined
}

/** Two decoders: one that goes on after bytes that are not in the charset, and one that tells whether there are any. */
class Decoder {
  readonly #charset: Charset
  readonly #lenient: TextDecoder
  #strict: TextDecoder

  constructor(charset: Charset) {
    this.#charset = charset
    this.#lenient = new TextDecoder(charset)
    this.#strict = this.#newStrict()
  }

  decode(bytes: Uint8Array): TextPart {
    return { text: this.#lenient.decode(bytes, { stream: true }), damaged: !this.#accepts(bytes) }
  }

  end(): TextPart {
    const text = this.#lenient.decode()
    return { text, damaged: text !== '' }
  }

  #accepts(bytes: Uint8Array): boolean {
    try {
      this.#strict.decode(bytes, { stream: true })
      return true
    } catch {
      this.#strict = this.#newStrict()
      return false
    }
  }

  #newStrict(): TextDecoder {
    return new TextDecoder(this.#charset, { fatal: true })
  }
}

const REPLACEMENT = '\ufffd'

function undecodable(text: string, charset: Charset) {
  const before = text.slice(0, text.indexOf(REPLACEMENT))
  const lines = before.split(/\r\n|\n|\r/)
  const column = (lines.at(-1)?.length ?? 0) + 1
  return fileProblem(`Line ${lines.length}, column ${column}: ${notIn(charset)}`)
}

/** What is wrong with a text that holds a replaced letter, and what to do. */
export function notIn(charset: Charset): string {
  return `a letter is not in ${charset}. Save the file as "CSV UTF-8", or name its charset, such as windows-1252.`
}

/** 1 for the first letter. */
export function replacedAt(text: string): number {
  return text.indexOf(REPLACEMENT) + 1
}

function fileProblem(detail: string) {
  return invalidInput([{ pointer: '', detail }])
}
