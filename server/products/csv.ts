/** Products from CSV, by SKU: in batches, in flat memory, and a bad line costs only itself. */
import { finished } from 'node:stream/promises'
import { CsvError, parse } from 'csv-parse'
import * as v from 'valibot'
import { invalidInput, ProblemError } from '#server/errors.ts'
import { parseInput } from '#server/operation.ts'
import { toMinorUnits, type Currency } from './product.ts'
import { NewProduct } from './schema.ts'
import type { ProductStore } from './store.ts'
import type { NewRow } from './writes.ts'

export const IMPORT_COLUMNS = ['sku', 'name', 'price', 'stock_level'] as const
const BATCH_SIZE = 500
const MAX_RECORD_BYTES = 64 * 1024
/** A file with more bad lines than this is the wrong file; listing them all helps nobody. */
const MAX_REJECTED = 1000

export interface ImportSummary {
  created: number
  updated: number
  unchanged: number
  rejected: { line: number; code: string; detail: string }[]
}

const ImportedProduct = v.strictObject({
  ...NewProduct.entries,
  sku: v.pipe(v.string(), v.nonEmpty('is needed to find the product again'), v.maxLength(64)),
})

/**
 * Creates or updates by `sku`. Lines before an unreadable one stay imported: doing it again changes nothing twice.
 * @throws ProblemError `INVALID_INPUT` when the header is not ours
 */
export async function importProducts(
  { products, currency }: { products: ProductStore; currency: Currency },
  bytes: AsyncIterable<Uint8Array>,
): Promise<ImportSummary> {
  const summary: ImportSummary = { created: 0, updated: 0, unchanged: 0, rejected: [] }
  let batch: NewRow[] = []
  const flush = async () => {
    const tally = await products.upsertBySku(batch, 'command line')
    batch = []
    summary.created += tally.created
    summary.updated += tally.updated
    summary.unchanged += tally.unchanged
  }
  for await (const { line, ...record } of lines(bytes, summary)) {
    try {
      batch.push(toRow(record, currency))
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error
      reject(summary, { line, code: error.code, detail: error.message })
    }
    if (batch.length === BATCH_SIZE) await flush()
  }
  await flush()
  return summary
}

type Cells = Record<string, string>

interface Line {
  line: number
  cells: Cells
  /** It has more or fewer cells than the header. */
  columnsDiffer: boolean
}

/** Lines with their numbers. An unreadable rest of the file (a quote never closed) is one rejected line. */
async function* lines(bytes: AsyncIterable<Uint8Array>, summary: ImportSummary): AsyncGenerator<Line> {
  const found: Line[] = []
  const parser = parse({
    bom: true,
    columns: checkedHeader,
    record_delimiter: ['\r\n', '\n', '\r'],
    relax_column_count: true,
    max_record_size: MAX_RECORD_BYTES,
    skip_empty_lines: true,
    // Taken here and not from the stream, which would lose the good lines that a bad one follows closely.
    on_record: (cells: Cells, { lines: line, error }) =>
      void found.push({ line, cells, columnsDiffer: error !== undefined }),
  })
  parser.resume()
  const ended = finished(parser).then(
    () => undefined,
    (error: unknown) => error,
  )
  for await (const chunk of bytes) {
    await new Promise((resolve) => parser.write(chunk, resolve))
    yield* found.splice(0)
    if (parser.errored) break
  }
  parser.end()
  const failure = await ended
  yield* found.splice(0)
  if (failure === undefined) return
  if (!(failure instanceof CsvError)) throw failure
  const line = (failure as CsvError & { lines?: number }).lines ?? 0
  reject(summary, {
    line,
    code: 'BODY_UNREADABLE',
    detail: `From here on this is not CSV: ${failure.message}`,
  })
}

function checkedHeader(header: string[]): string[] {
  const names = header.map((name) => name.trim().toLowerCase())
  const unknown = names.filter((name) => !IMPORT_COLUMNS.some((column) => column === name))
  const missing = IMPORT_COLUMNS.filter((column) => column !== 'stock_level' && !names.includes(column))
  const expected = `the columns are ${IMPORT_COLUMNS.join(', ')}`
  const errors = [
    ...unknown.map((name) => ({ pointer: `/${name}`, detail: `unknown column; ${expected}` })),
    ...missing.map((name) => ({ pointer: `/${name}`, detail: `missing column; ${expected}` })),
  ]
  if (errors.length > 0) throw invalidInput(errors)
  return names
}

function toRow({ cells, columnsDiffer }: Omit<Line, 'line'>, currency: Currency): NewRow {
  if (columnsDiffer) throw invalidInput([{ pointer: '', detail: 'has more or fewer cells than the header' }])
  const { sku, name, price, stock_level } = cells
  const stock =
    stock_level === undefined
      ? {}
      : { stock_level: /^\d{1,10}$/.test(stock_level) ? Number(stock_level) : stock_level }
  const line = parseInput(ImportedProduct, { sku, name, price, ...stock })
  const parsed = toMinorUnits(line.price, currency)
  if ('mistake' in parsed) throw invalidInput([{ pointer: '/price', detail: parsed.mistake }])
  return { sku: line.sku, name: line.name, priceMinor: parsed.minor, stockLevel: line.stock_level }
}

function reject(summary: ImportSummary, rejected: ImportSummary['rejected'][number]): void {
  summary.rejected.push(rejected)
  if (summary.rejected.length > MAX_REJECTED) {
    throw invalidInput([
      {
        pointer: '',
        detail: `more than ${MAX_REJECTED} lines are wrong; the last one is line ${rejected.line}`,
      },
    ])
  }
}
