/**
 * The records of a CSV text (RFC 4180), each with its line. A damaged record costs its line and no other: a quote that
 * stands inside a cell, or is never closed, is named where it is, and reading goes on with the next line.
 */
import type { Charset } from '#server/platform/charsets.ts'
import { notIn, replacedAt, type TextPart } from './decode.ts'

export interface CsvRecord {
  /** 1 for the first line of the file. */
  line: number
  /** Of a damaged record, its line as one cell. */
  cells: string[]
  damage: string | undefined
}

export interface RecordOptions {
  delimiter: string
  charset: Charset
  /** How many cells a record has, once that is known: more lines are only read for a record that has as many. */
  width: () => number | undefined
}

/** A record that is longer is damaged, and the rest of its line is not kept: a quote that is not closed for so long never will be. */
const MAX_RECORD = 64 * 1024

export async function* recordsOf(
  parts: AsyncIterable<TextPart>,
  options: RecordOptions,
): AsyncGenerator<CsvRecord> {
  const reader = new RecordReader(options)
  for await (const part of parts) yield* reader.read(part)
  yield* reader.end()
}

class RecordReader {
  readonly #options: RecordOptions
  #text = ''
  #at = 0
  #line = 1
  /** U+FFFD in the text may stand for bytes that the charset cannot decode. */
  #damaged = false
  /** Within a line whose record was told already. */
  #skipping = false

  constructor(options: RecordOptions) {
    this.#options = options
  }

