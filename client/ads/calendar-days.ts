/** The days of the calendar: their states come first and by the stretch, their figures once they are looked at. */
import type { Outputs } from '#client/api.ts'
import { dateOf, dayNumber } from './calendar-grid.ts'
import { NOTHING, type Day, type Days } from './days.ts'

export type Calendar = Outputs['ads']['calendar']

/**
 * @param calendar of one report and account
 * @param figured what is known of the same days; a day whose state has changed since is `unread`
 */
export function daysOf(calendar: Calendar, figured: readonly Day[] | undefined): Days {
  const { calendars, ...rest } = calendar
  const known = new Map(figured?.map((day) => [day.date, day]))
  const [own] = calendars
  if (!own) return { ...rest, days: [] }
  const { report, customer_id } = own
  const days = own.stretches.flatMap(({ from, to, state, old_columns: isOld }) => {
    const first = dayNumber(from)
    return Array.from({ length: dayNumber(to) - first + 1 }, (_, index): Day => {
      const date = dateOf(first + index)
      const day = known.get(date)
      if (day?.state === state && day.report === report && day.customer_id === customer_id) return day
      const blank = { date, report, customer_id, state, rows: 0, fetched_at: null, ...NOTHING }
      return { ...blank, ...(isOld && { old_columns: isOld }), unread: true }
    })
  })
  return { ...rest, days }
}
