/** verify: every file against the index. Reads all bytes, believes no modification time, writes nothing. */
import { existsSync } from 'node:fs'
import { InvalidRowsError } from '#server/ads/errors.ts'
import { clientsOf } from '#server/ads/run/account-directory.ts'
import { readAccounts } from '#server/ads/store/stored-accounts.ts'
import { isAggregateCurrent } from '#server/ads/store/aggregate.ts'
import { committedAt } from '#server/ads/store/commit.ts'
import { readDateFile } from '#server/ads/store/date-file.ts'
import { readIndex, type IndexLine } from '#server/ads/store/index-file.ts'
import { datePath, indexPath } from '#server/ads/store/layout.ts'
import { reconcile } from '#server/ads/store/reconcile.ts'
import { settingsOf, type Flags } from './options.ts'
import { count, Output } from './output.ts'
import { verifyTotals } from './totals.ts'

interface Finding {
  report: string
  customer_id: string
  date: string
  problem: string
}

export async function verifyStore(flags: Flags): Promise<number> {
  const { options, reports } = settingsOf(flags)
  const output = new Output(flags)
  const { dir, lookbackDays } = options
  const known = readIndex(dir)
  const accounts = readAccounts(dir)?.accounts ?? {}
  const asked = (line: IndexLine) =>
    (flags.report === undefined || reports.includes(line.report)) &&
    (flags.customer === undefined || clientsOf(flags.customer, accounts).includes(line.customerId)) &&
    (flags.start === undefined || line.date >= flags.start) &&
    (flags.end === undefined || line.date <= flags.end)
  const findings: Finding[] = []
  const find = (
    { report, customerId, date }: Pick<IndexLine, 'report' | 'customerId' | 'date'>,
    problem: string,
  ) => findings.push({ report, customer_id: customerId, date, problem })

  // A killed run may have put files there that the index had no time to tell of. The next run takes them in.
  let unindexed = 0
  const lines = known.filter(asked)
  for (const line of lines) {
    const problems = await problemsOf(dir, line)
    if (problems === 'newer') unindexed++
    else for (const problem of problems) find(line, problem)
  }
  const indexed = new Set(known.map((line) => datePath(dir, line)))
  const { lines: found } = await reconcile(known, {
    dir,
    lookbackDays,
    zoneOf: () => 'UTC',
    mayWrite: false,
    onDamaged: (of, why) => {
      if (!indexed.has(datePath(dir, of))) find(of, why)
    },
  })
  for (const line of found.values()) {
    if (!asked(line) || indexed.has(datePath(dir, line))) continue
    if (committedAt(datePath(dir, line)) === undefined) find(line, 'the index does not have this file')
    else unindexed++
  }
  for (const report of new Set(lines.map((line) => line.report))) {
    if (!(await isAggregateCurrent(dir, report, known)))
      output.say(`${report}.csv is behind the index: bun run ads aggregate`)
  }
  for (const { report, customer_id, date, problem } of findings)
    output.say(`${report} ${customer_id} ${date}: ${problem}`)
  if (!existsSync(indexPath(dir))) output.say(`There is no ${indexPath(dir)}.`)
  if (unindexed > 0) output.say(`${count(unindexed)} whole files are newer than the index, as after a kill`)
  const rows = lines.reduce((sum, line) => sum + line.rows, 0)
  output.say(`${count(lines.length)} dates and ${count(rows)} rows checked, ${findings.length} problems`)
  const totals =
    flags.totals === true ? await verifyTotals(lines, options, (line) => output.say(line)) : undefined
  const problems = { dates: lines.length, rows, unindexed, problems: findings }
  await output.result([{ ...problems, ...(totals && { totals: totals.checked }) }])
  return findings.length > 0 ? 1 : (totals?.exitCode ?? 0)
}

/** @returns `newer` for a whole file that a run has put there after the index was written */
async function problemsOf(dir: string, line: IndexLine): Promise<string[] | 'newer'> {
  const path = datePath(dir, line)
  if (!existsSync(path)) return ['its file is missing']
  try {
    const content = await readDateFile(path, line)
    const atMs = committedAt(path)
    if (content.sha256 !== line.sha256 && atMs !== undefined && atMs > Date.parse(line.fetchedAt))
      return 'newer'
    return [
      ...(content.rows === line.rows ? [] : [`${content.rows} rows, but the index says ${line.rows}`]),
      ...(content.sha256 === line.sha256 ? [] : ['its bytes are not those that were stored']),
      ...(Bun.deepEquals(content.sums, line.sums) ? [] : ['its sums are not those of the index']),
    ]
  } catch (error) {
    if (error instanceof InvalidRowsError) return [error.message]
    throw error
  }
}
