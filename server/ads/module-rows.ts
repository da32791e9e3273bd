/**
 * What a module of the user's returns, before it is stored. Google names a field that it does not know; a module is told
 * the same here, because a misspelt column would be stored as zeros.
 */
import { nearestName } from '#server/nearest-name.ts'
import { InvalidRowsError } from './errors.ts'
import { METRICS } from './metric.ts'
import { BUILT_IN_NAMES, builtInReport } from './definition/files.ts'
import { lowerCamelCase, metricsOf, type Report } from './report.ts'

export type Rows = Iterable<unknown> | AsyncIterable<unknown>

/** What a row may consist of. */
interface KnownNames {
  columns: readonly string[]
  /** Google's nested objects, and what is known inside of each. */
  nested: ReadonlyMap<string, readonly string[]>
  metrics: readonly string[]
}

/** A module that is not told the report may give the columns of all the built-in ones. */
function knownNamesOf(report: Report): KnownNames {
  const reports = [...BUILT_IN_NAMES.map(builtInReport), report]
  const columns = reports.flatMap((each) => each.columns)
  const nested = new Map(
    [...Map.groupBy(columns, ({ path }) => path[0] ?? '')].map(([name, own]) => [
      name,
      ['resourceName', ...own.map(({ path }) => path[1] ?? '')],
    ]),
  )
  for (const { resource } of reports) {
    const view = lowerCamelCase(resource)
    if (!nested.has(view)) nested.set(view, ['resourceName'])
  }
  const metrics = [...METRICS, ...metricsOf(report)].map(({ name }) => name)
  return { columns: [...new Set(columns.map(({ name }) => name))], nested, metrics: [...new Set(metrics)] }
}

/** Google's objects have more fields than are read here; one this near to a known one is meant to be it. */
const MAX_TYPOS = 2

/** @throws InvalidRowsError for what is no rows at all */
export function checkedRows(returned: unknown, report: Report): Rows {
  const check = checker(knownNamesOf(report))
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
function checker(known: KnownNames): Check {
  const seen = new Set<string>()
  return (row) => {
    if (typeof row !== 'object' || row === null || Array.isArray(row))
      throw new InvalidRowsError(
        `A row is ${Array.isArray(row) ? 'an array' : describe(row)}, not an object of columns.`,
      )
    const shape = shapeOf(row)
    if (seen.has(shape)) return
    checkNames(row, known)
    seen.add(shape)
  }
}

function shapeOf(row: object): string {
  return Object.entries(row)
    .map(([name, value]) => (isObject(value) ? `${name}{${Object.keys(value).join()}}` : name))
    .join()
}

function checkNames(row: object, known: KnownNames): void {
  for (const [name, value] of Object.entries(row)) {
    const inside = isObject(value) ? known.nested.get(name) : undefined
    if (inside && isObject(value)) checkNested(name, value, inside)
    else if (!known.columns.includes(name)) throw unknownColumn(name, known)
  }
  const hasMetric = 'metrics' in row || known.metrics.some((name) => name in row)
  if (!hasMetric) throw new InvalidRowsError(`A row has no metric: none of ${known.metrics.join(', ')}.`)
}

function checkNested(name: string, value: object, known: readonly string[]): void {
  for (const field of Object.keys(value)) {
    if (known.includes(field)) continue
    const nearest = nearestName(field, known, MAX_TYPOS)
    if (nearest !== undefined)
      throw new InvalidRowsError(`Field ${name}.${field}: not known; did you mean ${name}.${nearest}?`)
  }
}

function unknownColumn(name: string, { columns, nested }: KnownNames): InvalidRowsError {
  const nearest = nearestName(name, [...columns, ...nested.keys()])
  const hint = nearest === undefined ? `the columns are ${columns.join(', ')}` : `did you mean ${nearest}?`
  return new InvalidRowsError(`Column ${name}: not a column of any report; ${hint}`)
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
