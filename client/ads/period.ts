/** Which dates are looked at, and beside which others: by the names that the address has for them. */
import { mediumDate, monthName, plural, yearName } from '#client/ui/format.ts'
import { dateOf, dayNumber } from './calendar-grid.ts'
import { lastDays, lengthOf, periodBefore, readRange, type Range } from './range.ts'

const LAST_DAYS = ['7', '30', '90', '365'] as const
/** One of the above, `picked`, or a month such as `2025-10`. */
export type Period = string
/** `before`, `year`, `none`, a month, or a range such as `2025-10-01_2025-10-09`. */
export type Against = string

export const DEFAULT_AGAINST: Against = 'before'
const PLAIN: readonly Against[] = ['before', 'year', 'none']
const MONTH = /^\d{4}-(0[1-9]|1[0-2])$/

export interface Choice {
  value: string
  label: string
}

export function isPeriod(text: string): boolean {
  return text === 'picked' || LAST_DAYS.some((days) => days === text) || MONTH.test(text)
}

export function isAgainst(text: string): boolean {
  return PLAIN.includes(text) || MONTH.test(text) || ownRange(text) !== undefined
}

/** @param within what there is */
export function rangeOf(period: Period, within: Range, picked: Range | undefined): Range {
  if (period === 'picked') return picked ?? within
  if (!MONTH.test(period)) return lastDays(Number(period), within)
  const { from, to } = monthRange(period)
  return { from: from < within.from ? within.from : from, to: to > within.to ? within.to : to }
}

/** @returns undefined where nothing is compared */
export function rangeAgainst(against: Against, range: Range): Range | undefined {
  if (against === 'none') return undefined
  if (against === 'year') return yearBefore(range)
  if (MONTH.test(against)) return monthRange(against)
  return ownRange(against) ?? before(range)
}

/** Of a range that is chosen by its dates. */
export function ownRange(against: Against): Range | undefined {
  const [from = '', to = null] = against.split('_')
  return readRange(from, to)
}

export function writeOwnRange({ from, to }: Range): Against {
  return `${from}_${to}`
}

export function periodChoices(within: Range, picked: Range | undefined): Choice[] {
  return [
    ...LAST_DAYS.map((days) => ({ value: days, label: `Last ${plural(Number(days), 'day')}` })),
    ...(picked ? [{ value: 'picked', label: rangeLabel(picked) }] : []),
    ...monthChoices(within),
  ]
}

export function againstChoices(within: Range, against: Against): Choice[] {
  const own = ownRange(against)
  return [
    { value: 'before', label: 'Previous period' },
    { value: 'year', label: 'Same days last year' },
    { value: 'none', label: 'Nothing' },
    ...(own ? [{ value: against, label: rangeLabel(own) }] : []),
    ...monthChoices(within),
  ]
}

/** What a figure is compared with: “the 90 days before”, “the year before”, “October 2025”. */
export function againstInWords(against: Against, range: Range): string {
  if (against === 'year') return 'the same days of the year before'
  const other = rangeAgainst(against, range) ?? range
  const month = other.from.slice(0, 7)
  if (isWhole(month, other)) return monthLabel(month)
  return against === 'before' ? `the ${plural(lengthOf(range), 'day')} before` : rangeLabel(other)
}

export function rangeLabel({ from, to }: Range): string {
  return from === to ? mediumDate(from) : `${mediumDate(from)} – ${mediumDate(to)}`
}

export function monthLabel(month: string): string {
  return `${monthName(`${month}-01`)} ${yearName(`${month}-01`)}`
}

function monthChoices({ from, to }: Range): Choice[] {
  const months: Choice[] = []
  for (let month = to.slice(0, 7); month >= from.slice(0, 7); month = monthBefore(month))
    months.push({ value: month, label: monthLabel(month) })
  return months
}

/** A whole month beside the month before it; otherwise as many days. */
function before(range: Range): Range {
  const month = range.from.slice(0, 7)
  return isWhole(month, range) ? monthRange(monthBefore(month)) : periodBefore(range)
}

function isWhole(month: string, { from, to }: Range): boolean {
  const whole = monthRange(month)
  return whole.from === from && whole.to === to
}

function monthRange(month: string): Range {
  const [year = 0, number = 1] = month.split('-').map(Number)
  const last = new Date(Date.UTC(year, number, 0)).getUTCDate()
  return { from: `${month}-01`, to: `${month}-${last}` }
}

function monthBefore(month: string): string {
  return dateOf(dayNumber(`${month}-01`) - 1).slice(0, 7)
}

function yearBefore({ from, to }: Range): Range {
  return { from: aYearBefore(from), to: aYearBefore(to) }
}

/** The last of February stays the last of February. */
function aYearBefore(date: string): string {
  const year = Number(date.slice(0, 4)) - 1
  const day = `${year}${date.slice(4)}`
  return date.endsWith('-02-29') ? `${year}-02-28` : day
}
