/**
 * What a module of the user's returns, before it is stored. Google names a field that it does not know; a module is told
 * the same here, because a misspelt column would be stored as zeros.
 */
import { nearestName } from '#server/nearest-name.ts'
import { InvalidRowsError } from './errors.ts'
import { METRICS } from './metric.ts'
import { lowerCamelCase, REPORTS } from './report.ts'

export type Rows = Iterable<unknown> | AsyncIterable<unknown>

const COLUMNS = Object.values(REPORTS).flatMap(({ columns }) => columns)
/** A module that is not told the report may give the columns of all of them. */
const COLUMN_NAMES = [...new Set(COLUMNS.map(({ name }) => name))]
const VIEWS = Object.values(REPORTS).map(({ resource }) => lowerCamelCase(resource))
/** Google's nested objects, and what is known inside of each. */
const NESTED = new Map(
  [...Map.groupBy(COLUMNS, ({ path }) => path[0] ?? '')].map(([name, columns]) => [
    name,
    ['resourceName', ...columns.map(({ path }) => path[1] ?? '')],
  ]),
)
for (const view of VIEWS) if (!NESTED.has(view)) NESTED.set(view, ['resourceName'])

/** Google's objects have more fields than are read here; one this near to a known one is meant to be it. */
const MAX_TYPOS = 2

/** @throws InvalidRowsError for what is no rows at all */
export function checkedRows(returned: unknown): Rows {
  const check = checker()
  if (isIterable(returned)) return checkEach(returned, check)
  if (isAsyncIterable(returned)) return checkEachLater(returned, check)
  throw new InvalidRowsError(
    `fetchData returned ${describe(returned)}: it has to return an array of rows, an empty one for a date without rows.`,
  )
}

function describe(value: unknown): string {
  if (value === undefined) return 'undefined (is a return missing?)'
  if (value === null) return 'null'
  if (typeof value !== 'object') return `a ${typeof value}`
  const keys = Object.keys(value).slice(0, 5).join(', ')
  return keys === '' ? 'an object' : `an object with ${keys}`
}

function isIterable(value: unknown): value is Iterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.iterator in value
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value
}

type Check = (row: unknown) => void

function* checkEach(rows: Iterable<unknown>, check: Check): Generator {
  for (const row of rows) {
    check(row)
    yield row
  }
}

async function* checkEachLater(rows: AsyncIterable<unknown>, check: Check): AsyncGenerator {
  for await (const row of rows) {
    check(row)
    yield row
  }
}

/** Rows of one shape are looked at once. */
function checker(): Check {
  const seen = new Set<string>()
  return (row) => {
    if (typeof row !== 'object' || row === null || Array.isArray(row))
      throw new InvalidRowsError(
        `A row is ${Array.isArray(row) ? 'an array' : describe(row)}, not an object of columns.`,
      )
    const shape = shapeOf(row)
    if (seen.has(shape)) return
    checkNames(row)
    seen.add(shape)
  }
}

function shapeOf(row: object): string {
  return Object.entries(row)
    .map(([name, value]) => (isObject(value) ? `${name}{${Object.keys(value).join()}}` : name))
    .join()
}

function checkNames(row: object): void {
  for (const [name, value] of Object.entries(row)) {
    const inside = isObject(value) ? NESTED.get(name) : undefined
    if (inside && isObject(value)) checkNested(name, value, inside)
    else if (!COLUMN_NAMES.includes(name)) throw unknownColumn(name)
  }
  const hasMetric = 'metrics' in row || METRICS.some(({ name }) => name in row)
  if (!hasMetric)
    throw new InvalidRowsError(`A row has no metric: none of ${METRICS.map(({ name }) => name).join(', ')}.`)
}

function checkNested(name: string, value: object, known: readonly string[]): void {
  for (const field of Object.keys(value)) {
    if (known.includes(field)) continue
    const nearest = nearestName(field, known, MAX_TYPOS)
    if (nearest !== undefined)
      throw new InvalidRowsError(`Field ${name}.${field}: not known; did you mean ${name}.${nearest}?`)
  }
}

function unknownColumn(name: string): InvalidRowsError {
  const nearest = nearestName(name, [...COLUMN_NAMES, ...NESTED.keys()])
  const hint =
    nearest === undefined ? `the columns are ${COLUMN_NAMES.join(', ')}` : `did you mean ${nearest}?`
  return new InvalidRowsError(`Column ${name}: not a column of any report; ${hint}`)
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
