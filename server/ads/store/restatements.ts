/**
 * What Google changed afterwards: one line whenever a date that was there came back with another content. A date's
 * new file is in its place before its line is written; if the process dies in between, the index still tells the
 * old content, and opening the store writes the line then.
 */
import { existsSync, readFileSync } from 'node:fs'
import { open, readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { isDate, isTime } from '#server/ads/calendar.ts'
import { StoreError } from '#server/ads/errors.ts'
import { cellsOf, formatCell, METRICS, noSums, sumsOfCells, unitOf, type Sums } from '#server/ads/metric.ts'
import type { ReportName } from '#server/ads/options.ts'
import type { DateOfReport } from '#server/ads/plan.ts'
import { replaceFile, syncFolder } from './commit.ts'
import type { IndexLine } from './index-file.ts'
import { statePath } from './layout.ts'

export interface Restatement extends DateOfReport {
  /** When the new content was fetched, and when the old one had been. */
  restatedAt: string
  fetchedAtBefore: string
  before: Counted
  after: Counted
}

export interface Counted {
  rows: number
  sums: Sums
}

const HEADER = [
  'report,customer_id,date,restated_at,fetched_at_before',
  ...['rows', ...METRICS.map(({ name }) => name)].map((name) => `${name}_before,${name}_after`),
  // Of a report of one's own, as `name=before>after`, with a space between two.
  'other_metrics',
].join(',')
const COLUMNS = HEADER.split(',').length
/** About 30,000 restatements: the older half goes then. */
const MAX_CHARACTERS = 8 * 1024 * 1024

export interface RestatementFilter {
  /** Of the reporting date, both included. */
  from?: string
  to?: string
  report?: ReportName
  customerId?: string
}

/** Oldest first. Needs no lock: a line that is just being written is not there yet. */
export function readRestatements(dir: string, filter: RestatementFilter = {}): Restatement[] {
  const path = pathIn(dir)
  if (!existsSync(path)) return []
  const { from = '', to = '9999-12-31', report, customerId } = filter
  return wholeLines(readFileSync(path, 'utf8'))
    .flatMap(toRestatement)
    .filter(
      (each) =>
        each.date >= from &&
        each.date <= to &&
        (report === undefined || each.report === report) &&
        (customerId === undefined || each.customerId === customerId),
    )
}

/** Only for the holder of the lock. */
export class RestatementBook {
  readonly #dir: string
  /** Lines are written one after the other, so that there is one header and no line inside another. */
  #writing: Promise<void> = Promise.resolve()
  #repaired = false

  constructor(dir: string) {
    this.#dir = dir
  }

  /** Durable when it returns; equal contents are no restatement. @throws StoreError */
  async record(before: IndexLine, after: IndexLine): Promise<void> {
    if (before.sha256 === after.sha256) return
    await this.#inTurn(async () => await this.#append(toLine(before, after)))
  }

  /** For a change that was detected later: the process that made it may have recorded it already. */
  async recordOnce(before: IndexLine, after: IndexLine): Promise<void> {
    const line = toLine(before, after)
    await this.#inTurn(async () => {
      const path = pathIn(this.#dir)
      const known = existsSync(path) ? wholeLines(await readFile(path, 'utf8')) : []
      if (!known.includes(line)) await this.#append(line)
    })
  }

  async #inTurn(work: () => Promise<void>): Promise<void> {
    this.#writing = this.#writing.catch(() => {}).then(work)
    await this.#writing
  }

  async #append(line: string): Promise<void> {
    const path = pathIn(this.#dir)
    try {
      const isNew = !existsSync(path)
      if (!isNew && !this.#repaired) await this.#repair(path)
      this.#repaired = true
      const file = await open(path, 'a')
      try {
        await file.writeFile(isNew ? `${HEADER}\n${line}\n` : `${line}\n`)
        await file.sync()
      } finally {
        await file.close()
      }
      if (isNew) await syncFolder(dirname(path))
    } catch (error) {
      // Perhaps half a line is there.
      this.#repaired = false
      throw error instanceof StoreError ? error : new StoreError(path, error)
    }
  }

  /** A line that was cut off by a full disk or a kill goes, and what is too old. */
  async #repair(path: string): Promise<void> {
    const text = await readFile(path, 'utf8')
    const lines = wholeLines(text).filter((line) => line !== HEADER)
    const kept = text.length > MAX_CHARACTERS ? lines.slice(lines.length / 2) : lines
    const repaired = [HEADER, ...kept, ''].join('\n')
    if (repaired !== text) await replaceFile(this.#dir, path, repaired)
  }
}

function pathIn(dir: string): string {
  return statePath(dir, 'restatements.csv')
}

/**
 * No cell of ours is ever quoted, so a line feed ends a line; what comes after the last one is not whole. Lines of a
 * release without the last column have nothing in it.
 */
function wholeLines(text: string): string[] {
  const lines = text.split('\n').slice(0, -1)
  return lines.map((line) => (line.split(',').length === COLUMNS - 1 ? `${line},` : line))
}

function toLine(before: IndexLine, after: IndexLine): string {
  const { report, customerId, date, fetchedAt } = after
  const [old, now] = [numbersOf(before), numbersOf(after)]
  const numbers = old.flatMap((number, index) => [number, now[index] ?? ''])
  const others = othersOf(before.sums, after.sums)
  return [report, customerId, date, fetchedAt, before.fetchedAt, ...numbers, others].join(',')
}

function numbersOf({ rows, sums }: Counted): string[] {
  return [`${rows}`, ...cellsOf(sums)]
}

function othersOf(before: Sums, after: Sums): string {
  const none = noSums()
  const names = Object.keys({ ...before, ...after }).filter((name) => none[name] === undefined)
  return names
    .map((name) => {
      const [old, now] = [before, after].map((sums) =>
        formatCell({ name, unit: unitOf(name) }, sums[name] ?? 0n),
      )
      return `${name}=${old}>${now}`
    })
    .join(' ')
}

function toRestatement(line: string): Restatement[] {
  const cells = line.split(',')
  if (line === HEADER || cells.length !== COLUMNS) return []
  const [report = '', customerId = '', date = '', restatedAt = '', fetchedAtBefore = '', ...numbers] =
    cells.slice(0, -1)
  const isPlaced = isDate(date) && isTime(restatedAt) && isTime(fetchedAtBefore)
  const of = { report, customerId, date, restatedAt, fetchedAtBefore }
  const others = (cells.at(-1) ?? '').split(' ').flatMap((text) => {
    const [, name = '', old = '', now = ''] = /^(\w+)=([^\s>]+)>([^\s>]+)$/.exec(text) ?? []
    return name === '' ? [] : [[name, old, now] as const]
  })
  const before = toCounted(
    numbers.filter((_, index) => index % 2 === 0),
    others.map(([name, old]) => [name, old]),
  )
  const after = toCounted(
    numbers.filter((_, index) => index % 2 === 1),
    others.map(([name, , now]) => [name, now]),
  )
  return isPlaced && before && after ? [{ ...of, before, after }] : []
}

function toCounted(
  [rows = '', ...cells]: readonly string[],
  others: readonly (readonly [name: string, cell: string])[],
): Counted | undefined {
  const ofAll = METRICS.map(({ name }, index) => [name, cells[index] ?? ''] as const)
  const sums = sumsOfCells([...ofAll, ...others])
  return sums && /^\d+$/.test(rows) ? { rows: Number(rows), sums } : undefined
}
