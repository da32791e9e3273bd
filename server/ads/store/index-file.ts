/**
 * index.csv: what is there, one line per report, account and date. Derived from the files, never the truth. Where there
 * are reports of one's own, its last columns are the fingerprint of their query and the sums that other reports lack.
 */
import { readFileSync } from 'node:fs'
import { isDate } from '#server/ads/calendar.ts'
import { cellsOf, formatCell, METRICS, noSums, sumsOfCells, unitOf, type Sums } from '#server/ads/metric.ts'
import type { DateOfReport } from '#server/ads/plan.ts'
import type { DateContent } from './date-file.ts'
import { replaceFile } from './commit.ts'
import { isIndexWhole, rememberIndex } from './index-checksum.ts'
import { indexPath } from './layout.ts'

const PRESENT_STATES = ['complete', 'empty', 'provisional', 'partial'] as const
export type PresentState = (typeof PRESENT_STATES)[number]

export interface IndexLine extends DateOfReport, DateContent {
  state: PresentState
  /** RFC 3339 with milliseconds; the very time stamped on the file. */
  fetchedAt: string
  /** What Google charged; 0 when the line was rebuilt from its file. */
  units: number
}

const COLUMNS = [
  'report',
  'customer_id',
  'date',
  'state',
  'rows',
  ...METRICS.map(({ name }) => name),
  'sha256',
  'fetched_at',
  'units',
]
const HEADER = COLUMNS.join(',')
const FINGERPRINT = 'columns'
const FIRST_METRIC = 5

/**
 * The lines of the file; none when it is missing or damaged, because it can be rebuilt. No cell of ours is ever
 * quoted, so a comma is a border: what another program has rewritten otherwise counts as damaged.
 */
export function readIndex(dir: string): IndexLine[] {
  return isIndexWhole(dir) ? readDamagedIndex(dir) : []
}

/** Of each store, as this process last wrote or read it: a line is parsed once. */
const lastKnown = new Map<string, { header: string; lines: ReadonlyMap<string, IndexLine> }>()

/** The lines that can be read, be they what was written or not. */
export function readDamagedIndex(dir: string): IndexLine[] {
  const { header, others, texts } = contentOf(dir)
  const last = lastKnown.get(dir)
  const before = last?.header === header ? last.lines : undefined
  const known = new Map<string, IndexLine>()
  const lines = texts.flatMap((text) => {
    const line = before?.get(text) ?? toLine(text.split(','), others)
    if (line) known.set(text, line)
    return line ?? []
  })
  lastKnown.set(dir, { header, lines: known })
  return lines
}

interface Content {
  header: string
  /** The metrics beside those of every line. */
  others: readonly string[]
  texts: readonly string[]
}

function contentOf(dir: string): Content {
  const none = { header: '', others: [], texts: [] }
  try {
    const [header = '', ...texts] = readFileSync(indexPath(dir), 'utf8').split('\n')
    if (header === HEADER) return { header, others: [], texts }
    if (!header.startsWith(`${HEADER},${FINGERPRINT}`)) return none
    return { header, others: header.split(',').slice(COLUMNS.length + 1), texts }
  } catch {
    return none
  }
}

/** @throws StoreError */
export async function writeIndex(dir: string, lines: Iterable<IndexLine>): Promise<void> {
  const sorted = [...lines].map((line) => ({ place: indexKeyOf(line), line })).toSorted(byKey)
  const form = formOf(sorted)
  await rememberIndex(dir, partsOf(sorted, form))
  await replaceFile(dir, indexPath(dir), partsOf(sorted, form))
  const known = new Map(sorted.map(({ line }) => [form.textOf(line), line]))
  lastKnown.set(dir, { header: form.header, lines: known })
}

interface IndexForm {
  header: string
  textOf: (line: IndexLine) => string
}

