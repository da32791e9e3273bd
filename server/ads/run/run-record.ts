/** A run as the API tells it, and the last ones kept beside the store, whichever process made them. */
import { isTime } from '#server/ads/calendar.ts'
import { etaMs, failedOf, ratePerS, total, type Progress } from './progress.ts'
import type { Run } from '#server/ads/run-schema.ts'
import { isRecord, readState, writeState } from '#server/ads/store/state.ts'

const KEPT_RUNS = 50
/** A run may fail two years of dates for one reason; its first ones tell it. The summary names them all. */
const KEPT_FAILURES = 50

export function toRun(progress: Progress, nowMs: number): Run {
  const { range, waiting, parkedUntilMs, finishedAtMs, stopped } = progress
  const eta = etaMs(progress, nowMs)
  const failed = failedOf(progress)
  return {
    id: progress.id,
    state: progress.state,
    kind: progress.kind,
    from: range?.from ?? null,
    to: range?.to ?? null,
    reports: [...progress.reports],
    requested: total(progress, 'requested'),
    skipped: total(progress, 'skipped'),
    done: total(progress, 'fetched'),
    failed: failed.slice(0, KEPT_FAILURES),
    failed_count: failed.length,
    rows: total(progress, 'rows'),
    requests: total(progress, 'requests'),
    retries: total(progress, 'retries'),
    units: total(progress, 'units'),
    started_at: iso(progress.startedAtMs),
    finished_at: finishedAtMs === undefined ? null : iso(finishedAtMs),
    ...(eta !== undefined && { rate: round(ratePerS(progress, nowMs)), eta_ms: eta }),
    ...(waiting && {
      waiting_for: `${waiting.reason}, until ${iso(waiting.untilMs)}`,
      waiting_until: iso(waiting.untilMs),
      ...(waiting.code !== undefined && { waiting_code: waiting.code }),
    }),
    ...(parkedUntilMs !== undefined && { parked_until: iso(parkedUntilMs) }),
    ...(stopped && { code: stopped.code, detail: stopped.detail }),
  }
}

/** Newest first. */
export function readRuns(dir: string): Run[] {
  return readState(dir, 'runs.json', Array.isArray)?.filter(isRun) ?? []
}

/** Only for the holder of the lock. @throws StoreError */
export async function saveRun(dir: string, run: Run): Promise<void> {
  await writeState(dir, 'runs.json', [run, ...readRuns(dir)].slice(0, KEPT_RUNS))
}

/** As far as anything is derived from it. */
function isRun(value: unknown): value is Run {
  if (!isRecord(value)) return false
  const { id, started_at: startedAt, finished_at: finishedAt } = value
  return typeof id === 'string' && isTime(startedAt) && (finishedAt === null || isTime(finishedAt))
}

function round(rate: number): number {
  return Number(rate.toPrecision(3))
}

function iso(epochMs: number): string {
  return new Date(epochMs).toISOString()
}
