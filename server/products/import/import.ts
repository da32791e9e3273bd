/** Products from CSV: in batches, in flat memory, and a bad line costs only itself. */
import type { Context } from '#server/context.ts'
import { invalidInput, ProblemError, type InputIssue } from '#server/errors.ts'
import type { ImportSummary } from '#server/products/file-schema.ts'
import { findDecimalSign, type DecimalSign } from './amounts.ts'
import { addTallies, type ImportLines } from './batch.ts'
import { evictOldest } from '#server/platform/evict-oldest.ts'
import type { Charset } from '#server/platform/charsets.ts'
import { decodeFile, type DecodedText } from './decode.ts'
import { DELIMITERS, findDelimiter, type DelimiterName } from './dialect.ts'
import { FIELDS, readHeadings, type Field, type Headings, type Mapping } from './headings.ts'
import { readLine, type Cells, type ImportedLine, type LineOptions } from './line.ts'
import { emptyTally } from './plan.ts'
import { recordsOf, type CsvRecord } from './records.ts'

export interface ImportOptions extends Omit<LineOptions, 'currency' | 'decimal'> {
  dryRun: boolean
  actor: string
  /** Where there is no byte order mark; UTF-8 if it is not given. */
  charset?: Charset | undefined
  delimiter?: DelimiterName | undefined
  decimal?: DecimalSign | undefined
  /** Of a file without a header. */
  columns?: readonly Mapping[string][] | undefined
  /** What a heading is, before any other rule. */
  map?: Mapping | undefined
  ignoreUnknown: boolean
  onRejected?: ((rejected: RejectedLine) => void) | undefined
  /** Lines of a transaction. */
  batchSize?: number | undefined
}

export interface RejectedLine {
  line: number
  detail: string
  header: readonly string[]
  cells: readonly string[]
}

const BATCH_SIZE = 1000
/** A file with more bad lines than this is the wrong file; a complete list of them has no use. */
export const MAX_REJECTED = 10_000

/**
 * Creates or updates by `id`, else by `sku`; a `version` that is not the product's any more makes its line a
 * conflict. What stands before a failure stays imported: doing it again changes nothing twice. A dry run gives the
 * summary that the import would give, if there is no other writer meanwhile.
 * @throws ProblemError `INVALID_INPUT` when the file or its header cannot be read; then nothing was written
 */
export async function importProducts(
  { products, currency }: Pick<Context, 'products' | 'currency'>,
  bytes: AsyncIterable<Uint8Array>,
  options: ImportOptions,
): Promise<ImportSummary> {
  const file = await openFile(bytes, options, currency.code)
  const decimal = options.decimal ?? findDecimalSign(await sampleOf(file, 'price'), currency)
  const { id, apply } = await products.importer(options)
  const importing = new Importing(file, { ...options, importLines: apply, currency, decimal })
  for await (const record of file.records) {
    await importing.add(record)
    if (importing.isHopeless(record.line)) break
  }
  const summary = await importing.end()
  return { ...(id !== undefined && summary.created + summary.updated > 0 && { import_id: id }), ...summary }
}

interface ProductFile {
  text: DecodedText
  header: readonly string[]
  headings: Headings
  records: AsyncGenerator<CsvRecord>
  delimiter: string
}

/** Reads as far as the header. @throws ProblemError */
async function openFile(
  bytes: AsyncIterable<Uint8Array>,
  options: ImportOptions,
  currency: string,
): Promise<ProductFile> {
  const { map = {}, columns } = options
  const text = await decodeFile(bytes, options.charset)
  const found = findDelimiter(text.head, map)
  const delimiter = options.delimiter === undefined ? found.delimiter : DELIMITERS[options.delimiter]
  let width: number | undefined
  const records = recordsOf(text.parts, { delimiter, charset: text.charset, width: () => width })
  if (found.isDeclared) await records.next()
  const header = columns ?? (await headerOf(records))
  const headings = readHeadings(header, map, currency)
  const file = { text, header, headings, records, delimiter }
  checkHeadings(file, options)
  width = header.length
  return file
}

async function headerOf(records: AsyncGenerator<CsvRecord>): Promise<string[]> {
  const { done, value } = await records.next()
  if (done === true) throw invalidInput([{ pointer: '', detail: 'the file is empty' }])
  if (value.damage !== undefined)
    throw invalidInput([{ pointer: '', detail: `the header, line ${value.line}, ${value.damage}` }])
  return value.cells
}

