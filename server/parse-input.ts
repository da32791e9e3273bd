/** Raw input → what an operation's schema makes of it, or one error that names every wrong field. */
import * as v from 'valibot'
import { invalidInput, type InputIssue } from '#server/errors.ts'
import { nearestName } from './nearest-name.ts'

/** More than any list of an input takes. A schema looks at each item before it counts them. */
const MAX_ITEMS = 1_000
/** No field has a longer name. */
const MAX_NAME_LENGTH = 100

/** @throws ProblemError `INVALID_INPUT` naming every field that is wrong. */
export function parseInput<S extends v.GenericSchema>(schema: S, raw: unknown): v.InferOutput<S> {
  const tooLong = longLists(schema, raw)
  if (tooLong.length > 0) throw invalidInput(tooLong)
  const result = v.safeParse(schema, raw ?? {})
  if (result.success) return result.output
  throw invalidInput(result.issues.map((issue) => describe(issue, schema)))
}

function longLists(schema: v.GenericSchema, raw: unknown): InputIssue[] {
  const given = Object(raw) as Record<string, unknown>
  return knownFields(schema).flatMap((name) => {
    const value = given[name]
    return Array.isArray(value) && value.length > MAX_ITEMS
      ? [{ pointer: `/${name}`, detail: `must have at most ${MAX_ITEMS} items` }]
      : []
  })
}

function describe(issue: v.BaseIssue<unknown>, schema: v.GenericSchema): InputIssue {
  const path = issue.path ?? []
  const pointer = path.map(({ key }) => `/${escapePointer(String(key))}`).join('')
  const last = path.at(-1)
  // An issue of a key means that the key is missing or unknown; any other is about a value.
  if (last?.origin !== 'key') return { pointer, detail: issue.message }
  if (issue.expected !== 'never') return { pointer, detail: 'is missing' }
  const object = path.slice(0, -1).reduce(partOf, schema)
  return { pointer, detail: unknownField(String(last.key), knownFields(object)) }
}

/** The schema one step down a path of lists and objects. */
function partOf(schema: v.GenericSchema, { key }: v.IssuePathItem): v.GenericSchema {
  const { entries, item } = schema as { entries?: Record<string, v.GenericSchema>; item?: v.GenericSchema }
  return item ?? entries?.[String(key)] ?? schema
}

function escapePointer(key: string): string {
  const shown = key.length > MAX_NAME_LENGTH ? `${key.slice(0, MAX_NAME_LENGTH)}…` : key
  return shown.toWellFormed().replaceAll('~', '~0').replaceAll('/', '~1')
}

function unknownField(name: string, known: readonly string[]): string {
  const nearest = nearestName(name, known)
  const hint = nearest === undefined ? `; known here: ${known.join(', ')}` : `; did you mean "${nearest}"?`
  return `unknown field${hint}`
}

/** The field names of an object schema, also behind `v.pipe`. */
export function knownFields(schema: v.GenericSchema): string[] {
  return 'entries' in schema ? Object.keys(schema.entries as object) : []
}
