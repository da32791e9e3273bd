/** Dates that were picked: from one to another, both included. */
import { dateOf, dayNumber } from './calendar-grid.ts'

export interface Range {
  from: string
  to: string
}

/** Whichever was picked first. */
export function span(one: string, other: string): Range {
  return one <= other ? { from: one, to: other } : { from: other, to: one }
}

export function lengthOf({ from, to }: Range): number {
  return dayNumber(to) - dayNumber(from) + 1
}

export function isWithin(date: string, range: Range | undefined): boolean {
  return range !== undefined && date >= range.from && date <= range.to
}

/** As many days, ending right before it. */
export function periodBefore(range: Range): Range {
  const first = dayNumber(range.from)
  return { from: dateOf(first - lengthOf(range)), to: dateOf(first - 1) }
}

export function lastDays(days: number, { from, to }: Range): Range {
  const first = dateOf(dayNumber(to) - days + 1)
  return { from: first < from ? from : first, to }
}

const DATE = /^\d{4}-\d{2}-\d{2}$/

/** From an address, which is untrusted input. */
export function readRange(from: string | null, to: string | null): Range | undefined {
  if (from === null || to === null || !isDate(from) || !isDate(to)) return undefined
  return span(from, to)
}

export function isDate(text: string): boolean {
  return DATE.test(text) && !Number.isNaN(dayNumber(text)) && dateOf(dayNumber(text)) === text
}