/** @throws ProblemError with all that is wrong, and how the file was read */
function checkHeadings(
  file: ProductFile,
  { ignoreUnknown, ignoreId, createWithoutSku }: ImportOptions,
): void {
  const { fields, unknown, twice, preset } = file.headings
  const issues: InputIssue[] = []
  if (unknown.length > 0 && !ignoreUnknown) {
    const names = unknown.map((heading) => `"${heading.trim()}"`).join(', ')
    const known = preset === undefined ? `; the columns are ${FIELDS.join(', ')}` : ` of this ${preset} file`
    issues.push({
      pointer: '',
      detail: `unknown columns${known}: ${names}. Leave them out with ignore_unknown, or say what they are with map`,
    })
  }
  for (const field of twice) issues.push({ pointer: `/${field}`, detail: 'two columns are this' })
  const hasId = fields.includes('id') && !ignoreId
  if (!hasId && !fields.includes('sku') && !createWithoutSku)
    issues.push({ pointer: '/sku', detail: 'a column id or sku is needed to find products by' })
  if (issues.length === 0) return
  const { code, message, extra } = invalidInput(issues)
  throw new ProblemError(code, message, { ...extra, file: describeFile(file) })
}

/** Variants are looked for among so many products before them: memory stays flat. */
const MAX_PARENTS = 20_000
const SAMPLE_ROWS = 500

/** Cells of a column at the beginning of the file. */
async function sampleOf({ text, headings, delimiter }: ProductFile, field: Field): Promise<string[]> {
  const place = headings.fields.indexOf(field)
  const cells: string[] = []
  async function* head() {
    yield { text: text.head, damaged: false }
  }
  const options = { delimiter, charset: text.charset, width: () => headings.fields.length }
  for await (const record of recordsOf(head(), options)) {
    if (record.damage === undefined && record.cells[place]) cells.push(record.cells[place])
    if (cells.length === SAMPLE_ROWS) break
  }
  return cells
}

interface ImportingOptions extends Omit<ImportOptions, 'decimal'>, LineOptions {
  importLines: ImportLines
}

class Importing {
  readonly #file: ProductFile
  readonly #options: ImportingOptions
  #tally = emptyTally()
  #batch: ImportedLine[] = []
  /** Of lines that may yet be rejected, where that is to be told. */
  readonly #cellsOf = new Map<number, readonly string[]>()
  /** Lines whose SKU another product still has: they come last. */
  readonly #setAside: ImportedLine[] = []
  /** By what variants call them. */
  readonly #parents = new Map<string, Cells>()
  readonly #forgetParent = evictOldest(this.#parents)

  constructor(file: ProductFile, options: ImportingOptions) {
    this.#file = file
    this.#options = options
  }

