/**
 * How many days back Google still changes figures, learned from what it has changed: per report and account. A date
 * that was fetched again the day after tells the age at which a change came to a day; after a longer gap it does not,
 * and is left out.
 */
import { addDays, dateIn, daysBetween } from '#server/ads/calendar.ts'
import type { AdsOptions, ReportName } from '#server/ads/options.ts'
import type { DateOfReport } from '#server/ads/plan.ts'
import { readRestatements, type Restatement } from '#server/ads/store/restatements.ts'

type OfReport = Pick<DateOfReport, 'report' | 'customerId'>
export type LookbackOf = (of: OfReport) => number

export interface LearnedLookback {
  report: ReportName
  customerId: string
  /** Changes that tell something, and since when. */
  restatements: number
  since: string
  /** The oldest date that still changed, in days. */
  latestChangeDays: number
  /** What follows from it. */
  days: number
}

const REMEMBERED_DAYS = 120
/** Fewer changes, or of a shorter time, may be chance. */
const LEAST_RESTATEMENTS = 20
const LEAST_SPAN_DAYS = 14
const MAX_GAP_DAYS = 3
/** Beyond the latest change that was seen. */
const MARGIN_DAYS = 3
/** Google's longest conversion window. */
const MAX_DAYS = 90

export interface Learning {
  fixedDays: number
  nowMs: number
  zoneOf: (customerId: string) => string
}

/** Nothing for a report of which too little is known. */
export function learnLookbacks(
  restatements: readonly Restatement[],
  { fixedDays, nowMs, zoneOf }: Learning,
): LearnedLookback[] {
  const oldest = addDays(dateIn('UTC', nowMs), -REMEMBERED_DAYS)
  const places = Map.groupBy(
    restatements.filter(({ restatedAt }) => restatedAt.slice(0, 10) >= oldest),
    ({ report, customerId }) => `${report}/${customerId}`,
  )
  return [...places.values()].flatMap((all) => {
    const zone = zoneOf(all[0]?.customerId ?? '')
    return learn(
      all.flatMap((each) => changeOf(each, zone)),
      fixedDays,
    )
  })
}

interface Change extends OfReport {
  on: string
  ageDays: number
}

/** Nothing for names and statuses alone, and for what may have come long before it was seen. */
function changeOf({ date, report, customerId, ...restated }: Restatement, zone: string): Change[] {
  const { restatedAt, fetchedAtBefore, before, after } = restated
  if (before.rows === after.rows && Bun.deepEquals(before.sums, after.sums)) return []
  const [on, seenBefore] = [restatedAt, fetchedAtBefore].map((at) => dateIn(zone, Date.parse(at)))
  if (on === undefined || seenBefore === undefined || daysBetween(seenBefore, on) > MAX_GAP_DAYS) return []
  return [{ report, customerId, on, ageDays: daysBetween(date, on) }]
}

function learn(changes: readonly Change[], fixedDays: number): LearnedLookback[] {
  const [first] = changes
  const days = changes.map(({ on }) => on).toSorted()
  const [since, last] = [days[0], days.at(-1)]
  if (!first || since === undefined || last === undefined) return []
  if (changes.length < LEAST_RESTATEMENTS || daysBetween(since, last) < LEAST_SPAN_DAYS) return []
  const latestChangeDays = Math.max(...changes.map(({ ageDays }) => ageDays))
  // Where changes still come at the end of what is looked at, more come after it.
  const isCutOff = latestChangeDays >= fixedDays - 1
  const needed = isCutOff ? 2 * fixedDays : latestChangeDays + MARGIN_DAYS
  const { report, customerId } = first
  return [
    {
      report,
      customerId,
      restatements: changes.length,
      since,
      latestChangeDays,
      days: Math.min(MAX_DAYS, needed),
    },
  ]
}

export interface Lookbacks {
  /** Read from the store with the first call. */
  learned: () => readonly LearnedLookback[]
  /** What counts as provisional. */
  of: LookbackOf
  /** What the daily job asks for again: once a week no less than the fixed days, or a longer tail were never seen. */
  windowOf: LookbackOf
}

type LookbackOptions = Pick<AdsOptions, 'dir' | 'lookbackDays' | 'followsLookback'>

export function lookbacksOf(
  { dir, lookbackDays: fixedDays, followsLookback }: LookbackOptions,
  at: Omit<Learning, 'fixedDays'>,
): Lookbacks {
  let known: readonly LearnedLookback[] | undefined
  const learned = () => (known ??= learnLookbacks(readRestatements(dir), { ...at, fixedDays }))
  const of: LookbackOf = ({ report, customerId }) => {
    if (!followsLookback) return fixedDays
    const found = learned().find((each) => each.report === report && each.customerId === customerId)
    return found?.days ?? fixedDays
  }
  const isWeekly = (customerId: string) =>
    Temporal.PlainDate.from(dateIn(at.zoneOf(customerId), at.nowMs)).dayOfWeek === 1
  const windowOf: LookbackOf = (each) =>
    isWeekly(each.customerId) ? Math.max(of(each), fixedDays) : of(each)
  return { learned, of, windowOf }
}

/** In plain words, with what it would save or cost. */
export function describeLookback(
  { report, customerId, restatements, since, latestChangeDays, days }: LearnedLookback,
  { lookbackDays: fixedDays, followsLookback }: LookbackOptions,
): string {
  const learned = `${report} ${customerId}: figures changed up to ${latestChangeDays} days back (${restatements} changes since ${since})`
  const compared = `${days} dates a day instead of ${fixedDays}`
  return followsLookback
    ? `${learned}; the daily job asks for ${compared}, and once a week for all.`
    : `${learned}; a lookback of ${days} days would ask for ${compared}. Set ADS_LOOKBACK_DAYS=auto to follow it.`
}
