/** Dates as `YYYY-MM-DD` text, which sorts as it reads; a zone turns an instant into one. */

export function addDays(date: string, days: number): string {
  return Temporal.PlainDate.from(date).add({ days }).toString()
}

/** How many days `to` lies after `from`. */
export function daysBetween(from: string, to: string): number {
  return Temporal.PlainDate.from(from).until(Temporal.PlainDate.from(to), { largestUnit: 'day' }).days
}

/** Every date of the range, both ends included; nothing when `from` is after `to`. */
export function datesOf(range: DateRange): string[] {
  const length = daysBetween(range.from, range.to) + 1
  const first = Temporal.PlainDate.from(range.from)
  return Array.from({ length: Math.max(0, length) }, (_, days) => first.add({ days }).toString())
}

export const INTERVALS = ['day', 'week', 'month'] as const
export type Interval = (typeof INTERVALS)[number]

/** The first date of its week, which begins on Monday, or of its month. */
export function startOfInterval(date: string, interval: Interval): string {
  if (interval === 'day') return date
  const day = Temporal.PlainDate.from(date)
  const start = interval === 'week' ? day.subtract({ days: day.dayOfWeek - 1 }) : day.with({ day: 1 })
  return start.toString()
}

/** The date on the wall calendar of `zone` at an instant. */
export function dateIn(zone: string, epochMs: number): string {
  return Temporal.Instant.fromEpochMilliseconds(epochMs).toZonedDateTimeISO(zone).toPlainDate().toString()
}

/** When the date begins in `zone`, in milliseconds since the epoch: days of a change to or from summer time are 23 or 25 hours. */
export function startOfDate(zone: string, date: string): number {
  return Temporal.PlainDate.from(date).toZonedDateTime(zone).epochMilliseconds
}

export function isWithin(date: string, { from, to }: DateRange): boolean {
  return date >= from && date <= to
}

export function isDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false
  try {
    return Temporal.PlainDate.from(text, { overflow: 'reject' }).toString() === text
  } catch {
    return false
  }
}

/** Of an instant, as RFC 3339 has it. */
export function isTime(text: unknown): boolean {
  try {
    return typeof text === 'string' && Temporal.Instant.from(text).epochMilliseconds > 0
  } catch {
    return false
  }
}

export function isTimeZone(name: string): boolean {
  try {
    return Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(name).timeZoneId !== ''
  } catch {
    return false
  }
}

export interface DateRange {
  from: string
  to: string
}
