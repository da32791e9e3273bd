/** A range in steps of a day, a week or a month, as the server sums them up. */
import { longDate, mediumDate } from '#client/ui/format.ts'
import { dateOf, dayNumber } from './calendar-grid.ts'
import { monthLabel } from './period.ts'
import { lengthOf, type Range } from './range.ts'

export const INTERVALS = ['day', 'week', 'month'] as const
export type Interval = (typeof INTERVALS)[number]

const WEEK = 7
/** Steps that a chart shows without becoming a smear. */
const MAX_DAYS = 100
const MAX_WEEKS = 400

export function usualInterval(range: Range): Interval {
  const days = lengthOf(range)
  return days <= MAX_DAYS ? 'day' : days <= MAX_WEEKS ? 'week' : 'month'
}

/** The first date of each: of a week Monday, of a month the first, at the beginning of the range the first there. */
export function stepsOf({ from, to }: Range, interval: Interval): string[] {
  const steps: string[] = []
  for (let date = from; date <= to; date = next(date, interval)) steps.push(date)
  return steps
}

function next(date: string, interval: Interval): string {
  const day = dayNumber(date)
  if (interval === 'day') return dateOf(day + 1)
  if (interval === 'week') return dateOf(day + WEEK - ((new Date(date).getUTCDay() + 6) % WEEK))
  const [year = 0, month = 1] = date.split('-').map(Number)
  return new Date(Date.UTC(year, month, 1)).toISOString().slice(0, 10)
}

export function stepInWords(date: string, interval: Interval): string {
  if (interval === 'day') return longDate(date)
  return interval === 'week' ? `Week from ${mediumDate(date)}` : monthLabel(date.slice(0, 7))
}

export function stepLabel(date: string, interval: Interval): string {
  return interval === 'month' ? monthLabel(date.slice(0, 7)) : mediumDate(date)
}
