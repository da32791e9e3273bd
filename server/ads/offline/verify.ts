/** Every file against the index. Reads all bytes, believes no modification time, writes nothing. */
import { existsSync } from 'node:fs'
import type { SourceKind } from '#server/ads/connect.ts'
import type { Catalogue } from '#server/ads/definition/catalogue.ts'
import { EmptyRangeError, InvalidRowsError } from '#server/ads/errors.ts'
import type { AdsOptions, ReportName } from '#server/ads/options.ts'
import type { AskedRange } from '#server/ads/plan.ts'
import type { Report } from '#server/ads/report.ts'
import { filesBehind } from '#server/ads/store/aggregate.ts'
import { committedAt } from '#server/ads/store/commit.ts'
import { isIndexWhole } from '#server/ads/store/index-checksum.ts'
import { readDateFile, UNKNOWN_COLUMNS, type DateContent } from '#server/ads/store/date-file.ts'
import { readDamagedIndex, type IndexLine } from '#server/ads/store/index-file.ts'
import { datePath, indexPath } from '#server/ads/store/layout.ts'
import { reconcile } from '#server/ads/store/reconcile.ts'
import { unreadableStates } from '#server/ads/store/state.ts'
import { requireStore, sourceOfStore } from '#server/ads/store/ownership.ts'
import { readableAccounts, readAccounts } from '#server/ads/store/stored-accounts.ts'

/** What is not named is not narrowed. */
interface Narrowing {
  range: AskedRange
  reports: readonly ReportName[] | undefined
  customerIds: readonly string[] | undefined
}

interface Finding {
  report: string
  customer_id: string
  date: string
  problem: string
}

interface Verified {
  /** Whose figures; those of `demo` are made up. */
  source: SourceKind | undefined
  /** Undefined where it is there. */
  missingIndex: string | undefined
  /** The index where it is not what was written, and files beside the store that cannot be read. */
  damagedFiles: string[]
  lines: IndexLine[]
  rows: number
  findings: Finding[]
  /** Whole files that are newer than the index, as after a kill: the next run takes them in. */
  unindexed: number
  /** Dates of an earlier query: they are whole, and beside the others. */
  oldColumns: number
  /** The aggregated files that are behind the index. */
  behind: string[]
}

type Store = Pick<AdsOptions, 'dir' | 'lookbackDays' | 'formats'> & { catalogue: Catalogue }

/** @throws ConfigurationError for a folder that is no store, EmptyRangeError when it has nothing of what was asked */
export async function verify(
  { dir, lookbackDays, formats, catalogue }: Store,
  narrowing: Narrowing,
): Promise<Verified> {
  requireStore(dir)
  const known = readDamagedIndex(dir)
  const isWanted = wanted(narrowing, dir)
  const findings: Finding[] = []
  const find = (
    { report, customerId, date }: Pick<IndexLine, 'report' | 'customerId' | 'date'>,
    problem: string,
  ) => findings.push({ report, customer_id: customerId, date, problem })

  let unindexed = 0
  const lines = known.filter(isWanted)
  for (const line of lines) {
    const problems = await problemsOf(datePath(dir, line), line, catalogue)
    if (problems === 'newer') unindexed++
    else for (const problem of problems) find(line, problem)
  }
  const indexed = new Set(known.map((line) => datePath(dir, line)))
  const { lines: found } = await reconcile(known, {
    dir,
    catalogue,
    lookbackOf: () => lookbackDays,
    zoneOf: () => 'UTC',
    mayWrite: false,
    onDamaged: (of, why) => {
      if (!indexed.has(datePath(dir, of))) find(of, why)
    },
  })
  for (const line of found.values()) {
    if (!isWanted(line) || indexed.has(datePath(dir, line))) continue
    if (committedAt(datePath(dir, line)) === undefined) find(line, 'the index does not have this file')
    else unindexed++
  }
  const behind: string[] = []
  for (const name of new Set(lines.map((line) => line.report))) {
    const report = catalogue.find(name)
    if (report) behind.push(...(await filesBehind(dir, report, { lines: known, formats, readsAll: true })))
  }
  const rows = lines.reduce((sum, line) => sum + line.rows, 0)
  const missingIndex = existsSync(indexPath(dir)) ? undefined : indexPath(dir)
  const damagedFiles = [...(isIndexWhole(dir) ? [] : [indexPath(dir)]), ...unreadableStates(dir)]
  if (known.length > 0 && lines.length + findings.length + unindexed === 0)
    throw new EmptyRangeError(`The store ${dir} has no date of those that were asked for.`)
  const oldColumns = lines.filter((line) => !catalogue.isCurrent(line)).length
  const files = { missingIndex, damagedFiles, behind }
  return { source: sourceOfStore(dir), ...files, lines, rows, findings, unindexed, oldColumns }
}

function wanted({ range: { from, to }, reports, customerIds }: Narrowing, dir: string) {
  const accounts = readAccounts(dir)?.accounts ?? {}
  const clients = customerIds && readableAccounts(customerIds, accounts)
  return ({ report, customerId, date }: IndexLine) =>
    (reports?.includes(report) ?? true) &&
    (clients?.includes(customerId) ?? true) &&
    (from === undefined || date >= from) &&
    (to === undefined || date <= to)
}

/** @returns `newer` for a whole file that a run has put there after the index was written */
async function problemsOf(path: string, line: IndexLine, catalogue: Catalogue): Promise<string[] | 'newer'> {
  if (!existsSync(path)) return ['its file is missing']
  try {
    const content = await readDateFile(path, line, definitionsFor(line, catalogue))
    const atMs = committedAt(path)
    if (content.sha256 !== line.sha256 && atMs !== undefined && atMs > Date.parse(line.fetchedAt))
      return 'newer'
    return [
      ...(content.rows === line.rows ? [] : [`${content.rows} rows, but the index says ${line.rows}`]),
      ...(content.sha256 === line.sha256 ? [] : ['its bytes are not those that were stored']),
      ...(isUnknown(content) || Bun.deepEquals(content.sums, line.sums)
        ? []
        : ['its sums are not those of the index']),
    ]
  } catch (error) {
    if (error instanceof InvalidRowsError) return [error.message]
    throw error
  }
}

/** That of the line first: two queries may have the same columns. */
function definitionsFor({ report, columns }: IndexLine, catalogue: Catalogue): Report[] {
  return catalogue
    .definitionsOf(report)
    .toSorted((a, b) => Number(b.fingerprint === columns) - Number(a.fingerprint === columns))
}

/** Nothing tells what its columns are; its bytes are compared all the same. */
function isUnknown({ columns }: DateContent): boolean {
  return columns === UNKNOWN_COLUMNS
}
