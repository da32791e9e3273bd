/** --dry-run: which dates are due, and what fetching them would cost. Takes no lock and writes nothing. */
import { knowAccounts } from '#server/ads/run/account-directory.ts'
import { dateIn } from '#server/ads/calendar.ts'
import { kindOf, openSource, type OpenSource } from '#server/ads/connect.ts'
import { costToWire, forecastRun, unitsPerDate, type Forecast } from '#server/ads/run/forecast.ts'
import { versionNotice } from '#server/ads/google/versions.ts'
import { startProgress } from '#server/ads/run/progress.ts'
import type { RunParts } from '#server/ads/run/run.ts'
import { readIndex } from '#server/ads/store/index-file.ts'
import { reconcile } from '#server/ads/store/reconcile.ts'
import type { RunRequest, Task } from '#server/ads/run/tasks.ts'
import { count, lineOf, summaryOf, type Output } from './output.ts'

export async function dryRun(request: RunRequest, parts: RunParts, output: Output): Promise<number> {
  const startedAtMs = performance.now()
  const { options, clock } = parts
  const say = (line: string) => output.say(line)
  if (kindOf(options) === 'google') sayVersion(options.google.apiVersion, clock.now(), say)
  const { customerIds, zoneOf } = await accountsOf(request, parts, say)
  const { dir, lookbackDays } = options
  const { lines } = await reconcile(readIndex(dir), {
    dir,
    lookbackDays,
    zoneOf,
    mayWrite: false,
    onDamaged: ({ report, date }, why) => say(`${report} ${date} counts as missing: ${why}`),
  })
  const { tasks, cost } = forecastRun(
    { ...request, customerIds },
    {
      nowMs: clock.now(),
      lookbackDays,
      limitedHistory: kindOf(options) !== 'module',
      zoneOf,
      lines,
      onNotice: say,
    },
  )
  for (const { tally, due } of tasks) {
    say(`${lineOf(tally)}; ${due.length} due`)
    for (const date of due.toReversed()) say(`  ${date}`)
  }
  const stored = [...lines.values()]
  for (const line of forecastLines(tasks, cost)) say(line)
  const progress = startProgress(request, clock.now())
  const wallMs = Math.round(performance.now() - startedAtMs)
  await output.result(
    tasks.map((task) => ({
      ...summaryOf(task.tally, progress, wallMs),
      due: task.due,
      forecast: {
        requests: task.due.length,
        units: task.due.length * unitsPerDate(task.tally.report, stored),
        run: costToWire(cost),
      },
    })),
  )
  return 0
}

export function sayVersion(version: string, nowMs: number, say: (line: string) => void): void {
  const notice = versionNotice(version, dateIn('UTC', nowMs))
  if (notice !== undefined) say(`Warning: ${notice}`)
}

/** What the store does not know yet is asked, because without a zone no date has a name. */
async function accountsOf(request: RunRequest, parts: RunParts, say: (line: string) => void) {
  const { options, signal, clock } = parts
  let opened: Promise<OpenSource> | undefined
  const accounts = await knowAccounts(request.customerIds, {
    dir: options.dir,
    kind: kindOf(options),
    source: async () => await (opened ??= openSource(options, clock)),
    signal,
    random: Math.random,
    mayWrite: false,
    onNotice: say,
  })
  for (const [id, { failure }] of accounts.refused)
    say(`What is known of ${id} is not enough to fetch anything: ${failure.detail}`)
  return accounts
}

function forecastLines(tasks: readonly Task[], cost: Forecast): string[] {
  const [first] = tasks
  const alike = first && tasks.every(({ due }) => due.length === first.due.length)
  const product =
    alike && tasks.length > 1 ? `${tasks.length} reports × ${count(first.due.length)} dates = ` : ''
  const recent = cost.requestsLastDay > 0 ? `, after ${count(cost.requestsLastDay)} in the last 24 hours` : ''
  return [
    `Would take ${product}${count(cost.requests)} requests${recent}, and about ${count(cost.units)} units.`,
    ...cost.levels.map(({ name, perDay, fits, days }) => {
      const access = `  ${name[0]?.toUpperCase()}${name.slice(1)} access`
      if (perDay === null) return `${access}: no limit`
      return fits
        ? `${access}, ${count(perDay)} a day: enough`
        : `${access}, ${count(perDay)} a day: not enough; the run would be parked, and continued on ${days - 1 === 1 ? 'the next day' : `the next ${days - 1} days`}`
    }),
  ]
}
