/** A report as its author writes it: a query without dates, and comments that name columns and their types. */
import { ConfigurationError } from '#server/ads/errors.ts'
import { isMetric, KIND_OF_TYPE, type ColumnType } from '#server/ads/report.ts'

export interface ReportText {
  name: string
  /** For people: where it is written. */
  path: string
  text: string
  /** GAQL's SELECT without the date and the account, which are added. */
  fields: readonly string[]
  /** GAQL's FROM. */
  resource: string
  /** GAQL's WHERE; empty for none. */
  where: string
  /** By field. */
  notes: ReadonlyMap<string, Note>
  /** Undefined for all that is no metric. */
  key: readonly string[] | undefined
}

interface Note {
  name?: string
  type?: ColumnType
}

/** What every report has by itself. */
export const ADDED_FIELDS = ['segments.date', 'customer.id']

/** A mistake in a report's file. */
export class InvalidReportError extends ConfigurationError {
  constructor(path: string, sentence: string) {
    super(`${path}: ${sentence}`)
  }
}

type Source = Pick<ReportText, 'name' | 'path' | 'text'>

/** @throws InvalidReportError with one sentence for the first mistake */
export function parseReport(source: Source): ReportText {
  const refuse = (sentence: string) => new InvalidReportError(source.path, sentence)
  const lines = source.text.split('\n')
  const query = lines.filter((line) => !COMMENT.test(line)).join('\n')
  const clauses = clausesOf(query, refuse)
  const fields = fieldsOf(clauses.select, refuse)
  checkConditions(clauses.where, refuse)
  const notes = notesOf(lines.filter((line) => COMMENT.test(line)))
  for (const [field] of notes)
    if (field !== KEY && !fields.includes(field))
      throw refuse(`A comment describes ${field}, which is not selected.`)
  const key = notes.get(KEY)?.split(/\s*,\s*/)
  const stray = key?.find((field) => !fields.includes(field) || isMetric(field))
  if (stray !== undefined)
    throw refuse(`The key names ${stray}, which is no selected field beside the metrics.`)
  return {
    ...source,
    fields,
    resource: clauses.from,
    where: clauses.where,
    notes: new Map(
      [...notes]
        .filter(([field]) => field !== KEY)
        .map(([field, words]) => [field, noteOf(field, words, refuse)]),
    ),
    key,
  }
}

type Refuse = (sentence: string) => InvalidReportError

const COMMENT = /^\s*(--|#)/
const CLAUSES = /^\s*SELECT\s+(.+?)\s+FROM\s+(\S+?)(?:\s+WHERE\s+(.+?))?\s*;?\s*$/is

function clausesOf(query: string, refuse: Refuse): { select: string; from: string; where: string } {
  const masked = withoutQuoted(query)
  const froms = masked.match(/\bFROM\b/gi)?.length ?? 0
  if (!/^\s*SELECT\s/i.test(masked)) throw refuse('It has no query: it has to begin with SELECT.')
  if (froms !== 1)
    throw refuse(froms === 0 ? 'It has no FROM.' : `It has FROM ${froms} times: a query reads one resource.`)
  const [extra] = /\b(ORDER\s+BY|LIMIT|PARAMETERS)\b/i.exec(masked) ?? []
  if (extra !== undefined)
    throw refuse(`It has ${extra.toUpperCase()}: a date is asked for whole, and the store sorts its rows.`)
  const found = CLAUSES.exec(masked)
  const [, select = '', from = ''] = found ?? []
  if (!found || !/^[a-z_]+$/i.test(from)) throw refuse('It is no query of the form SELECT … FROM … WHERE ….')
  const at = found[3] === undefined ? undefined : masked.lastIndexOf(found[3])
  const where = at === undefined ? '' : query.slice(at, at + (found[3]?.length ?? 0))
  return { select, from: from.toLowerCase(), where }
}

/** What stands in quotes is no clause and no field: it is replaced by as many letters. */
function withoutQuoted(query: string): string {
  return query.replaceAll(/'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"/g, ({ length }) => 'x'.repeat(length))
}

/** The fields that conditions name. */
export function fieldsIn(where: string): string[] {
  return [...new Set(withoutQuoted(where).match(/\b[a-z_]+(?:\.[a-z0-9_]+)+/gi))].map((field) =>
    field.toLowerCase(),
  )
}

function fieldsOf(select: string, refuse: Refuse): string[] {
  const named = select.split(',').map((field) => field.trim().toLowerCase())
  const wrong = named.find((field) => !/^[a-z_]+(\.[a-z0-9_]+)+$/.test(field))
  if (wrong !== undefined)
    throw refuse(
      wrong === '' ? 'A comma in SELECT has no field beside it.' : `${wrong} is not a field's name.`,
    )
  const twice = named.find((field, index) => named.indexOf(field) !== index)
  if (twice !== undefined) throw refuse(`${twice} is selected twice.`)
  if (!named.some(isMetric)) throw refuse('It selects no metric: a date without figures has no rows.')
  return named.filter((field) => !ADDED_FIELDS.includes(field))
}

const DATE_SEGMENT = /^segments\.(date|week|month|quarter|year)$/

function checkConditions(where: string, refuse: Refuse): void {
  const date = fieldsIn(where).find((field) => DATE_SEGMENT.test(field))
  if (date !== undefined)
    throw refuse(
      `It has a condition on ${date}: each date is asked for by itself, and its condition is added.`,
    )
}

const KEY = 'key'
const NOTE = /^\s*(?:--|#)\s*([a-z_]+(?:\.[a-z0-9_]+)+|key)\s*:\s*(.+?)\s*$/

/** Comments of another form are for people. */
function notesOf(comments: readonly string[]): Map<string, string> {
  return new Map(
    comments.flatMap((line) => {
      const [, field, words] = NOTE.exec(line) ?? []
      return field === undefined || words === undefined ? [] : [[field, words]]
    }),
  )
}

function noteOf(field: string, words: string, refuse: Refuse): Note {
  const all = words.split(/\s+/)
  const [type, ...types] = all.filter(isType)
  const [name, ...names] = all.filter((word) => !isType(word))
  if (types.length + names.length > 0)
    throw refuse(`The comment on ${field} is more than a name and a type: ${words}.`)
  return { ...(name !== undefined && { name }), ...(type !== undefined && { type }) }
}

function isType(word: string): word is ColumnType {
  return Object.hasOwn(KIND_OF_TYPE, word)
}
