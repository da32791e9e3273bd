/** --dry-run: which dates are due, and what fetching them would cost. Takes no lock and writes nothing. */
import { kindOf, openSource } from '#server/ads/connect.ts'
import { FetchError } from '#server/ads/errors.ts'
import { startProgress } from '#server/ads/progress.ts'
import type { RunParts } from '#server/ads/run.ts'
import { readAccounts } from '#server/ads/store/accounts.ts'
import { placeOf, readIndex, type IndexLine } from '#server/ads/store/index-file.ts'
import { reconcile } from '#server/ads/store/reconcile.ts'
import { planTasks, type RunRequest, type Task } from '#server/ads/tasks.ts'
import { count, lineOf, summaryOf, type Output } from './output.ts'

/** What a per-date report costs, where the store has not seen a dearer one. */
const UNITS_PER_DATE = 600
const EXPLORER_OPERATIONS_PER_DAY = 2_880

export async function dryRun(request: RunRequest, parts: RunParts, output: Output): Promise<number> {
  const startedAtMs = performance.now()
  const { options, clock } = parts
  const zones = await zonesOf(request.customerIds, parts)
  const zoneOf = (customerId: string) => zones.get(customerId) ?? 'UTC'
  const { dir, lookbackDays } = options
  const { lines } = await reconcile(readIndex(dir), {
    dir,
    lookbackDays,
    zoneOf,
    mayWrite: false,
    onDamaged: ({ report, date }, why) => output.say(`${report} ${date} counts as missing: ${why}`),
  })
  const tasks = planTasks(request, {
    nowMs: clock.now(),
    lookbackDays,
    granularOnly: kindOf(options) !== 'module',
    zoneOf,
    present: (of) => lines.get(placeOf(of)),
    onNotice: (notice) => output.say(notice),
  })
  for (const { tally, due } of tasks) {
    output.say(`${lineOf(tally)}; ${due.length} due`)
    for (const date of due.toReversed()) output.say(`  ${date}`)
  }
  output.say(forecast(tasks, lines))
  const progress = startProgress(request, clock.now())
  const wallMs = Math.round(performance.now() - startedAtMs)
  await output.result(tasks.map(({ tally, due }) => ({ ...summaryOf(tally, progress, wallMs), due })))
  return 0
}

function forecast(tasks: readonly Task[], lines: ReadonlyMap<string, IndexLine>): string {
  const operations = tasks.reduce((sum, { due }) => sum + due.length, 0)
  const known = [...lines.values()].filter(({ units }) => units > 0)
  const perDate =
    known.length === 0 ? UNITS_PER_DATE : known.reduce((sum, { units }) => sum + units, 0) / known.length
  const warning =
    operations > EXPLORER_OPERATIONS_PER_DAY
      ? `; more than the ${EXPLORER_OPERATIONS_PER_DAY} a day of Explorer access, so it would be parked in between`
      : ''
  return `Would take ${count(operations)} operations and about ${count(Math.round(operations * perDate))} units${warning}.`
}

/** What the store does not know yet is asked, because without a zone no date has a name. */
async function zonesOf(customerIds: readonly string[], parts: RunParts): Promise<Map<string, string>> {
  const { options, signal } = parts
  const known = readAccounts(options.dir)?.accounts ?? {}
  const zones = new Map(Object.entries(known).map(([id, { timeZone }]) => [id, timeZone]))
  const unknown = customerIds.filter((id) => !zones.has(id))
  if (unknown.length === 0) return zones
  const source = await openSource(options, parts)
  try {
    for (const id of unknown) {
      const { timeZone } = await source.account(id, { signal, meter: { requests: 0, units: 0 } })
      zones.set(id, timeZone)
    }
  } catch (error) {
    if (!(error instanceof FetchError)) throw error
    console.error(`The account's time zone is not known, taking UTC: ${error.message}`)
  } finally {
    await source.close()
  }
  return zones
}
