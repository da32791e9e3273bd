/** status: the state of every date, as the files say. Needs no lock and writes nothing. */
import {
  commandLine,
  coverageToWire,
  describeLookback,
  readStatus,
  restatementToWire,
  versionNoticeOf,
  type Day,
  type FailedDate,
  type StatusPart,
} from '#server/ads/offline.ts'
import { systemClock } from '#server/platform/clock.ts'
import { accountsIn, rangeIn, settingsOf, type Flags } from './options.ts'
import { count, failureLines, Output, ratesLine, storeLine, sumsLine } from './output.ts'
import { describeRestatements } from './restatements.ts'

export async function showStatus(flags: Flags): Promise<number> {
  const settings = settingsOf(flags)
  const output = new Output(flags)
  const { options, catalogue, reports } = settings
  const nowMs = systemClock.now()
  const { source, parts } = await readStatus({
    options,
    catalogue,
    reports,
    customerIds: accountsIn(settings),
    range: rangeIn(flags),
    nowMs,
    onNotice: (line) => output.say(line),
  })
  output.say(storeLine(options.dir, source))
  const notice = versionNoticeOf(options, nowMs)
  if (notice !== undefined) output.say(`Warning: ${notice}`)
  for (const part of parts) {
    for (const line of describe(part, options.dir)) output.say(line)
    if (part.lookback) output.say(`  ${describeLookback(part.lookback, options)}`)
  }
  await output.result([
    {
      source: source ?? null,
      accounts: [...new Set(parts.map(({ account }) => account))],
      coverage: parts.flatMap(({ coverage }) => (coverage ? coverageToWire(coverage) : [])),
      lookback: parts.flatMap(({ lookback }) => (lookback ? lookbackToWire(lookback) : [])),
      behind: [...new Set(parts.flatMap(({ behind }) => behind))],
      days: parts.flatMap(({ days }) => days),
      restatements: parts.flatMap(({ restatements }) => restatements.map(restatementToWire)),
    },
  ])
  return 0
}

function lookbackToWire(lookback: NonNullable<StatusPart['lookback']>) {
  const { report, customerId, restatements, since, latestChangeDays, days } = lookback
  return {
    report,
    customer_id: customerId,
    days,
    latest_change_days: latestChangeDays,
    restatements,
    since,
  }
}

const MARKS: Readonly<Record<Day['state'], string>> = {
  complete: '█',
  provisional: '▒',
  empty: '·',
  failed: 'x',
  missing: '?',
  partial: '◔',
  closed: '-',
  fetching: '>',
}

/** A line of counts, then a row of one mark a date for each month. */
function describe(part: StatusPart, dir: string): string[] {
  const { account, days, rows, sums, coverage, restatements, metrics, notSummed } = part
  const behind = part.behind.map((file) => `  ${file} is behind: ${commandLine(dir, 'aggregate')}`)
  const first = days[0]
  if (!first) return behind
  const counts = Map.groupBy(days, ({ state }) => state)
  const states = [...counts].map(([state, each]) => `${each.length} ${state}`).join(', ')
  const months = Map.groupBy(days, ({ date }) => date.slice(0, 7))
  return [
    '',
    `${first.report} ${first.customer_id} ${first.date}..${days.at(-1)?.date}: ${states}`,
    ...(account.closed === undefined ? [] : [`  closed: ${account.closed}; it is no longer asked`]),
    `  ${count(rows)} rows, ${sumsLine(sums, account.currency, metrics)}`,
    ...ratesLine(sums, coverage?.share, metrics),
    ...(notSummed.length > 0
      ? [`  in the rows only, because they do not add up: ${notSummed.join(', ')}`]
      : []),
    ...[...months].map(([month, each]) => `  ${month} ${each.map(({ state }) => MARKS[state]).join('')}`),
    ...failureLines(failedIn(days), `${commandLine(dir, 'status')} --json`).map((line) => `  ${line}`),
    ...describeOldColumns(days, dir),
    ...describeRestatements(restatements),
    ...behind,
  ]
}

/** Dates of an earlier query: nothing is wrong with them, and nothing fetches them by itself. */
function describeOldColumns(days: readonly Day[], dir: string): string[] {
  const old = days.filter(({ old_columns }) => old_columns)
  const [first, last] = [old[0], old.at(-1)]
  if (!first || !last) return []
  const range = `--start ${first.date} --end ${last.date}`
  const cure = `fetch --refresh --report ${first.report} ${range} --customer ${first.customer_id}`
  return [
    `  old columns: ${count(old.length)} of these dates, because the query has changed; they are kept, and in no sum. To fetch them anew: ${commandLine(dir, cure)}`,
  ]
}

function failedIn(days: readonly Day[]): FailedDate[] {
  return days
    .filter(({ state }) => state === 'failed')
    .map(({ report, customer_id, date, code = '', detail = '' }) => ({
      report,
      customer_id,
      date,
      code,
      detail,
    }))
}

export const LEGEND = Object.entries(MARKS)
  .filter(([state]) => state !== 'fetching')
  .map(([state, mark]) => `${mark} ${state}`)
  .join('  ')
