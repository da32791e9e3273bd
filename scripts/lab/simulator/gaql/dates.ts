/** Which dates the conditions on `segments.date` leave. */
import { QueryError } from './errors.ts'
import type { Condition } from './parse.ts'

export interface DateBounds {
  from: string
  to: string
}

/** Undefined when nothing is asked of the date. @throws QueryError */
export function datesIn(conditions: readonly Condition[], today: string): DateBounds | undefined {
  const own = conditions.filter(({ field }) => field === 'segments.date')
  if (own.length === 0) return undefined
  const bounds = own.map((condition) => boundsOf(condition, today))
  const from = bounds.map((each) => each.from ?? '').reduce((a, b) => (a > b ? a : b))
  const to = bounds.map((each) => each.to ?? '9999-12-31').reduce((a, b) => (a < b ? a : b))
  if (from === '')
    throw new QueryError(
      'EXPECTED_FILTERS_ON_DATE_RANGE',
      'A finite range of dates is needed: both ends have to be given.',
    )
  return { from, to: to > today ? today : to }
}

function boundsOf({ operator, values }: Condition, today: string): Partial<DateBounds> {
  const [first = '', second = first] = values
  switch (operator) {
    case '=':
    case 'BETWEEN':
      return { from: first, to: second }
    case '>=':
      return { from: first }
    case '>':
      return { from: add(first, 1) }
    case '<=':
      return { to: first }
    case '<':
      return { to: add(first, -1) }
    case 'IN':
      return { from: values.toSorted()[0] ?? '', to: values.toSorted().at(-1) ?? '' }
    case 'DURING':
      return during(first.toUpperCase(), today)
    default:
      throw new QueryError('OPERATOR_FIELD_MISMATCH', `Operator '${operator}' cannot be used with a date.`)
  }
}

function during(name: string, today: string): DateBounds {
  const date = Temporal.PlainDate.from(today)
  const month = date.with({ day: 1 })
  const monday = date.subtract({ days: date.dayOfWeek - 1 })
  const sunday = date.subtract({ days: date.dayOfWeek % 7 })
  const lastDays = (days: number) => [date.subtract({ days }), date.subtract({ days: 1 })] as const
  const ranges: Record<string, readonly [Temporal.PlainDate, Temporal.PlainDate]> = {
    TODAY: [date, date],
    YESTERDAY: lastDays(1),
    LAST_7_DAYS: lastDays(7),
    LAST_14_DAYS: lastDays(14),
    LAST_30_DAYS: lastDays(30),
    THIS_MONTH: [month, date],
    LAST_MONTH: [month.subtract({ months: 1 }), month.subtract({ days: 1 })],
    THIS_WEEK_MON_TODAY: [monday, date],
    THIS_WEEK_SUN_TODAY: [sunday, date],
    LAST_WEEK_MON_SUN: [monday.subtract({ days: 7 }), monday.subtract({ days: 1 })],
    LAST_WEEK_SUN_SAT: [sunday.subtract({ days: 7 }), sunday.subtract({ days: 1 })],
    LAST_BUSINESS_WEEK: [monday.subtract({ days: 7 }), monday.subtract({ days: 3 })],
  }
  const range = ranges[name]
  if (!range)
    throw new QueryError('INVALID_VALUE_WITH_DURING_OPERATOR', `'${name}' cannot be used with DURING.`)
  return { from: range[0].toString(), to: range[1].toString() }
}

function add(date: string, days: number): string {
  return Temporal.PlainDate.from(date).add({ days }).toString()
}
