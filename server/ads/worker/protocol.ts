/** What the coordinator and its workers say to each other; plain values, because errors do not survive the trip. */
import type { Failure } from '#server/ads/errors.ts'
import type { Meter } from '#server/ads/google/client.ts'
import type { ReportName } from '#server/ads/options.ts'
import type { DateOfReport } from '#server/ads/plan.ts'
import type { Report } from '#server/ads/report.ts'
import type { SourceSpec } from '#server/ads/source.ts'
import type { WrittenFile } from '#server/ads/store/write-date.ts'

export interface WorkerSetup {
  spec: SourceSpec
  /** The store's folder. */
  dir: string
  /** Those that are fetched, by name. */
  reports: Readonly<Record<ReportName, Report>>
  /** One date's total. */
  timeoutMs: number
  background: boolean
}

export interface DateToFetch extends DateOfReport {
  paged: boolean
}

export type ToWorker =
  | { type: 'start'; setup: WorkerSetup }
  | { type: 'fetch'; id: number; of: DateToFetch }
  | { type: 'abort'; id: number }
  | { type: 'token'; id: number; token: string }
  | { type: 'no-token'; id: number; failure: Failure }

export type FromWorker =
  | { type: 'fetched'; id: number; file: WrittenFile; meter: Meter }
  | { type: 'failed'; id: number; failure: Failure; meter: Meter }
  | { type: 'token-wanted'; id: number; refused: string | undefined }