function formOf(lines: readonly KeyedIndexLine[]): IndexForm {
  if (lines.every(({ line }) => line.columns === undefined)) return { header: HEADER, textOf }
  const others = othersIn(lines)
  return {
    header: [HEADER, FINGERPRINT, ...others].join(','),
    textOf: (line) => `${textOf(line)},${ownCellsOf(line, others)}`,
  }
}

/** A server writes this beside its requests: what is made at once is a fraction of it. */
const LINES_PER_PART = 100

function* partsOf(sorted: readonly KeyedIndexLine[], form: IndexForm): Generator<string> {
  yield `${form.header}\n`
  for (let at = 0; at < sorted.length; at += LINES_PER_PART) {
    const part = sorted.slice(at, at + LINES_PER_PART)
    yield part.map(({ line }) => `${form.textOf(line)}\n`).join('')
  }
}

const OF_EVERY_LINE = new Set(Object.keys(noSums()))

function othersIn(sorted: readonly KeyedIndexLine[]): string[] {
  const names = sorted.flatMap(({ line }) => (line.columns === undefined ? [] : Object.keys(line.sums)))
  return [...new Set(names)].filter((name) => !OF_EVERY_LINE.has(name)).toSorted()
}

/** Empty for what a report does not have. */
function ownCellsOf({ columns = '', sums }: IndexLine, others: readonly string[]): string {
  const cells = others.map((name) => {
    const value = sums[name]
    return value === undefined ? '' : formatCell({ name, unit: unitOf(name) }, value)
  })
  return [columns, ...cells].join(',')
}

export function indexKeyOf({ report, customerId, date }: DateOfReport): string {
  return `${report}/${customerId}/${date}`
}

type KeyedIndexLine = { place: string; line: IndexLine }

function byKey(a: KeyedIndexLine, b: KeyedIndexLine): number {
  return a.place < b.place ? -1 : Number(a.place > b.place)
}

/** A run writes the whole index about once a second, and few lines of it have changed. */
const texts = new WeakMap<IndexLine, string>()

function textOf(line: IndexLine): string {
  const known = texts.get(line)
  if (known !== undefined) return known
  const text = toCells(line).join(',')
  texts.set(line, text)
  return text
}

function toCells(line: IndexLine): string[] {
  const { sums } = line
  return [
    line.report,
    line.customerId,
    line.date,
    line.state,
    `${line.rows}`,
    ...cellsOf(sums),
    line.sha256,
    line.fetchedAt,
    `${line.units}`,
  ]
}

/** A line that cannot be what it says is left out: its file will be read again. */
function toLine(cells: readonly string[], others: readonly string[]): IndexLine | undefined {
  const [report = '', customerId = '', date = '', state = '', rows = ''] = cells
  const [sha256 = '', fetchedAt = '', units = '', columns = ''] = cells.slice(FIRST_METRIC + METRICS.length)
  const sums = sumsIn(cells, others)
  const valid =
    (cells.length === COLUMNS.length || cells.length === COLUMNS.length + 1 + others.length) &&
    /^[a-z]\w*$/.test(report) &&
    isDate(date) &&
    isState(state) &&
    isCount(rows) &&
    isCount(units) &&
    !Number.isNaN(Date.parse(fetchedAt))
  if (!valid || !sums) return undefined
  return {
    report,
    customerId,
    date,
    state,
    rows: Number(rows),
    sums,
    sha256,
    fetchedAt,
    units: Number(units),
    ...(columns !== '' && { columns }),
  }
}

function sumsIn(cells: readonly string[], others: readonly string[]): Sums | undefined {
  const own = others.map((name, index) => [name, cells[COLUMNS.length + 1 + index] ?? ''] as const)
  return sumsOfCells([
    ...METRICS.map(({ name }, index) => [name, cells[FIRST_METRIC + index] ?? ''] as const),
    ...own.filter(([, cell]) => cell !== ''),
  ])
}

function isCount(cell: string): boolean {
  return /^\d{1,15}$/.test(cell)
}

function isState(state: string): state is PresentState {
  return (PRESENT_STATES as readonly string[]).includes(state)
}
