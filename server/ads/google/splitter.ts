/**
 * Finds the borders of a top-level array's elements in bytes that may be cut anywhere. Every byte that matters is
 * ASCII, so UTF-8 may be cut inside. A long element leaves in parts: `{"results":[` with some of its rows and `]}`
 * mean the same as their sum, and so a day of any size is held as text only by so many bytes.
 */
import { FetchError } from '#server/ads/errors.ts'

const [OPEN, CLOSE, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d]
const [QUOTE, BACKSLASH, COMMA] = [0x22, 0x5c, 0x2c]
const PART_BYTES = 128 * 1024
/** Of one row, or of an element whose rows do not come first. */
export const MAX_HELD_BYTES = 64 * 1024 * 1024
const BEGINNING = '{"results":['
const MAX_BEGINNING_BYTES = 64
const ROW_DEPTH = 2

type State = 'start' | 'element-or-end' | 'inside' | 'after-row' | 'row' | 'after-element' | 'element' | 'end'

export class ArraySplitter {
  readonly #partBytes: number
  #state: State = 'start'
  #depth = 0
  #inString = false
  #escaped = false
  /** Inside the array of rows, where a long element may be divided. */
  #divisible = false
  #held: Uint8Array[] = []
  #heldBytes = 0

  constructor(partBytes = PART_BYTES) {
    this.#partBytes = partBytes
  }

  /** @throws FetchError when the array is still open: the connection was cut. */
  end(): void {
    if (this.#state !== 'end') throw broken('it ends before its array is closed')
  }

  /** @returns the elements, or parts of them, that end within these bytes. @throws FetchError `BROKEN_STREAM` */
  *push(bytes: Uint8Array): Generator<string> {
    let at = 0
    while (at < bytes.length) {
      if (this.#state === 'inside') {
        const end = this.#scan(bytes, at)
        if (this.#is('inside')) this.#hold(bytes.slice(at, end))
        else yield this.#take(bytes.subarray(at, end))
        at = end
      } else {
        const byte = bytes[at] as number
        if (!isSpace(byte)) this.#between(byte)
        // What begins or goes on inside is left to the scan.
        if (!this.#is('inside')) at++
      }
    }
  }

  /** A step may have changed it, which the compiler does not see. */
  #is(state: State): boolean {
    return this.#state === state
  }

  #between(byte: number): void {
    const state = this.#state
    if (state === 'start' && byte === OPEN) this.#state = 'element-or-end'
    else if ((state === 'element-or-end' || state === 'after-element') && byte === CLOSE) this.#state = 'end'
    else if (state === 'after-element' && byte === COMMA) this.#state = 'element'
    else if (state === 'after-row' && byte === COMMA) this.#state = 'row'
    else if (state === 'after-row' && byte === CLOSE) this.#continue()
    else if (state === 'row' && byte === OPEN_OBJECT) this.#continue()
    else if ((state === 'element-or-end' || state === 'element') && byte === OPEN_OBJECT)
      this.#state = 'inside'
    else throw broken(`an unexpected ${JSON.stringify(String.fromCharCode(byte))} where chunks are listed`)
  }

  #continue(): void {
    this.#state = 'inside'
    this.#hold(new TextEncoder().encode(BEGINNING))
  }

  /** @returns the index after what belongs to the element or part; local variables, because this sees every byte. */
  #scan(bytes: Uint8Array, from: number): number {
    const { length } = bytes
    let depth = this.#depth
    let inString = this.#inString
    let at = from
    if (this.#escaped) at++
    this.#escaped = false
    for (; at < length; at++) {
      const byte = bytes[at] as number
      if (inString) {
        if (byte === QUOTE) inString = false
        else if (byte === BACKSLASH) at++
      } else if (byte === QUOTE) inString = true
      else if (byte === OPEN_OBJECT || byte === OPEN) {
        depth++
        if (depth === ROW_DEPTH) this.#divisible = this.#beginsWithRows(bytes.subarray(from, at + 1))
      } else if (byte === CLOSE_OBJECT || byte === CLOSE) {
        depth--
        if (depth < ROW_DEPTH) this.#divisible = false
        const whole = depth === 0
        const enough = this.#heldBytes + at - from >= this.#partBytes
        if (whole || (enough && this.#divisible && depth === ROW_DEPTH)) {
          this.#depth = depth
          this.#inString = false
          this.#state = whole ? 'after-element' : 'after-row'
          return at + 1
        }
      }
    }
    this.#escaped = at > length
    this.#depth = depth
    this.#inString = inString
    return length
  }

  #beginsWithRows(bytes: Uint8Array): boolean {
    if (this.#heldBytes + bytes.length > MAX_BEGINNING_BYTES) return false
    const text = new TextDecoder().decode(Buffer.concat([...this.#held, bytes]))
    return text.replaceAll(/\s/g, '') === BEGINNING
  }

  #hold(bytes: Uint8Array): void {
    this.#heldBytes += bytes.length
    if (this.#heldBytes > MAX_HELD_BYTES) throw broken('one chunk is larger than 64 MB')
    this.#held.push(bytes)
  }

  #take(last: Uint8Array): string {
    const bytes = this.#held.length === 0 ? last : Buffer.concat([...this.#held, last])
    this.#held = []
    this.#heldBytes = 0
    try {
      const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
      return this.#is('after-row') ? `${text}]}` : text
    } catch {
      throw broken('it is not valid UTF-8')
    }
  }
}

function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09
}

export function broken(what: string): FetchError {
  return new FetchError('BROKEN_STREAM', `The answer cannot be taken for a whole date: ${what}.`)
}
