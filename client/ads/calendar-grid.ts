/** Days laid out in weeks: columns of seven, Monday first. Dates are `YYYY-MM-DD`; all is counted in whole days. */

const DAY_MS = 86_400_000
/** 1 January 1970 was a Thursday. */
const EPOCH_WEEKDAY = 3

export interface PlacedDay {
  date: string
  /** Columns from the strip's left. */
  week: number
  /** 0 is Monday. */
  weekday: number
}

export interface Strip {
  weeks: number
  days: PlacedDay[]
  /** Where a month begins: its first date in the strip, above the week that holds it. */
  months: { date: string; week: number }[]
}

export function dayNumber(date: string): number {
  return Date.parse(date) / DAY_MS
}

export function dateOf(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10)
}

export function weekdayOf(day: number): number {
  return (((day + EPOCH_WEEKDAY) % 7) + 7) % 7
}

/**
 * Cuts the range into strips of as many weeks each as fit, the last one perhaps a little shorter.
 * @param textScale how much wider than usual the names of the months are
 */
export function layOut(range: { from: string; to: string }, maxWeeks: number, textScale = 1): Strip[] {
  const first = dayNumber(range.from)
  const last = dayNumber(range.to)
  const monday = first - weekdayOf(first)
  const weeks = Math.max(0, Math.floor((last - monday) / 7) + 1)
  if (weeks === 0) return []
  const perStrip = Math.ceil(weeks / Math.ceil(weeks / maxWeeks))
  return Array.from({ length: Math.ceil(weeks / perStrip) }, (_, index) => {
    const start = monday + index * perStrip * 7
    const end = Math.min(start + perStrip * 7 - 1, last)
    return strip(start, { first: Math.max(start, first), end, textScale })
  })
}

interface StripOptions {
  first: number
  end: number
  textScale: number
}

function strip(start: number, { first, end, textScale }: StripOptions): Strip {
  const days = Array.from({ length: end - first + 1 }, (_, index) => {
    const day = first + index
    return { date: dateOf(day), week: Math.floor((day - start) / 7), weekday: weekdayOf(day) }
  })
  return { weeks: (days.at(-1)?.week ?? -1) + 1, days, months: monthsOf(days, textScale) }
}

/** The weeks that a name needs; with a year after it, as the first one and each January have. */
const NAME_WEEKS = 2
const NAME_AND_YEAR_WEEKS = 3

/** A month that only just ends here is not named, nor one whose place the name before it takes. */
function monthsOf(days: readonly PlacedDay[], textScale: number): Strip['months'] {
  const begins = days.filter(({ date }, index) => index === 0 || date.endsWith('-01'))
  const named: Strip['months'] = []
  let free = 0
  for (const [index, { date, week }] of begins.entries()) {
    const withYear = named.length === 0 || isJanuary(date)
    const end = week + textScale * (withYear ? NAME_AND_YEAR_WEEKS : NAME_WEEKS)
    const onlyEnds = index === 0 && (begins[1]?.week ?? Infinity) < end
    if (week < free || onlyEnds) continue
    named.push({ date, week })
    free = end
  }
  return named
}

export function isJanuary(date: string): boolean {
  return date.slice(5, 7) === '01'
}

/** Where a key leads from a date; undefined when it leads nowhere. */
export function moveDate(date: string, key: string, range: { from: string; to: string }): string | undefined {
  const day = dayNumber(date)
  const moved = target(date, day, { key, range })
  if (moved === undefined) return undefined
  return dateOf(Math.min(dayNumber(range.to), Math.max(dayNumber(range.from), moved)))
}

function target(
  date: string,
  day: number,
  { key, range }: { key: string; range: { from: string; to: string } },
) {
  switch (key) {
    case 'ArrowUp':
      return day - 1
    case 'ArrowDown':
      return day + 1
    case 'ArrowLeft':
      return day - 7
    case 'ArrowRight':
      return day + 7
    case 'PageUp':
      return addMonths(date, -1)
    case 'PageDown':
      return addMonths(date, 1)
    case 'Home':
      return dayNumber(range.from)
    case 'End':
      return dayNumber(range.to)
    default:
      return undefined
  }
}

/** The same day of another month, or its last one where that month is shorter. */
function addMonths(date: string, months: number): number {
  const [year = 0, month = 1, day = 1] = date.split('-').map(Number)
  const lastDay = new Date(Date.UTC(year, month + months, 0)).getUTCDate()
  return Date.UTC(year, month - 1 + months, Math.min(day, lastDay)) / DAY_MS
}
