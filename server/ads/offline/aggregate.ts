/** Rebuilds the aggregated files of the reports that the store has, where they are behind. */
import type { SourceKind } from '#server/ads/connect.ts'
import { Catalogue } from '#server/ads/definition/catalogue.ts'
import type { AdsOptions, Format, ReportName } from '#server/ads/options.ts'
import { aggregate, formatsOf } from '#server/ads/store/aggregate.ts'
import { FailureBook } from '#server/ads/store/failures.ts'
import { lockStore } from '#server/ads/store/lock.ts'
import { Store } from '#server/ads/store/store.ts'
import { requireStore, sourceOfStore } from '#server/ads/store/ownership.ts'
import { readAccounts } from '#server/ads/store/stored-accounts.ts'

interface AggregateRequest extends Pick<AdsOptions, 'dir' | 'reportsFolder' | 'lookbackDays' | 'formats'> {
  /** All that the store has, if none is named. */
  reports: readonly ReportName[] | undefined
  onNotice: (line: string) => void
}

interface Rebuilt {
  report: ReportName
  format: Format
  source: SourceKind | undefined
  dates: number
  rows: number
  rebuilt: boolean
  ms: number
}

/** @throws ConfigurationError for a folder that is no store, StoreBusyError, StoreError */
export async function* rebuildAggregates(request: AggregateRequest): AsyncGenerator<Rebuilt> {
  const { dir, lookbackDays, formats, onNotice } = request
  requireStore(dir)
  using _ = lockStore(dir, new Date().toISOString())
  const held = readAccounts(dir)
  const catalogue = new Catalogue(request)
  const store = await Store.open({
    dir,
    catalogue,
    lookbackOf: () => lookbackDays,
    failures: new FailureBook(dir),
    zoneOf: (id) => held?.accounts[id]?.timeZone ?? 'UTC',
    onDamaged: (of, why) => onNotice(`${of.report} ${of.date} is left out: ${why}`),
  })
  const lines = store.lines()
  const stored = new Set(lines.map(({ report }) => report))
  const present = catalogue.names.filter((name) => stored.has(name))
  const building = { lines, background: false, readsAll: true, signal: new AbortController().signal }
  for (const report of request.reports ?? present) {
    const definition = catalogue.get(report)
    const own = lines.filter((line) => line.report === report && catalogue.isCurrent(line))
    const rows = own.reduce((sum, line) => sum + line.rows, 0)
    for (const format of formatsOf(dir, report, formats)) {
      const startedAtMs = performance.now()
      const rebuilt = await aggregate(dir, { report: definition, format }, building)
      const ms = Math.round(performance.now() - startedAtMs)
      yield { report, format, source: sourceOfStore(dir), dates: own.length, rows, rebuilt, ms }
    }
  }
}
