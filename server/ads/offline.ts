/** What the command line does with a store, without a server: all that it may use of the ads half. */
export { isDate } from './calendar.ts'
export { checkSource, type CheckStep } from './check.ts'
export { commandLine } from './command-line.ts'
export { customersOf } from './connect.ts'
export { coverageToWire } from './coverage.ts'
export { ConfigurationError, StoreBusyError } from './errors.ts'
export { Catalogue } from './definition/catalogue.ts'
export { BUILT_IN_NAMES } from './definition/files.ts'
export { derive, formatCell, metricsIn, type Metric, type MetricName, type Sums } from './metric.ts'
export { rebuildAggregates } from './offline/aggregate.ts'
export type { Cell, Selected, SelectedColumn } from './offline/duckdb.ts'
export { planRun, type PlannedRun } from './offline/plan-run.ts'
export { queryStore } from './offline/query.ts'
export { readStatus, type StatusPart } from './offline/status.ts'
export { versionNoticeOf } from './status.ts'
export { compareTotals, type CheckedTotals } from './offline/totals.ts'
export { verify } from './offline/verify.ts'
export type { AdsOptions, ReportName } from './options.ts'
export type { AskedRange, RunKind } from './plan.ts'
export { groupFailures } from './run/failure-groups.ts'
export {
  etaMs,
  failedOf,
  ratePerS,
  total,
  type FailedDate,
  type Progress,
  type ReportProgress,
} from './run/progress.ts'
export { describeLookback } from './run/learned-lookback.ts'
export { beginRun, DEFAULT_LIMITS, exitCodeOf, exitCodeOfFailure } from './run/run.ts'
export type { RunLimits, RunLog, RunParts } from './run/run-context.ts'
export type { RunRequest } from './run/tasks.ts'
export { costToWire } from './run/forecast.ts'
export type { Day } from './schema.ts'
export { copyStore, isEmptyStore, stageStore } from './store/copy.ts'
export type { Counted, Restatement } from './store/restatements.ts'
export { restatementToWire } from './views.ts'
