/** What a run would cost, beside the requests that Google allows a project in a day. */
import type { ReportName } from '#server/ads/options.ts'
import type { Forecast as ForecastAnswer, Run } from '#server/ads/run-schema.ts'
import { indexKeyOf, type IndexLine } from '#server/ads/store/index-file.ts'
import { planTasks, type PlanningParts, type RunRequest, type Task } from './tasks.ts'

/** Google's "operations" in a sliding 24 hours: one query is one, whatever it returns. */
const ACCESS_LEVELS = [
  { name: 'explorer', perDay: 2_880 },
  { name: 'basic', perDay: 15_000 },
  { name: 'standard', perDay: null },
] as const

/** Of the campaign report by date, as far as is known; used for a report of which the store has no date yet. */
const KNOWN_UNITS = 600
const DAY_MS = 24 * 3_600_000

export interface Forecast {
  /** One for each date that is due. */
  requests: number
  units: number
  /** Sent within the last 24 hours: they count against the same day. */
  requestsLastDay: number
  levels: LevelForecast[]
}

export interface LevelForecast {
  name: (typeof ACCESS_LEVELS)[number]['name']
  perDay: number | null
  fits: boolean
  /** How many days the run takes, itself and what was asked already counted. */
  days: number
}

export interface ForecastParts extends Omit<PlanningParts, 'present'> {
  lines: ReadonlyMap<string, IndexLine>
  runs: readonly PastRun[]
}

/** Which dates a run would ask for, planned as the run itself would be, and what they cost. */
export function forecastRun(
  request: RunRequest,
  { lines, runs, ...parts }: ForecastParts,
): { tasks: Task[]; cost: Forecast } {
  const tasks = planTasks(request, { ...parts, present: (of) => lines.get(indexKeyOf(of)) })
  const due = tasks.map((task) => ({ report: task.tally.report, dates: task.due.length }))
  return { tasks, cost: forecast(due, { stored: [...lines.values()], runs, nowMs: parts.nowMs }) }
}

/** A run of fewer dates tells more of its beginning and its end than of its pace. */
const TELLING_DATES = 20

/** Dates a second of the newest run that says something about it. @param runs newest first */
export function paceOf(
  runs: readonly Pick<Run, 'done' | 'started_at' | 'finished_at'>[],
  nowMs: number,
): number | undefined {
  const telling = runs.find(({ done }) => done >= TELLING_DATES)
  if (!telling) return undefined
  const { done, started_at, finished_at } = telling
  const tookMs = (finished_at === null ? nowMs : Date.parse(finished_at)) - Date.parse(started_at)
  return done / Math.max(0.001, tookMs / 1000)
}

/** On the wire. */
export function toForecast(
  tasks: readonly Task[],
  cost: Forecast,
  { rate, notices }: { rate: number | undefined; notices: string[] },
): ForecastAnswer {
  return {
    requested: tasks.reduce((sum, { tally }) => sum + tally.requested, 0),
    skipped: tasks.reduce((sum, { tally }) => sum + tally.skipped, 0),
    ...costToWire(cost),
    ...(rate !== undefined && {
      rate: Number(rate.toPrecision(3)),
      eta_ms: Math.round((cost.requests / rate) * 1000),
    }),
    notices,
  }
}

/** The same words over HTTP and on the command line. */
export function costToWire({ requests, units, requestsLastDay, levels }: Forecast) {
  return {
    requests,
    units,
    requests_last_24_h: requestsLastDay,
    access: levels.map(({ name, perDay, fits, days }) => ({
      level: name,
      requests_per_day: perDay,
      fits,
      days,
    })),
  }
}

/** A line of the index, as far as it matters here. */
interface Stored {
  report: ReportName
  units: number
  fetchedAt: string
}

type PastRun = Pick<Run, 'requests' | 'started_at' | 'finished_at'>

interface Past {
  stored: readonly Stored[]
  runs: readonly PastRun[]
  nowMs: number
}

export function forecast(due: readonly { report: ReportName; dates: number }[], past: Past): Forecast {
  const { stored } = past
  const requests = due.reduce((sum, { dates }) => sum + dates, 0)
  const requestsLastDay = requestsInLastDay(past)
  return {
    requests,
    units: due.reduce((sum, { report, dates }) => sum + dates * unitsPerDate(report, stored), 0),
    requestsLastDay,
    levels: ACCESS_LEVELS.map(({ name, perDay }) => {
      const days = perDay === null ? 1 : Math.ceil((requests + requestsLastDay) / perDay)
      return { name, perDay, fits: days <= 1, days: requests === 0 ? 0 : Math.max(1, days) }
    }),
  }
}

/**
 * Of the figures, at least: a run that was killed left no record but the dates that it stored. A run that began before
 * that day counts with the share of its time that is within.
 */
export function requestsInLastDay({ stored, runs, nowMs }: Past): number {
  const since = nowMs - DAY_MS
  const sent = runs.reduce((sum, { requests, started_at, finished_at }) => {
    const startMs = Date.parse(started_at)
    const endMs = finished_at === null ? nowMs : Date.parse(finished_at)
    const within = (endMs - since) / Math.max(1, endMs - startMs)
    return sum + requests * Math.min(1, Math.max(0, within))
  }, 0)
  return Math.max(Math.round(sent), stored.filter(({ fetchedAt }) => Date.parse(fetchedAt) > since).length)
}

/** What Google allows in that time. */
export const DAILY_REQUESTS = ACCESS_LEVELS.map(({ name, perDay }) => ({
  level: name,
  requests_per_day: perDay,
}))

/** The median: one day of a sale must not stand for all. */
export function unitsPerDate(report: ReportName, stored: readonly Stored[]): number {
  const units = stored
    .filter((line) => line.report === report && line.units > 0)
    .map((line) => line.units)
    .toSorted((a, b) => a - b)
  return units[Math.floor(units.length / 2)] ?? KNOWN_UNITS
}
