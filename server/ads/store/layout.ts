/** Where everything lies. Hive's layout, so that DuckDB and Spark read the dates in place. */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Format, ReportName } from '#server/ads/options.ts'
import type { DateOfReport } from '#server/ads/plan.ts'

export const DATA_FILE = 'data.csv'

export function indexPath(dir: string): string {
  return join(dir, 'index.csv')
}

export interface AggregateFile {
  report: ReportName
  format: Format
}

export function aggregateName({ report, format }: AggregateFile): string {
  return `${report}.${format}`
}

export function aggregatePath(dir: string, of: AggregateFile): string {
  return join(dir, aggregateName(of))
}

export function customerDir(dir: string, report: ReportName, customerId: string): string {
  // No join: opening a store asks this for every date in it.
  return `${dir}/${report}/customer_id=${customerId}`
}

export function datePath(dir: string, { report, customerId, date }: DateOfReport): string {
  return `${customerDir(dir, report, customerId)}/date=${date}/${DATA_FILE}`
}

/** Reports that the store may have dates of, also those that are asked for no longer. */
export function reportFolders(dir: string): ReportName[] {
  if (!existsSync(dir)) return []
  const folders = readdirSync(dir, { withFileTypes: true }).filter((entry) => entry.isDirectory())
  return folders.map(({ name }) => name).filter((name) => /^[a-z]\w*$/.test(name))
}

export const STATE_FILES = [
  'accounts.json',
  'aggregates.json',
  'failures.json',
  'holder.json',
  'index.json',
  'reports.json',
  'runs.json',
] as const
export type StateFile = (typeof STATE_FILES)[number]

/** What we keep for ourselves, out of sight of a reader's `*.csv`. */
export function statePath(dir: string, file: StateFile | 'lock.sqlite' | 'restatements.csv'): string {
  return join(dir, '.state', file)
}

/** Seen by a reader of the folder that knows nothing else of the store. */
export function demoMarkerPath(dir: string): string {
  return join(dir, 'DEMO-DATA.txt')
}

/** On the store's own file system, because a rename cannot leave it. */
export function tmpDir(dir: string): string {
  return join(dir, '.state', 'tmp')
}
