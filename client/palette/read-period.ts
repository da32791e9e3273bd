/** Dates as they are typed into the palette: `2025-10-03`, `2025-10`, `oct 2025`, `october`. Never later than today. */
import { dateOf, dayNumber } from '#client/ads/calendar-grid.ts'
import { isDate, type Range } from '#client/ads/range.ts'

const MIN_NAME = 3

/** @param today `YYYY-MM-DD` @returns undefined when it is no date or period */
export function readPeriod(text: string, today: string, locale?: string): Range | undefined {
  const typed = text.trim().toLocaleLowerCase(locale)
  if (isDate(typed)) return upTo(today, { from: typed, to: typed })
  const [, isoYear, isoMonth] = /^(\d{4})-(\d{2})$/.exec(typed) ?? []
  if (isoYear && isoMonth) return monthOf(Number(isoYear), Number(isoMonth), today)
  const [, name = '', year] = /^(\p{L}+)\.?(?:\s+(\d{4}))?$/u.exec(typed) ?? []
  const month = monthNamed(name, locale)
  if (month === undefined) return undefined
  if (year) return monthOf(Number(year), month, today)
  // Without a year, the last one that there was.
  const thisYear = Number(today.slice(0, 4))
  return monthOf(thisYear, month, today) ?? monthOf(thisYear - 1, month, today)
}

/** From 1, by the beginning of its name in the reader's language or in English. */
function monthNamed(typed: string, locale: string | undefined): number | undefined {
  if (typed.length < MIN_NAME) return undefined
  const months = Array.from({ length: 12 }, (_, index) => index + 1)
  return months.find((month) =>
    [locale, 'en'].some((each) => nameOf(month, each).toLocaleLowerCase(each).startsWith(typed)),
  )
}

function nameOf(month: number, locale: string | undefined): string {
  return new Intl.DateTimeFormat(locale, { month: 'long', timeZone: 'UTC' }).format(Date.UTC(2025, month - 1))
}

function monthOf(year: number, month: number, today: string): Range | undefined {
  const from = `${year}-${String(month).padStart(2, '0')}-01`
  if (!isDate(from)) return undefined
  const next = month === 12 ? `${year + 1}-01-01` : `${year}-${String(month + 1).padStart(2, '0')}-01`
  return upTo(today, { from, to: dateOf(dayNumber(next) - 1) })
}

function upTo(today: string, { from, to }: Range): Range | undefined {
  return from > today ? undefined : { from, to: to > today ? today : to }
}
