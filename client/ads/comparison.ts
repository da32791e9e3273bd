/** A period day by day, beside the period before it. */
import { dateOf, dayNumber } from './calendar-grid.ts'
import { sumOf, type Day, type Days, type Figures } from './days.ts'
import { isStored } from './metric.ts'
import { lengthOf, periodBefore, type Range } from './range.ts'

export interface ComparedDay {
  date: string
  /** Undefined while it is not stored. */
  day: Day | undefined
  dateBefore: string
  before: Day | undefined
}

export interface Comparison {
  range: Range
  before: Range
  days: ComparedDay[]
  sum: Figures
  sumBefore: Figures
  /** Days that are not stored: the sums lack them. */
  missing: number
  missingBefore: number
}

export function compare({ days, reports }: Pick<Days, 'days' | 'reports'>, range: Range): Comparison {
  const stored = new Map(days.filter(isStored).map((day) => [day.date, day]))
  const own = reports[0]?.metrics.map(({ name }) => name)
  const length = lengthOf(range)
  const before = periodBefore(range)
  const first = dayNumber(range.from)
  const firstBefore = dayNumber(before.from)
  const compared = Array.from({ length }, (_, index) => {
    const date = dateOf(first + index)
    const dateBefore = dateOf(firstBefore + index)
    return { date, day: stored.get(date), dateBefore, before: stored.get(dateBefore) }
  })
  const now = compared.flatMap(({ day }) => day ?? [])
  const then = compared.flatMap((each) => each.before ?? [])
  return {
    range,
    before,
    days: compared,
    sum: sumOf(now, own),
    sumBefore: sumOf(then, own),
    missing: length - now.length,
    missingBefore: length - then.length,
  }
}

/** “8% more than”, “3% less than”, “as much as”; nothing where there was nothing to compare with. */
export function changeInWords(now: number, before: number, locale?: string): string | undefined {
  if (before <= 0) return undefined
  const change = (now - before) / before
  const percent = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 0 })
  const size = percent.format(Math.abs(change))
  if (size === percent.format(0)) return 'as much as'
  return `${size} ${change > 0 ? 'more' : 'less'} than`
}
