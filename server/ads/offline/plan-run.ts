/** What a run would do and cost. Takes no lock and writes nothing. */
import { kindOf, openSource, type OpenSource } from '#server/ads/connect.ts'
import { AccountDirectory } from '#server/ads/run/account-directory.ts'
import { forecastRun, unitsPerDate, type Forecast } from '#server/ads/run/forecast.ts'
import { lookbacksOf } from '#server/ads/run/learned-lookback.ts'
import { startProgress, type Progress } from '#server/ads/run/progress.ts'
import type { RunParts } from '#server/ads/run/run-context.ts'
import { readRuns } from '#server/ads/run/run-record.ts'
import type { RunRequest, Task } from '#server/ads/run/tasks.ts'
import { readIndex } from '#server/ads/store/index-file.ts'
import { reconcile } from '#server/ads/store/reconcile.ts'

export interface PlannedRun {
  /** With the units that its due dates would take. */
  tasks: (Task & { units: number })[]
  cost: Forecast
  /** Of a run that has not begun. */
  progress: Progress
}

export async function planRun(
  request: RunRequest,
  parts: RunParts,
  onNotice: (line: string) => void,
): Promise<PlannedRun> {
  const { options, catalogue, clock } = parts
  const { dir } = options
  const { customerIds, zoneOf } = await accountsOf(request, parts, onNotice)
  const lookbacks = lookbacksOf(options, { nowMs: clock.now(), zoneOf })
  const { lines } = await reconcile(readIndex(dir), {
    dir,
    catalogue,
    lookbackOf: lookbacks.of,
    zoneOf,
    mayWrite: false,
    onDamaged: ({ report, date }, why) => onNotice(`${report} ${date} counts as missing: ${why}`),
  })
  const { tasks, cost } = forecastRun(
    { ...request, customerIds },
    {
      nowMs: clock.now(),
      lookbackOf: lookbacks.windowOf,
      limitedHistory: kindOf(options) !== 'module',
      zoneOf,
      lines,
      runs: readRuns(dir),
      onNotice,
    },
  )
  const stored = [...lines.values()]
  return {
    tasks: tasks.map((task) => ({
      ...task,
      units: task.due.length * unitsPerDate(task.tally.report, stored),
    })),
    cost,
    progress: startProgress({ ...request, source: kindOf(options) }, clock.now()),
  }
}

/** What the store does not know yet is asked, because without a zone no date has a name. */
async function accountsOf(request: RunRequest, parts: RunParts, onNotice: (line: string) => void) {
  const { options, signal, clock } = parts
  let opened: Promise<OpenSource> | undefined
  const directory = new AccountDirectory(request.customerIds, {
    dir: options.dir,
    kind: kindOf(options),
    source: async () => await (opened ??= openSource(options, clock)),
    signal,
    random: Math.random,
    nowMs: () => clock.now(),
    mayWrite: false,
    onNotice,
  })
  const accounts = await directory.learn()
  for (const [id, { failure }] of accounts.refused)
    onNotice(`What is known of ${id} is not enough to fetch anything: ${failure.detail}`)
  return accounts
}
