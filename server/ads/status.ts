/** The upkeep of the ads, for the person that runs the server. */
import { dateIn } from './calendar.ts'
import { kindOf, type SourceKind } from './connect.ts'
import { versionNotice } from './google/versions.ts'
import type { AdsOptions } from './options.ts'
import { DAILY_REQUESTS, requestsInLastDay } from './run/forecast.ts'
import type { DateCount } from './run/run-metrics.ts'
import type { Run } from './run-schema.ts'
import type { Account } from './schema.ts'
import type { AdsStatus } from './status-schema.ts'
import type { DiskUse } from './store/disk-use.ts'
import type { IndexLine } from './store/index-file.ts'

interface Known {
  nowMs: number
  source: SourceKind
  accounts: Account[]
  dates: readonly DateCount[]
  /** Of the schedule. */
  zone: string
  nextRun: Date | null
  stored: readonly IndexLine[]
  runs: readonly Run[]
  disk: DiskUse
}

export function statusToWire(options: AdsOptions, known: Known): AdsStatus {
  const { nowMs, source, accounts, dates, zone, nextRun, disk } = known
  return {
    source,
    schedule: {
      cron: options.cron,
      time_zone: zone,
      next_run_at: nextRun?.toISOString() ?? null,
    },
    quota: { requests_last_24_h: requestsInLastDay(known), access: DAILY_REQUESTS },
    accounts,
    dates: dates.filter((count) => count.dates > 0),
    store: { files: disk.files, bytes: disk.bytes, free_bytes: disk.freeBytes ?? null },
    notice: versionNoticeOf(options, nowMs) ?? null,
  }
}

/** What is to be said of the API version that the options name; of other sources nothing is. */
export function versionNoticeOf(options: AdsOptions, nowMs: number): string | undefined {
  if (kindOf(options) !== 'google') return undefined
  return versionNotice(options.google.apiVersion, dateIn('UTC', nowMs))
}
