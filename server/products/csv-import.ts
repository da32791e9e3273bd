/** Products from CSV: in batches, in flat memory, and a bad line costs only itself. */
import { finished } from 'node:stream/promises'
import { CsvError, parse } from 'csv-parse'
import type { Context } from '#server/context.ts'
import { invalidInput, ProblemError } from '#server/errors.ts'
import { CSV_COLUMNS } from './csv-format.ts'
import { toImportedLine, type Cells, type ImportedLine, type ImportOptions } from './csv-line.ts'
import type { ImportSummary } from './schema.ts'

const BATCH_SIZE = 1000
const MAX_RECORD_BYTES = 64 * 1024
/** A file with more bad lines than this is the wrong file; a complete list of them has no use. */
export const MAX_REJECTED = 10_000

/**
 * Creates or updates by `id`, else by `sku`; a `version` that is not the product's any more makes its line a
 * conflict. What stands before an unreadable part stays imported: doing it again changes nothing twice. A dry run
 * judges each batch by itself: a new SKU that comes again much later counts as created twice.
 * @throws ProblemError `INVALID_INPUT` when the header is not ours; then nothing was written
 */
export async function importProducts(
  { products, currency }: Pick<Context, 'products' | 'currency'>,
  bytes: AsyncIterable<Uint8Array>,
  options: ImportOptions,
): Promise<ImportSummary> {
  const summary: ImportSummary = { created: 0, updated: 0, unchanged: 0, rejected: [] }
  let batch: ImportedLine[] = []
  const flush = async () => {
    const { rejected, ...tally } = await products.importLines(batch, options)
    batch = []
    summary.created += tally.created
    summary.updated += tally.updated
    summary.unchanged += tally.unchanged
    summary.rejected.push(...rejected)
  }
  for await (const { line, ...record } of records(bytes, summary)) {
    try {
      if (record.columnsDiffer)
        throw invalidInput([{ pointer: '', detail: 'has more or fewer cells than the header' }])
      batch.push(toImportedLine(line, record.cells, currency))
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error
      summary.rejected.push({ line, code: error.code, detail: error.message })
    }
    if (batch.length === BATCH_SIZE) await flush()
    if (summary.rejected.length >= MAX_REJECTED) {
      summary.rejected.push({
        line,
        code: 'TOO_MANY_REJECTED',
        detail: 'The lines after this one were not read.',
      })
      break
    }
  }
  if (batch.length > 0) await flush()
  summary.rejected.sort((a, b) => a.line - b.line)
  return summary
}

interface CsvRecord {
  line: number
  cells: Cells
  /** It has more or fewer cells than the header. */
  columnsDiffer: boolean
}

/** Records with their lines. An unreadable rest of the file (a quote never closed) is one rejected line. */
async function* records(
  bytes: AsyncIterable<Uint8Array>,
  { rejected }: ImportSummary,
): AsyncGenerator<CsvRecord> {
  const found: CsvRecord[] = []
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
  rejected.push({ line, code: 'BODY_UNREADABLE', detail: `From here on this is not CSV: ${failure.message}` })
}

function checkedHeader(header: string[]): string[] {
  const names = header.map((name) => name.trim().toLowerCase())
  const detail = `the columns are ${CSV_COLUMNS.join(', ')}`
  const unknown = names.filter((name) => !CSV_COLUMNS.some((column) => column === name))
  const errors = unknown.map((name) => ({ pointer: `/${name}`, detail: `unknown column; ${detail}` }))
  if (!names.includes('id') && !names.includes('sku'))
    errors.push({ pointer: '/sku', detail: 'a column id or sku is needed to find products by' })
  if (new Set(names).size < names.length) errors.push({ pointer: '', detail: 'a column stands there twice' })
  if (errors.length > 0) throw invalidInput(errors)
  return names
}
