/** status: the state of every date, as the files say. Needs no lock and writes nothing. */
import { clientsOf } from '#server/ads/run/account-directory.ts'
import { dateIn } from '#server/ads/calendar.ts'
import { kindOf } from '#server/ads/connect.ts'
import { twoYears, fillRange } from '#server/ads/plan.ts'
import type { Day } from '#server/ads/schema.ts'
import { addSums, noSums } from '#server/ads/metric.ts'
import { readAccounts } from '#server/ads/store/stored-accounts.ts'
import { isAggregateCurrent } from '#server/ads/store/aggregate.ts'
import { readFailures } from '#server/ads/store/failures.ts'
import { readIndex, type IndexLine } from '#server/ads/store/index-file.ts'
import { reconcile } from '#server/ads/store/reconcile.ts'
import { readRestatements, type Restatement } from '#server/ads/store/restatements.ts'
import { restatementToWire, daysOf, selectLines } from '#server/ads/views.ts'
import { systemClock } from '#server/platform/clock.ts'
import { sayVersion } from './dry-run.ts'
import { customersIn, rangeIn, settingsOf, type Flags } from './options.ts'
import { count, Output, sumsLine } from './output.ts'
import { describeRestatements } from './restatements.ts'

export async function showStatus(flags: Flags): Promise<number> {
  const settings = settingsOf(flags)
  const output = new Output(flags)
  const { options, reports } = settings
  const { dir, lookbackDays } = options
  const held = readAccounts(dir)
  const zoneOf = (id: string) => held?.accounts[id]?.timeZone ?? options.cronTimezone ?? 'UTC'
  const { lines } = await reconcile(readIndex(dir), {
    dir,
    lookbackDays,
    zoneOf,
    mayWrite: false,
    onDamaged: (_, why) => output.say(why),
  })
  output.say(`store ${dir}${held ? `, ${held.source} data` : ', never filled'}`)
  const all: Day[] = []
  const restated: Restatement[] = []
  if (kindOf(options) === 'google')
    sayVersion(options.google.apiVersion, systemClock.now(), (line) => output.say(line))
  for (const customerId of clientsOf(customersIn(settings), held?.accounts ?? {})) {
    const years = twoYears(dateIn(zoneOf(customerId), systemClock.now()))
    const range = fillRange(rangeIn(flags), years)
    for (const report of reports) {
      const selection = { range, reports: [report], customerIds: [customerId] }
      const known = { lines, failures: readFailures(dir), isFetching: () => false }
      const days = daysOf(selection, known)
      all.push(...days)
      for (const line of describe(days, selectLines(lines.values(), selection))) output.say(line)
      const restatements = readRestatements(dir, { ...range, report, customerId })
      restated.push(...restatements)
      for (const line of describeRestatements(restatements)) output.say(line)
      if (!(await isAggregateCurrent(dir, report, [...lines.values()])))
        output.say(`  ${report}.csv is behind: bun run ads aggregate`)
    }
  }
  const source = held?.source ?? null
  await output.result([{ source, days: all, restatements: restated.map(restatementToWire) }])
  return 0
}

const MARKS: Readonly<Record<Day['state'], string>> = {
  complete: '█',
  provisional: '▒',
  empty: '·',
  failed: 'x',
  missing: '?',
  fetching: '>',
}

/** A line of counts, then a row of one mark a date for each month. */
function describe(days: readonly Day[], lines: readonly IndexLine[]): string[] {
  const first = days[0]
  if (!first) return []
  const counts = Map.groupBy(days, ({ state }) => state)
  const states = [...counts].map(([state, each]) => `${each.length} ${state}`).join(', ')
  const sums = noSums()
  for (const line of lines) addSums(sums, line.sums)
  const rows = lines.reduce((sum, line) => sum + line.rows, 0)
  const months = Map.groupBy(days, ({ date }) => date.slice(0, 7))
  return [
    '',
    `${first.report} ${first.customer_id} ${first.date}..${days.at(-1)?.date}: ${states}`,
    `  ${count(rows)} rows, ${sumsLine(sums)}`,
    ...[...months].map(([month, each]) => `  ${month} ${each.map(({ state }) => MARKS[state]).join('')}`),
    ...days
      .filter(({ state }) => state === 'failed')
      .slice(0, 10)
      .map(({ date, code, detail }) => `  ${date} ${code}: ${detail}`),
  ]
}

export const LEGEND = Object.entries(MARKS)
  .filter(([state]) => state !== 'fetching')
  .map(([state, mark]) => `${mark} ${state}`)
  .join('  ')
