/** Whether Google has the fields of a report, and whether they go together: one sentence for the first that do not. */
import { nearestName } from '#server/nearest-name.ts'
import { ADDED_FIELDS, fieldsIn, type ReportText } from './text.ts'

/** As GoogleAdsFieldService tells it; what equals its default is absent. */
export interface GoogleField {
  name: string
  category?: 'RESOURCE' | 'ATTRIBUTE' | 'SEGMENT' | 'METRIC'
  dataType?: string
  selectable?: boolean
  isRepeated?: boolean
  /** Of a segment or a metric: resources, segments and metrics. */
  selectableWith?: readonly string[]
  /** Of a resource. */
  attributeResources?: readonly string[]
  metrics?: readonly string[]
  /** Also other resources that divide its rows. */
  segments?: readonly string[]
}

/** @returns the names of fields, by a pattern of GAQL's LIKE */
export type AskNames = (condition: string) => Promise<string[]>

/** All that is to be looked up. */
export function namesIn({ resource, fields, where }: ReportText): string[] {
  return [...new Set([resource, ...ADDED_FIELDS, ...fields, ...fieldsIn(where)])]
}

/** @returns undefined when nothing is wrong */
export async function mistakeInFields(
  text: ReportText,
  found: ReadonlyMap<string, GoogleField>,
  ask: AskNames,
): Promise<string | undefined> {
  const resource = found.get(text.resource)
  if (resource?.category !== 'RESOURCE')
    return unknown('resource', text.resource, await ask("category = 'RESOURCE'"))
  const missing = namesIn(text).find((name) => !found.has(name))
  if (missing !== undefined) {
    const owner = missing.slice(0, missing.indexOf('.'))
    return unknown('field', missing, await ask(`name LIKE '${owner}.%'`))
  }
  const fields = [...ADDED_FIELDS, ...text.fields].flatMap((name) => found.get(name) ?? [])
  return (
    fields.map(mistakeInCell).find((each) => each !== undefined) ??
    namesIn(text)
      .map((name) => strangerTo(resource, found.get(name)))
      .find((each) => each !== undefined) ??
    mistakeInCondition(text, found) ??
    mistakeInPairs(fields)
  )
}

function unknown(what: string, name: string, known: readonly string[]): string {
  const nearest = nearestName(name, known)
  return `Google has no ${what} ${name}${nearest === undefined ? '.' : `; did you mean ${nearest}?`}`
}

function mistakeInCell({ name, selectable, isRepeated, dataType }: GoogleField): string | undefined {
  if (selectable !== true) return `${name} cannot be selected.`
  if (isRepeated === true || dataType === 'MESSAGE')
    return `${name} is a list or a structure, and no cell can hold it.`
  return undefined
}

function strangerTo(resource: GoogleField, field: GoogleField | undefined): string | undefined {
  if (!field || field.category === 'RESOURCE') return undefined
  const { name, category } = field
  const owner = name.slice(0, name.indexOf('.'))
  const { attributeResources = [], metrics = [], segments = [] } = resource
  const goes = { METRIC: metrics.includes(name), SEGMENT: segments.includes(name) } as Record<string, boolean>
  // A resource may be joined with its attributes, or, as a segment, divide the rows.
  const owners = [resource.name, ...attributeResources, ...segments]
  if (goes[category ?? ''] ?? owners.includes(owner)) return undefined
  if (name === 'segments.date') return `${resource.name} has no figures by date.`
  return `${name} cannot be selected from ${resource.name}.`
}

function mistakeInCondition(
  { fields, where }: ReportText,
  found: ReadonlyMap<string, GoogleField>,
): string | undefined {
  const hidden = fieldsIn(where).find(
    (name) => found.get(name)?.category === 'SEGMENT' && !fields.includes(name),
  )
  return hidden && `The condition on ${hidden} needs it in SELECT too.`
}

function mistakeInPairs(fields: readonly GoogleField[]): string | undefined {
  const segments = fields.filter(({ category }) => category === 'SEGMENT')
  const figures = fields.filter(({ category }) => category === 'SEGMENT' || category === 'METRIC')
  for (const segment of segments)
    for (const other of figures)
      if (segment !== other && !goTogether(segment, other))
        return `${segment.name} and ${other.name} cannot be selected together.`
  return undefined
}

/** Refused is only what both would have to name, and neither does: a list of resources alone tells nothing of pairs. */
function goTogether(segment: GoogleField, other: GoogleField): boolean {
  const lists = [segment.selectableWith ?? [], other.selectableWith ?? []]
  const tellPairs = lists.every((names) => names.some((name) => name.includes('.')))
  return !tellPairs || lists.some((names) => names.includes(segment.name) || names.includes(other.name))
}
