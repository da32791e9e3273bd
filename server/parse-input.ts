/** Raw input → what an operation's schema makes of it, or one error that names every wrong field. */
import * as v from 'valibot'
import { invalidInput, type InputIssue } from '#server/errors.ts'
import { nearestName } from './nearest-name.ts'

/** @throws ProblemError `INVALID_INPUT` naming every field that is wrong. */
export function parseInput<S extends v.GenericSchema>(schema: S, raw: unknown): v.InferOutput<S> {
  const result = v.safeParse(schema, raw ?? {})
  if (result.success) return result.output
  throw invalidInput(result.issues.map((issue) => describe(issue, schema)))
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
  return key.replaceAll('~', '~0').replaceAll('/', '~1')
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
