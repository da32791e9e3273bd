/** Failed dates as a person reads them: each failure once, with where and when it struck. */
import { addDays, type DateRange } from '#server/ads/calendar.ts'
import type { FailedDate } from './progress.ts'

export interface FailureGroup {
  code: string
  detail: string
  places: FailurePlace[]
}

export interface FailurePlace {
  report: string
  customerId: string
  dates: number
  /** Dates that follow each other, oldest first. */
  ranges: DateRange[]
}

/** @returns those of most dates first */
export function groupFailures(failed: readonly FailedDate[]): FailureGroup[] {
  const groups = Map.groupBy(failed, ({ code, detail }) => `${code}\0${detail}`)
  return [...groups.values()]
    .toSorted((a, b) => b.length - a.length)
    .flatMap((group) => {
      const { code, detail } = group[0] ?? {}
      return code === undefined || detail === undefined ? [] : { code, detail, places: placesOf(group) }
    })
}

function placesOf(failed: readonly FailedDate[]): FailurePlace[] {
  const places = Map.groupBy(failed, ({ report, customer_id }) => `${report} ${customer_id}`)
  return [...places.values()].flatMap((each) => {
    const { report, customer_id: customerId } = each[0] ?? {}
    if (report === undefined || customerId === undefined) return []
    const dates = each.map(({ date }) => date).toSorted()
    return { report, customerId, dates: dates.length, ranges: rangesOf(dates) }
  })
}

/** @param dates ascending */
function rangesOf(dates: readonly string[]): DateRange[] {
  const ranges: DateRange[] = []
  for (const date of dates) {
    const last = ranges.at(-1)
    if (last && date === addDays(last.to, 1)) last.to = date
    else ranges.push({ from: date, to: date })
  }
  return ranges
}
