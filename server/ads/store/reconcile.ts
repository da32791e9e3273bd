/**
 * Makes the index tell what the files say. A stat per file is enough in the good case; a file is read again
 * only when it has no line or another modification time than its line, or when all are: a disk that loses bytes leaves
 * the time as it was.
 */
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { dateIn, isDate } from '#server/ads/calendar.ts'
import { InvalidRowsError } from '#server/ads/errors.ts'
import type { Catalogue } from '#server/ads/definition/catalogue.ts'
import type { ReportName } from '#server/ads/options.ts'
import { isPartial, isProvisional, type DateOfReport } from '#server/ads/plan.ts'
import { stamp } from './commit.ts'
import { readDateFile, sha256Of, type DateContent } from './date-file.ts'
import { indexKeyOf, type IndexLine, type PresentState } from './index-file.ts'
import { customerDir, datePath, reportFolders } from './layout.ts'

export interface ReconcileOptions {
  dir: string
  catalogue: Pick<Catalogue, 'definitionsOf'>
  /** How long Google may restate a date of a report. */
  lookbackOf: (of: Pick<DateOfReport, 'report' | 'customerId'>) => number
  zoneOf: (customerId: string) => string
  /** Only the holder of the lock may change files. */
  mayWrite: boolean
  /** Whose files are compared with the checksums of their lines. */
  readsBytesOf?: (report: ReportName) => boolean
  onDamaged: (of: DateOfReport, why: string) => void
  /** A file whose content is not that of its line, and is whole all the same. */
  onChanged?: (before: IndexLine, after: IndexLine) => Promise<void>
}

export interface Reconciled {
  lines: Map<string, IndexLine>
  changed: boolean
}

const DATES_PER_TURN = 20

export async function reconcile(known: readonly IndexLine[], options: ReconcileOptions): Promise<Reconciled> {
  const old = new Map(known.map((line) => [indexKeyOf(line), line]))
  const lines = new Map<string, IndexLine>()
  let changed = known.length !== old.size
  let looked = 0
  for (const of of listDates(options.dir)) {
    // A server that begins a run has others to answer meanwhile.
    if (++looked % DATES_PER_TURN === 0) await nextTurn()
    const place = indexKeyOf(of)
    const line = old.get(place)
    const path = datePath(options.dir, of)
    const modifiedAtMs = modifiedAt(path)
    if (modifiedAtMs === undefined) continue
    if (line && Date.parse(line.fetchedAt) === modifiedAtMs) {
      if (options.readsBytesOf?.(of.report) && (await sha256Of(path)) !== line.sha256) {
        options.onDamaged(of, 'its bytes are not those that were stored')
        continue
      }
      const current = withCurrentState(line, modifiedAtMs, options)
      lines.set(place, current)
      changed ||= current !== line
      continue
    }
    const found = await reread({ of, path, line, modifiedAtMs }, options)
    if (found) lines.set(place, found)
    changed ||= found !== line
  }
  return { lines, changed: changed || lines.size !== old.size }
}

interface Suspect {
  of: DateOfReport
  path: string
  line: IndexLine | undefined
  modifiedAtMs: number
}

/** @returns undefined for a damaged file: its date is missing, and will be fetched and replaced. */
async function reread(suspect: Suspect, options: ReconcileOptions): Promise<IndexLine | undefined> {
  const { of, path, line, modifiedAtMs } = suspect
  try {
    const content = await readDateFile(path, of, options.catalogue.definitionsOf(of.report))
    if (line?.sha256 !== content.sha256) {
      const found = rebuilt(suspect, content, options)
      if (line && line.columns === found.columns) await options.onChanged?.(line, found)
      return found
    }
    // Only touched, or copied without its times.
    if (options.mayWrite) await stamp(path, Date.parse(line.fetchedAt))
    return line
  } catch (error) {
    if (!(error instanceof InvalidRowsError)) throw error
    options.onDamaged(of, `${error.message} (modified ${new Date(modifiedAtMs).toISOString()})`)
    return undefined
  }
}

function rebuilt(
  { of, modifiedAtMs }: Suspect,
  content: DateContent,
  { zoneOf, lookbackOf }: ReconcileOptions,
): IndexLine {
  const fetchedOn = dateIn(zoneOf(of.customerId), modifiedAtMs)
  const state = stateOf({ date: of.date, rows: content.rows, fetchedOn, lookbackDays: lookbackOf(of) })
  return { ...of, ...content, state, fetchedAt: new Date(modifiedAtMs).toISOString(), units: 0 }
}

/** No zone is further behind: a date is over everywhere when so much has passed since its midnight in UTC. */
const LONGEST_DAY_MS = 36 * 3_600_000
const DAY_MS = 24 * 3_600_000

/** A line of a release, or of a time zone, that did not know that its date was not over; or of another lookback. */
function withCurrentState(
  line: IndexLine,
  fetchedAtMs: number,
  { zoneOf, lookbackOf }: ReconcileOptions,
): IndexLine {
  const lookbackDays = lookbackOf(line)
  const ageMs = fetchedAtMs - Date.parse(line.date)
  const maySettle = line.state === 'provisional' && ageMs >= (lookbackDays - 1) * DAY_MS
  // For all other lines a calendar would cost more than it tells.
  if (!maySettle && ageMs > LONGEST_DAY_MS) return line
  const fetchedOn = dateIn(zoneOf(line.customerId), fetchedAtMs)
  const state = stateOf({ ...line, fetchedOn, lookbackDays })
  return state === line.state ? line : { ...line, state }
}

/**
 * Partial first, because such a date is fetched again by every command. Empty wins over provisional: a calendar must
 * tell "nothing happened" from "not final", and both are fetched again alike.
 */
export function stateOf(input: {
  date: string
  rows: number
  fetchedOn: string
  lookbackDays: number
}): PresentState {
  if (isPartial(input.date, input.fetchedOn)) return 'partial'
  if (input.rows === 0) return 'empty'
  return isProvisional(input.date, input.fetchedOn, input.lookbackDays) ? 'provisional' : 'complete'
}

function* listDates(dir: string): Generator<DateOfReport> {
  for (const report of reportFolders(dir)) {
    for (const customerId of partitions(join(dir, report), 'customer_id=')) {
      for (const date of partitions(customerDir(dir, report, customerId), 'date=')) {
        if (isDate(date)) yield { report, customerId, date }
      }
    }
  }
}

function partitions(folder: string, prefix: string): string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .filter((name) => name.startsWith(prefix))
    .map((name) => name.slice(prefix.length))
    .toSorted()
}

function modifiedAt(path: string): number | undefined {
  const found = statSync(path, { throwIfNoEntry: false })
  return found?.isFile() ? Math.round(found.mtimeMs) : undefined
}
