/**
 * The answer of searchStream, read from bytes that may be cut anywhere. Only one chunk of up to 10,000 rows is
 * ever held as text. The generator ends normally only when the answer is proven whole: the array was closed,
 * nothing followed, no element was an error and every element parsed.
 */
import { FetchError } from '#server/ads/errors.ts'
import { errorOfElement } from './failure.ts'

export interface Chunk {
  results: readonly unknown[]
  /** Only where it was asked for. */
  summaryRow?: unknown
  /** On the last chunk: what the query cost. */
  units: number
}

/** @throws FetchError `BROKEN_STREAM`, or what an element with `error` means */
export async function* readChunks(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Chunk> {
  const splitter = new ArraySplitter()
  for await (const part of bytes) {
    for (const element of splitter.push(part)) yield toChunk(element)
  }
  splitter.end()
}

function toChunk(text: string): Chunk {
  return chunkOf(parse(text))
}

/** @throws FetchError when it is none, or carries an error */
export function chunkOf(element: unknown): Chunk {
  if (typeof element !== 'object' || element === null || Array.isArray(element))
    throw broken('an element is not an object')
  if ('error' in element) throw errorOfElement(element.error)
  const results = 'results' in element ? element.results : []
  if (!Array.isArray(results)) throw broken('"results" is not an array')
  const units = 'queryResourceConsumption' in element ? Number(element.queryResourceConsumption) : 0
  return {
    results,
    units: Number.isFinite(units) ? units : 0,
    ...('summaryRow' in element && { summaryRow: element.summaryRow }),
  }
}

const [OPEN, CLOSE, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d]
const [QUOTE, BACKSLASH, COMMA] = [0x22, 0x5c, 0x2c]
const MAX_ELEMENT_BYTES = 512 * 1024 * 1024

/** Finds the borders of a top-level array's elements. Every byte that matters is ASCII, so UTF-8 may be cut inside. */
export class ArraySplitter {
  #state: 'start' | 'element-or-end' | 'inside' | 'after-element' | 'element' | 'end' = 'start'
  #depth = 0
  #inString = false
  #escaped = false
  #held: Uint8Array[] = []
  #heldBytes = 0

  /** @throws FetchError when the array is still open: the connection was cut. */
  end(): void {
    if (this.#state !== 'end') throw broken('it ends before its array is closed')
  }

  *push(bytes: Uint8Array): Generator<string> {
    let from = 0
    for (let at = 0; at < bytes.length; at++) {
      const byte = bytes[at] as number
      if (this.#state === 'inside') {
        if (!this.#closesElement(byte)) continue
        this.#hold(bytes.subarray(from, at + 1))
        this.#state = 'after-element'
        yield this.#take()
      } else if (!isSpace(byte)) {
        this.#between(byte)
        from = at
      }
    }
    if (this.#state === 'inside') this.#hold(bytes.slice(from))
  }

  #between(byte: number): void {
    const elementMayStart = this.#state === 'element-or-end' || this.#state === 'element'
    if (this.#state === 'start' && byte === OPEN) this.#state = 'element-or-end'
    else if (this.#state === 'element-or-end' && byte === CLOSE) this.#state = 'end'
    else if (this.#state === 'after-element' && byte === CLOSE) this.#state = 'end'
    else if (this.#state === 'after-element' && byte === COMMA) this.#state = 'element'
    else if (elementMayStart && byte === OPEN_OBJECT) {
      this.#state = 'inside'
      this.#depth = 1
    } else throw broken(`an unexpected ${JSON.stringify(String.fromCharCode(byte))} where chunks are listed`)
  }

  #closesElement(byte: number): boolean {
    if (this.#inString) {
      if (this.#escaped) this.#escaped = false
      else if (byte === BACKSLASH) this.#escaped = true
      else if (byte === QUOTE) this.#inString = false
    } else if (byte === QUOTE) this.#inString = true
    else if (byte === OPEN_OBJECT || byte === OPEN) this.#depth++
    else if (byte === CLOSE_OBJECT || byte === CLOSE) this.#depth--
    return this.#depth === 0
  }

  #hold(bytes: Uint8Array): void {
    this.#heldBytes += bytes.length
    if (this.#heldBytes > MAX_ELEMENT_BYTES) throw broken('one chunk is larger than 512 MB')
    this.#held.push(bytes)
  }

  #take(): string {
    const bytes = this.#held.length === 1 ? this.#held[0] : Buffer.concat(this.#held)
    this.#held = []
    this.#heldBytes = 0
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
    } catch {
      throw broken('it is not valid UTF-8')
    }
  }
}

function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw broken('a chunk is not valid JSON')
  }
}

function broken(what: string): FetchError {
  return new FetchError('BROKEN_STREAM', `The answer cannot be taken for a whole date: ${what}.`)
}
