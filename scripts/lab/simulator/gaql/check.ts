/** What Google refuses of a query that can be parsed: unknown fields, and fields that do not go together. */
import {
  CORE_DATES,
  FIELD_BY_NAME,
  goesWith,
  goTogether,
  hasFigures,
  isView,
  ownerOf,
  type Field,
  type View,
} from '#scripts/lab/simulator/fields.ts'
import { datesIn, type DateBounds } from './dates.ts'
import { QueryError } from './errors.ts'
import type { Condition, Query } from './parse.ts'

/** A query that the simulator can answer. */
export interface CheckedQuery extends Query {
  resource: View
  /** Both ends included; without a condition, none. */
  dates: DateBounds | undefined
  /** In the account's time zone. */
  today: string
}

/** @param today in the account's time zone. @throws QueryError */
export function checkQuery(query: Query, today: string): CheckedQuery {
  const { from, fields, conditions, orderBy } = query
  if (!isView(from))
    throw new QueryError('BAD_RESOURCE_TYPE_IN_FROM_CLAUSE', `'${from}' is not a valid resource.`)
  const selected = fields.map((name) => checkField(name, from))
  checkPairs(selected)
  for (const { field } of orderBy) checkField(field, from)
  for (const condition of conditions) checkCondition(condition, query, from)
  const dates = datesIn(conditions, today)
  const isDaily =
    fields.includes('segments.date') || conditions.some(({ field }) => field === 'segments.date')
  if (isDaily && dates && dates.from < oldestKept(today))
    throw new QueryError(
      'REQUESTED_DATE_GRANULARITY_NOT_SUPPORTED',
      'The requested date range is too old for the requested granularity.',
      'dateRangeError',
    )
  return { ...query, resource: from, dates, today }
}

const KEPT_MONTHS = 37

function oldestKept(today: string): string {
  return Temporal.PlainDate.from(today).subtract({ months: KEPT_MONTHS }).toString()
}

function checkField(name: string, view: View): Field {
  const field = FIELD_BY_NAME.get(name)
  if (!field) throw new QueryError('UNRECOGNIZED_FIELD', `Unrecognized field in the query: '${name}'.`)
  if (goesWith(view, field)) return field
  if (field.category === 'ATTRIBUTE')
    throw new QueryError(
      'PROHIBITED_RESOURCE_TYPE_IN_SELECT_CLAUSE',
      `'${ownerOf(field)}' cannot be used with '${view}' in the FROM clause.`,
    )
  const kind = field.category === 'METRIC' || !hasFigures(view) ? 'METRIC' : 'SEGMENT'
  throw new QueryError(
    `PROHIBITED_${kind}_IN_SELECT_OR_WHERE_CLAUSE`,
    `Cannot select or filter on '${name}' with '${view}' in the FROM clause.`,
  )
}

function checkPairs(fields: readonly Field[]): void {
  for (const segment of fields)
    for (const other of fields)
      if (!goTogether(segment, other))
        throw new QueryError(
          'PROHIBITED_SEGMENT_WITH_METRIC_IN_SELECT_OR_WHERE_CLAUSE',
          `Cannot select or filter on the following segments: '${segment.name}', because they are incompatible with metrics: '${other.name}'.`,
        )
}

function checkCondition({ field: name, operator, values }: Condition, { fields }: Query, view: View): void {
  const field = checkField(name, view)
  const isCoreDate = CORE_DATES.includes(name)
  if (field.category === 'SEGMENT' && !isCoreDate && !fields.includes(name))
    throw new QueryError(
      'EXPECTED_REFERENCED_FIELD_IN_SELECT_CLAUSE',
      `The field must be present in the SELECT clause: '${name}'.`,
    )
  const fits = operator.startsWith('CONTAINS') === field.isRepeated || operator.startsWith('IS ')
  if (!fits || (operator === 'DURING' && field.dataType !== 'DATE'))
    throw new QueryError('OPERATOR_FIELD_MISMATCH', `Operator '${operator}' cannot be used with '${name}'.`)
  for (const value of values) checkValue(field, operator, value)
}

function checkValue({ name, dataType, values }: Field, operator: string, value: string): void {
  const isNumber = dataType === 'INT64' || dataType === 'INT32' || dataType === 'DOUBLE'
  if (isNumber && !/^-?\d+(\.\d+)?$/.test(value))
    throw new QueryError('BAD_VALUE', `Invalid value for '${name}': '${value}'.`)
  if (dataType === 'ENUM' && !values.includes(value))
    throw new QueryError(
      'BAD_ENUM_CONSTANT',
      `Invalid enum value cannot be included in WHERE clause: '${value}'.`,
    )
  if (dataType === 'DATE' && operator !== 'DURING' && !isDate(value))
    throw new QueryError(
      operator === 'BETWEEN' ? 'INVALID_VALUE_WITH_BETWEEN_OPERATOR' : 'INVALID_DATE_FORMAT',
      `'${value}' is not a date in the form YYYY-MM-DD.`,
    )
}

function isDate(text: string): boolean {
  try {
    return Temporal.PlainDate.from(text).toString() === text
  } catch {
    return false
  }
}