  *read({ text, damaged }: TextPart): Generator<CsvRecord> {
    this.#text = this.#text.slice(this.#at) + text
    this.#at = 0
    this.#damaged ||= damaged
    yield* this.#records(false)
    if (this.#at === this.#text.length) this.#damaged = false
  }

  *end(): Generator<CsvRecord> {
    yield* this.#records(true)
  }

  *#records(isEnd: boolean): Generator<CsvRecord> {
    if (this.#line === 1 && this.#at === 0 && this.#text.startsWith('\ufeff')) this.#at = 1
    while (this.#at < this.#text.length) {
      if (this.#skipping && !this.#skip(isEnd)) return
      const found = scanRecord(this.#text, this.#at, { ...this.#options, isEnd })
      if (found === undefined) return
      const record = this.#take(found)
      if (record) yield record
    }
  }

  /** @returns whether the line has come to its end */
  #skip(isEnd: boolean): boolean {
    const text = this.#text
    this.#at = lineEnd(text, this.#at)
    const after = this.#at === text.length ? undefined : afterBreak(text, this.#at, isEnd)
    if (after === undefined) return false
    this.#at = after
    this.#line += 1
    this.#skipping = false
    return true
  }

  #take({ cells, end, damage, goesOn = false }: Scanned): CsvRecord | undefined {
    const line = this.#line
    const raw = this.#text.slice(this.#at, end)
    this.#at = end
    this.#skipping = goesOn
    this.#line += lineBreaks(raw)
    if (damage === undefined && cells.every((cell) => cell.trim() === '')) return undefined
    const replaced = this.#damaged ? replacedAt(raw) : 0
    const why = replaced > 0 ? `column ${replaced}: ${notIn(this.#options.charset)}` : damage
    return { line, cells, damage: why }
  }
}

interface Scanned {
  cells: string[]
  /** Where the next record begins. */
  end: number
  damage?: string
  /** The line is longer than the text. */
  goesOn?: boolean
}

interface ScanOptions extends RecordOptions {
  /** Nothing comes after the text. */
  isEnd: boolean
}

/** @returns undefined when the text ends too early to tell */
function scanRecord(text: string, start: number, options: ScanOptions): Scanned | undefined {
  const { delimiter, isEnd, width } = options
  const limit = start + MAX_RECORD
  const damagedAt = (quote: number, why: string) =>
    damagedLine(text, start, { isEnd, why: `column ${columnOf(text, start, quote)}: the quote here ${why}` })
  const cells: string[] = []
  let at = start
  let opened: number | undefined
  for (;;) {
    if (text[at] === '"') {
      opened ??= at
      const closed = closingQuote(text, at, limit)
      if (closed === undefined) {
        if (!isEnd && text.length - start < MAX_RECORD) return undefined
        return damagedAt(at, 'is never closed')
      }
      const next = text[closed + 1]
      if (next === undefined && !isEnd) return undefined
      if (next !== undefined && next !== delimiter && next !== '\n' && next !== '\r')
        return damagedAt(at, 'is not closed at the end of its cell')
      cells.push(text.slice(at + 1, closed).replaceAll('""', '"'))
      at = closed + 1
    } else {
      const end = cellEnd(text, at, { delimiter, limit })
      if (end > limit) return damagedLine(text, start, { isEnd, why: TOO_LONG })
      if (end === text.length && !isEnd) return undefined
      const cell = text.slice(at, end)
      const quote = cell.indexOf('"')
      if (quote !== -1) return damagedAt(at + quote, 'stands inside a cell')
      cells.push(cell)
      at = end
    }
    if (text[at] === delimiter) {
      at++
      continue
    }
    const end = afterBreak(text, at, isEnd)
    if (end === undefined) return undefined
    const columns = width()
    const isLong = opened !== undefined && /[\r\n]/.test(text.slice(start, at))
    if (isLong && columns !== undefined && filled(cells) !== columns && cells.length !== columns)
      return damagedAt(opened ?? start, 'is not closed on its line')
    return { cells, end }
  }
}

/** Cells up to the last one that is not empty. */
function filled(cells: readonly string[]): number {
  return cells.findLastIndex((cell) => cell !== '') + 1
}

/** Of the quote that closes the one at `at`; two in a row are one letter. */
function closingQuote(text: string, at: number, limit: number): number | undefined {
  for (let from = at + 1; ;) {
    const quote = text.indexOf('"', from)
    if (quote === -1 || quote > limit) return undefined
    if (text[quote + 1] !== '"') return quote
    from = quote + 2
  }
}

/** @returns more than the limit when the cell goes on beyond it */
function cellEnd(
  text: string,
  at: number,
  { delimiter, limit }: { delimiter: string; limit: number },
): number {
  const last = Math.min(text.length, limit + 1)
  for (let end = at; end < last; end++) {
    const letter = text[end]
    if (letter === delimiter || letter === '\n' || letter === '\r') return end
  }
  return Math.max(at, last)
}

function lineEnd(text: string, start: number): number {
  let end = start
  while (end < text.length && text[end] !== '\n' && text[end] !== '\r') end++
  return end
}

/** @returns undefined when a \r is the last letter so far: a \n may follow */
function afterBreak(text: string, at: number, isEnd: boolean): number | undefined {
  if (text[at] !== '\r') return Math.min(at + 1, text.length)
  if (text[at + 1] === undefined && !isEnd) return undefined
  return text[at + 1] === '\n' ? at + 2 : at + 1
}

const TOO_LONG = `the line is longer than ${MAX_RECORD.toLocaleString('en')} letters`

function columnOf(text: string, start: number, at: number): number {
  return at - Math.max(start - 1, text.lastIndexOf('\n', at - 1), text.lastIndexOf('\r', at - 1))
}

/** The first line of the record is its damage; what follows is read anew. */
function damagedLine(
  text: string,
  start: number,
  { isEnd, why }: { isEnd: boolean; why: string },
): Scanned | undefined {
  const end = lineEnd(text, start)
  const kept = { cells: [text.slice(start, Math.min(end, start + MAX_RECORD))], damage: why }
  if (end < text.length || isEnd) {
    const after = afterBreak(text, end, isEnd)
    return after === undefined ? undefined : { ...kept, end: after }
  }
  return end - start > MAX_RECORD ? { ...kept, end, goesOn: true } : undefined
}

function lineBreaks(text: string): number {
  return text.match(/\r\n|\n|\r/g)?.length ?? 0
}
