/** aggregate: rebuilds <report>.csv of every report that the store has, where it is behind. */
import { REPORT_NAMES } from '#server/ads/options.ts'
import { readAccounts } from '#server/ads/store/stored-accounts.ts'
import { aggregate } from '#server/ads/store/aggregate.ts'
import { FailureBook } from '#server/ads/store/failures.ts'
import { lockStore } from '#server/ads/store/lock.ts'
import { Store } from '#server/ads/store/store.ts'
import { settingsOf, type Flags } from './options.ts'
import { Output } from './output.ts'

/** @throws StoreBusyError, StoreError */
export async function rebuildAggregates(flags: Flags): Promise<number> {
  const { options } = settingsOf(flags)
  const output = new Output(flags)
  const { dir, lookbackDays } = options
  using _ = lockStore(dir, new Date().toISOString())
  const held = readAccounts(dir)
  const store = await Store.open({
    dir,
    lookbackDays,
    failures: new FailureBook(dir),
    zoneOf: (id) => held?.accounts[id]?.timeZone ?? 'UTC',
    onDamaged: (of, why) => output.say(`${of.report} ${of.date} is left out: ${why}`),
  })
  const lines = store.lines()
  const present = REPORT_NAMES.filter((name) => lines.some(({ report }) => report === name))
  const results = []
  for (const report of flags.report ?? present) {
    const startedAtMs = performance.now()
    const rebuilt = await aggregate(dir, report, lines)
    const aggregateMs = Math.round(performance.now() - startedAtMs)
    const own = lines.filter((line) => line.report === report)
    const rows = own.reduce((sum, line) => sum + line.rows, 0)
    output.say(`${report}.csv ${rebuilt ? 'rebuilt' : 'is up to date'}: ${own.length} dates, ${rows} rows`)
    results.push({ report, dates: own.length, rows, rebuilt, aggregate_ms: aggregateMs })
  }
  if (results.length === 0) output.say(`The store ${dir} is empty.`)
  await output.result(results)
  return 0
}