  async add({ line, cells, damage }: CsvRecord): Promise<void> {
    const { header, delimiter } = this.#file
    if (damage !== undefined) {
      // Its quotes are not to be trusted: to be mended it is cut at every delimiter.
      const cut = (cells[0] ?? '').split(delimiter)
      return this.#reject(line, cut, { code: 'BODY_UNREADABLE', detail: damage })
    }
    if (filled(cells) > header.length || cells.length < filled(header))
      return this.#rejectIssues(line, cells, [
        { pointer: '', detail: 'has more or fewer cells than the header' },
      ])
    if (!this.#file.headings.isProduct(cells)) return
    const own = this.#ownCells(cells)
    if (Object.values(own).every((cell) => cell.trim() === '')) return
    const read = readLine(line, own, this.#options)
    if (Array.isArray(read)) return this.#rejectIssues(line, cells, read)
    this.#batch.push(read)
    if (this.#options.onRejected) this.#cellsOf.set(line, cells)
    if (this.#batch.length >= (this.#options.batchSize ?? BATCH_SIZE)) await this.#flush()
  }

  isHopeless(line: number): boolean {
    if (this.#tally.rejected.length < MAX_REJECTED) return false
    const detail = 'The lines after this one were not read.'
    this.#tally.rejected.push({ line, code: 'TOO_MANY_REJECTED', detail })
    return true
  }

  async end(): Promise<ImportSummary> {
    await this.#flush()
    if (this.#setAside.length > 0) await this.#apply(this.#setAside.splice(0), true)
    const rejected = this.#tally.rejected.toSorted((a, b) => a.line - b.line)
    const mistakes = countMistakes(rejected)
    const file = howRead(this.#file)
    return {
      ...this.#tally,
      rejected,
      ...(mistakes.length < rejected.length && { mistakes }),
      ...(file && { file }),
    }
  }

  async #flush(): Promise<void> {
    const lines = this.#batch
    this.#batch = []
    if (lines.length > 0) await this.#apply(lines, false)
  }

  async #apply(lines: readonly ImportedLine[], settled: boolean): Promise<void> {
    const { importLines, keepMangledSkus } = this.#options
    const waiting = settled ? [] : [...this.#setAside]
    const { tally, setAside } = await importLines(lines, { settled, waiting, keepMangledSkus })
    this.#setAside.push(...setAside)
    for (const { line, detail } of tally.rejected) this.#tell(line, this.#cellsOf.get(line) ?? [], detail)
    const kept = new Set(this.#setAside.map(({ line }) => line))
    for (const line of this.#cellsOf.keys()) if (!kept.has(line)) this.#cellsOf.delete(line)
    this.#tally = addTallies(this.#tally, tally)
  }

  #ownCells(cells: readonly string[]): Cells {
    const { fields } = this.#file.headings
    const own: Cells = {}
    for (const [place, field] of fields.entries()) if (field !== undefined) own[field] = cells[place] ?? ''
    this.#inherit(own, cells)
    return own
  }

  /** Rows of pictures have neither SKU nor price, and inherit nothing. */
  #inherit(own: Cells, cells: readonly string[]): void {
    const { family } = this.#file.headings
    if (!family) return
    const parent = cells[family.parent] ?? ''
    const ofParent = parent === '' ? undefined : this.#parents.get(parent)
    const isParent = Boolean(own.name)
    if (ofParent && (own.sku || own.price))
      for (const field of family.inherited) own[field] ||= ofParent[field] ?? ''
    if (!isParent) return
    this.#parents.set(cells[family.own] ?? '', own)
    if (this.#parents.size > MAX_PARENTS) this.#forgetParent()
  }

  #rejectIssues(line: number, cells: readonly string[], issues: InputIssue[]): void {
    const { code, message } = invalidInput(issues)
    this.#reject(line, cells, { code, detail: message })
  }

  #reject(line: number, cells: readonly string[], { code, detail }: { code: string; detail: string }): void {
    this.#tally.rejected.push({ line, code, detail })
    this.#tell(line, cells, detail)
  }

  #tell(line: number, cells: readonly string[], detail: string): void {
    this.#options.onRejected?.({ line, detail, header: this.#file.header, cells })
  }
}

/** Up to the last cell that is not empty: those after it are leftovers of a spreadsheet. */
function filled(cells: readonly string[]): number {
  return cells.findLastIndex((cell) => cell.trim() !== '') + 1
}

/** @returns undefined for comma-separated UTF-8 in our columns */
function howRead(file: ProductFile): ImportSummary['file'] {
  const described = describeFile(file)
  const { charset, delimiter, preset, columns } = described
  const isOurs = columns.every(({ heading, field }) => heading.trim() === (field ?? ''))
  return charset === 'utf-8' && delimiter === ',' && preset === null && isOurs ? undefined : described
}

function describeFile({ text: { charset }, header, headings, delimiter }: ProductFile) {
  const { preset = null, ignored, fields } = headings
  const columns = header.map((heading, place) => ({ heading, field: fields[place] ?? null }))
  return { charset, delimiter, preset, ignored_columns: ignored, columns }
}

const MAX_KINDS = 20

function kindOf({ detail }: { detail: string }): string {
  return detail.replaceAll(/"[^"]*"/g, '"…"').replaceAll(/\d+/g, '…')
}

/** What is the same but for its names and numbers is one kind of mistake; the most frequent come first. */
function countMistakes(rejected: ImportSummary['rejected']): { detail: string; count: number }[] {
  return [...Map.groupBy(rejected, kindOf)]
    .map(([detail, { length }]) => ({ detail, count: length }))
    .toSorted((a, b) => b.count - a.count)
    .slice(0, MAX_KINDS)
}
