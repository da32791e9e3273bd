/** Conditions and orders over the values of a row, compared as their field's type says. */
import { FIELD_BY_NAME } from '#scripts/lab/simulator/fields.ts'
import type { Condition, Operator, Query } from './parse.ts'

export type Value = string | number | boolean | readonly string[] | undefined
export type Values = Readonly<Record<string, Value>>
/** The value of a field in a row; made when it is asked for, because a query asks for few of many. */
export type Row = (field: string) => Value

export function holds({ field, operator, values }: Condition, row: Row): boolean {
  const value = row(field)
  return TESTS[operator]({
    value,
    list: Array.isArray(value) ? (value as readonly string[]) : [],
    values,
    text: String(value ?? ''),
    first: values[0] ?? '',
    order: (other) => compare(field, value, other),
  })
}

interface Tested {
  value: Value
  /** Of a repeated field. */
  list: readonly string[]
  text: string
  values: readonly string[]
  first: string
  order: (other: string) => number
}

const isLike = ({ text, first }: Tested) => like(first).test(text)
const matches = ({ text, first }: Tested) => new RegExp(`^(?:${first})$`, 'u').test(text)
const isIn = ({ values, order }: Tested) => values.some((each) => order(each) === 0)
const containsAny = ({ values, list }: Tested) => values.some((each) => list.includes(each))

const TESTS: Readonly<Record<Operator, (tested: Tested) => boolean>> = {
  '=': ({ order, first }) => order(first) === 0,
  '!=': ({ order, first }) => order(first) !== 0,
  '>': ({ order, first }) => order(first) > 0,
  '>=': ({ order, first }) => order(first) >= 0,
  '<': ({ order, first }) => order(first) < 0,
  '<=': ({ order, first }) => order(first) <= 0,
  BETWEEN: ({ order, values: [from = '', to = ''] }) => order(from) >= 0 && order(to) <= 0,
  IN: isIn,
  'NOT IN': (tested) => !isIn(tested),
  LIKE: isLike,
  'NOT LIKE': (tested) => !isLike(tested),
  REGEXP_MATCH: matches,
  'NOT REGEXP_MATCH': (tested) => !matches(tested),
  'CONTAINS ANY': containsAny,
  'CONTAINS ALL': ({ values, list }) => values.every((each) => list.includes(each)),
  'CONTAINS NONE': (tested) => !containsAny(tested),
  'IS NULL': ({ value }) => isNull(value),
  'IS NOT NULL': ({ value }) => !isNull(value),
  // Of a date alone, and it has chosen the dates already.
  DURING: () => true,
}

export function inOrder(rows: readonly Row[], orderBy: Query['orderBy']): Row[] {
  if (orderBy.length === 0) return [...rows]
  return rows.toSorted((a, b) => {
    for (const { field, descending } of orderBy) {
      const order = compare(field, a(field), b(field))
      if (order !== 0) return descending ? -order : order
    }
    return 0
  })
}

function compare(field: string, a: Value, b: Value): number {
  const type = FIELD_BY_NAME.get(field)?.dataType
  if (type === 'INT64') return ordered(integer(a), integer(b))
  if (type === 'DOUBLE') return ordered(Number(a ?? 0), Number(b ?? 0))
  if (type === 'BOOLEAN') return ordered(String(a ?? false).toLowerCase(), String(b ?? false).toLowerCase())
  return ordered(String(a ?? ''), String(b ?? ''))
}

/** A fraction is compared by its whole part. */
function integer(value: Value): bigint {
  return BigInt(String(value ?? 0).split('.')[0] ?? '0')
}

function ordered<T extends bigint | number | string>(a: T, b: T): number {
  return a < b ? -1 : Number(a > b)
}

function isNull(value: Value): boolean {
  return value === undefined || (Array.isArray(value) && value.length === 0)
}

/** `%` stands for anything; in brackets it stands for itself. */
function like(pattern: string): RegExp {
  const parts = pattern.split(/(\[.\]|%)/su).map((part) => {
    if (part === '%') return '.*'
    const literal = /^\[(.)\]$/su.exec(part)?.[1] ?? part
    return literal.replaceAll(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`)
  })
  return new RegExp(`^${parts.join('')}$`, 'isu')
}
