/** The states of dates as stretches of equal state: two years of them are a few lines. */
import { addDays } from './calendar.ts'
import type { Day, Stretch } from './schema.ts'

interface Calendar {
  report: string
  customer_id: string
  stored: number
  last_fetched_at: string | null
  stretches: Stretch[]
}

/** One for each report and account. @param days by date */
export function calendarsOf(days: readonly Day[]): Calendar[] {
  const byPlace = Map.groupBy(days, ({ report, customer_id: id }) => `${report} ${id}`)
  return [...byPlace.values()].flatMap((own) => {
    const [first] = own
    if (!first) return []
    const fetched = own.flatMap(({ fetched_at: at }) => at ?? [])
    return {
      report: first.report,
      customer_id: first.customer_id,
      stored: fetched.length,
      last_fetched_at: fetched.toSorted().at(-1) ?? null,
      stretches: stretchesOf(own),
    }
  })
}

function stretchesOf(days: readonly Day[]): Stretch[] {
  const stretches: Stretch[] = []
  for (const { date, state, old_columns: isOld = false } of days) {
    const last = stretches.at(-1)
    const goesOn = last?.state === state && (last.old_columns ?? false) === isOld
    if (last && goesOn && addDays(last.to, 1) === date) last.to = date
    else stretches.push({ from: date, to: date, state, ...(isOld && { old_columns: isOld }) })
  }
  return stretches
}
