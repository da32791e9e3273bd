/** index.csv: what is there, one line per report, account and date. Derived from the files, never the truth. */
import { readFileSync } from 'node:fs'
import { isDate } from '#server/ads/calendar.ts'
import { cellsOf, METRICS, sumsOfCells } from '#server/ads/metric.ts'
import { REPORT_NAMES, type ReportName } from '#server/ads/options.ts'
import type { DateOfReport } from '#server/ads/plan.ts'
import type { DateContent } from './date-file.ts'
import { replaceFile } from './commit.ts'
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

/**
 * The lines of the file; none when it is missing or damaged, because it can be rebuilt. No cell of ours is ever
 * quoted, so a comma is a border: what another program has rewritten otherwise counts as damaged.
 */
export function readIndex(dir: string): IndexLine[] {
  return new IndexReader().read(dir)
}

/** For repeated reads during a run: a line is parsed once. */
export class IndexReader {
  #known: ReadonlyMap<string, IndexLine> = new Map()

  read(dir: string): IndexLine[] {
    const known = new Map<string, IndexLine>()
    const lines = textsIn(dir).flatMap((text) => {
      const line = this.#known.get(text) ?? toLine(text.split(','))
      if (line) known.set(text, line)
      return line ?? []
    })
    this.#known = known
    return lines
  }
}

function textsIn(dir: string): string[] {
  try {
    const [header, ...texts] = readFileSync(indexPath(dir), 'utf8').split('\n')
    return header === HEADER ? texts : []
  } catch {
    return []
  }
}

/** @throws StoreError */
export async function writeIndex(dir: string, lines: Iterable<IndexLine>): Promise<void> {
  const sorted = [...lines].map((line) => ({ place: indexKeyOf(line), line })).toSorted(byKey)
  await replaceFile(dir, indexPath(dir), partsOf(sorted))
}

/** A server writes this beside its requests: what is made at once is a fraction of it. */
const LINES_PER_PART = 200

function* partsOf(sorted: readonly KeyedIndexLine[]): Generator<string> {
  yield `${HEADER}\n`
  for (let at = 0; at < sorted.length; at += LINES_PER_PART) {
    const part = sorted.slice(at, at + LINES_PER_PART)
    yield part.map(({ line }) => `${textOf(line)}\n`).join('')
  }
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
function toLine(cells: readonly string[]): IndexLine | undefined {
  const [report = '', customerId = '', date = '', state = '', rows = ''] = cells
  const [sha256 = '', fetchedAt = '', units = ''] = cells.slice(-3)
  const sums = sumsOfCells(cells.slice(5, -3))
  const valid =
    cells.length === COLUMNS.length &&
    isReportName(report) &&
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
  }
}

function isCount(cell: string): boolean {
  return /^\d{1,15}$/.test(cell)
}

function isReportName(name: string): name is ReportName {
  return (REPORT_NAMES as readonly string[]).includes(name)
}

function isState(state: string): state is PresentState {
  return (PRESENT_STATES as readonly string[]).includes(state)
}
