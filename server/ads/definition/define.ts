/** From a report's text, and what Google says of its fields, to its columns. */
import { createHash } from 'node:crypto'
import { METRICS, unitOf } from '#server/ads/metric.ts'
import {
  isMetric,
  KIND_OF_TYPE,
  lowerCamelCase,
  type Column,
  type ColumnType,
  type Report,
} from '#server/ads/report.ts'
import { ADDED_FIELDS, InvalidReportError, type ReportText } from './text.ts'

/** By field: the data types of Google's metadata. */
export type DataTypes = Readonly<Record<string, string>>

/** @param dataTypes where a field is not among them, its name tells the type. @throws InvalidReportError */
export function defineReport(text: ReportText, dataTypes: DataTypes = {}): Report {
  const named = [...text.fields.filter((field) => !isMetric(field)), ...text.fields.filter(isMetric)]
  const typeOf = (field: string) => text.notes.get(field)?.type ?? typeFrom(field, dataTypes[field])
  const columns = [...ADDED_FIELDS, ...named].map((field, at): Column => {
    const type = typeOf(field)
    const path = field.split('.').map(lowerCamelCase)
    return { name: nameOf(field, text), field, path, type, kind: KIND_OF_TYPE[type], at }
  })
  checkNames(columns, text)
  const key = text.key
    ? text.key.flatMap((field) => columns.filter((column) => column.field === field))
    : columns.slice(2).filter(({ field }) => !isMetric(field))
  const [first] = key
  return {
    name: text.name,
    resource: text.resource,
    where: text.where,
    columns,
    key,
    required: first?.type === 'id' && first.field.endsWith('.id') ? first : undefined,
    summed: columns.filter(isSummed).map((column) => ({ ...column, unit: unitOf(column.name) })),
    fingerprint: fingerprintOf(text),
  }
}

function isSummed({ field, type }: Column): boolean {
  return isMetric(field) && ['integer', 'micros', 'double'].includes(type)
}

function nameOf(field: string, { notes }: ReportText): string {
  const own = notes.get(field)?.name
  return own ?? field.replace(/^(segments|metrics)\./, '').replaceAll('.', '_')
}

/** Columns of the index, of sums and of answers. */
const OF_OTHERS =
  'report state rows sha256 fetched_at units columns old_columns code detail currency ctr average_cpc_micros roas'
const RESERVED = new Set([...OF_OTHERS.split(' '), ...METRICS.map(({ name }) => name)])

function checkNames(columns: readonly Column[], { path }: ReportText): void {
  for (const { name, field, at } of columns) {
    const own = isMetric(field) ? field.slice(field.indexOf('.') + 1) : name
    if (name !== own) throw new InvalidReportError(path, `${field} is a metric and keeps its name.`)
    if (!/^[a-z_][a-z0-9_]*$/.test(name))
      throw new InvalidReportError(path, `${name} is not a column's name: small letters, digits and _ are.`)
    if (RESERVED.has(name) && !isMetric(field))
      throw new InvalidReportError(path, `${field} cannot be called ${name}: that is another column.`)
    const other = columns.find((column) => column.name === name)
    if (other && other.at !== at)
      throw new InvalidReportError(
        path,
        `${other.field} and ${field} would both be called ${name}: give one another name in a comment, as in -- ${field}: a_name`,
      )
  }
}

/** Averages, shares and counts of distinct people: their sum over dates or rows means nothing. */
const NO_SUM =
  /(^|_)(rate|share|ctr|cpc|cpm|cpv|cpe|roas|percent|percentage|average|per|ratio|score|position|frequency|viewability|measurability|users|uplift|relative)(_|$)/

function typeFrom(field: string, dataType: string | undefined): ColumnType {
  const number = numberFrom(field, dataType)
  if (!isMetric(field)) return dataType === undefined ? typeByName(field) : (number ?? textFrom(dataType))
  if (dataType !== undefined && number === undefined) return textFrom(dataType)
  if (NO_SUM.test(field.slice(field.indexOf('.') + 1))) return 'rate'
  return number ?? metricByName(field)
}

function numberFrom(field: string, dataType: string | undefined): ColumnType | undefined {
  if (dataType === 'DOUBLE' || dataType === 'FLOAT') return 'double'
  if (!/^U?INT(32|64)$/.test(dataType ?? '')) return undefined
  if (field.endsWith('_micros')) return 'micros'
  return isId(field) ? 'id' : 'integer'
}

function textFrom(dataType: string): ColumnType {
  const known: Readonly<Record<string, ColumnType>> = { ENUM: 'enum', DATE: 'date', BOOLEAN: 'boolean' }
  return known[dataType] ?? 'string'
}

function typeByName(field: string): ColumnType {
  if (field === 'segments.date') return 'date'
  return isId(field) && !field.startsWith('segments.') ? 'id' : 'string'
}

/** A decimal holds every integer. */
function metricByName(field: string): ColumnType {
  const unit = unitOf(field.slice(field.indexOf('.') + 1))
  if (unit === 'micros') return 'micros'
  return unit === 'count' ? 'integer' : 'double'
}

function isId(field: string): boolean {
  return /[._]id$/.test(field)
}

/** Of what makes a date's file: another query asks for other rows, also where it has the same columns. */
function fingerprintOf({ fields, resource, where, notes, key }: ReportText): string {
  const parts = JSON.stringify([fields, resource, where.replaceAll(/\s+/g, ' '), [...notes], key])
  return createHash('sha256').update(parts).digest('hex').slice(0, 12)
}
