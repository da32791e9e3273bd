/** aggregate: rebuilds the aggregated files of every report that the store has, where they are behind. */
import { rebuildAggregates } from '#server/ads/offline.ts'
import { settingsOf, type Flags } from './options.ts'
import { Output, storeLine } from './output.ts'

/** @throws StoreBusyError, StoreError */
export async function aggregateStore(flags: Flags): Promise<number> {
  const { options } = settingsOf(flags)
  const output = new Output(flags)
  const onNotice = (line: string) => output.say(line)
  const results = []
  for await (const { ms, ...result } of rebuildAggregates({ ...options, reports: flags.report, onNotice })) {
    const { report, format, rebuilt, dates, rows } = result
    output.say(`${report}.${format} ${rebuilt ? 'rebuilt' : 'is up to date'}: ${dates} dates, ${rows} rows`)
    results.push({ ...result, aggregate_ms: ms })
  }
  output.say(
    results[0] ? storeLine(options.dir, results[0].source) : `The store ${options.dir} has no dates yet.`,
  )
  await output.result(results)
  return 0
}
