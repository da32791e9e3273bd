/** GoogleAdsFieldService: what fields there are and what goes with what, asked in the same language without FROM. */
import {
  DIVIDING,
  FIELD_BY_NAME,
  goesWith,
  goTogether,
  isView,
  ownerOf,
  VIEWS,
  type Field,
  type View,
} from './fields.ts'
import { QueryError } from './gaql/errors.ts'
import { holds, inOrder, type Row, type Values } from './gaql/conditions.ts'
import { parseQuery } from './gaql/parse.ts'
import { lowerCamelCase } from '#server/ads/report.ts'

const ATTRIBUTES = [
  'name',
  'category',
  'selectable',
  'filterable',
  'sortable',
  'selectable_with',
  'attribute_resources',
  'metrics',
  'segments',
  'data_type',
  'type_url',
  'is_repeated',
  'enum_values',
]

/** @throws QueryError */
export function searchFields(text: string): object {
  const query = parseQuery(text, { needsFrom: false })
  const asked = [
    ...query.fields,
    ...query.conditions.map(({ field }) => field),
    ...query.orderBy.map(({ field }) => field),
  ]
  for (const name of asked)
    if (!ATTRIBUTES.includes(name))
      throw new QueryError('UNRECOGNIZED_FIELD', `Unrecognized field in the query: '${name}'.`)
  const all = allFields().map(
    (values): Row =>
      (name) =>
        values[name],
  )
  const found = all.filter((row) => query.conditions.every((condition) => holds(condition, row)))
  const rows = inOrder(found, query.orderBy).slice(0, query.limit)
  const results = rows.map((row) => ({
    resourceName: `googleAdsFields/${String(row('name'))}`,
    ...Object.fromEntries(
      query.fields.filter((name) => !isDefault(row(name))).map((name) => [lowerCamelCase(name), row(name)]),
    ),
  }))
  return { ...(results.length > 0 && { results }), totalResultsCount: `${found.length}` }
}

/** Undefined for a name that is none. */
export function describeField(name: string): object | undefined {
  const row = allFields().find((each) => each['name'] === name)
  return (
    row && {
      resourceName: `googleAdsFields/${name}`,
      ...Object.fromEntries(
        Object.entries(row).flatMap(([key, value]) =>
          isDefault(value) ? [] : [[lowerCamelCase(key), value]],
        ),
      ),
    }
  )
}

function isDefault(value: Values[string]): boolean {
  return value === undefined || value === false || (Array.isArray(value) && value.length === 0)
}

function allFields(): Values[] {
  const views = Object.keys(VIEWS).filter(isView)
  return [...views.map(describeView), ...[...FIELD_BY_NAME.values()].map((field) => describe(field, views))]
}

function describeView(view: View): Values {
  const dividing = DIVIDING[view] ?? []
  const named = [...FIELD_BY_NAME.values()].filter((field) => goesWith(view, field))
  const of = (category: Field['category']) =>
    named.filter((field) => field.category === category).map(({ name }) => name)
  return {
    name: view,
    category: 'RESOURCE',
    selectable: false,
    filterable: false,
    sortable: false,
    attribute_resources: VIEWS[view].filter((name) => !dividing.includes(name)),
    metrics: of('METRIC'),
    segments: [...of('SEGMENT'), ...dividing],
    data_type: 'MESSAGE',
  }
}

function describe(field: Field, views: readonly View[]): Values {
  const { name, category, dataType, isRepeated, values } = field
  const others = [...FIELD_BY_NAME.values()].filter(
    (other) => other !== field && other.category !== 'ATTRIBUTE' && goTogether(field, other),
  )
  const goesAlong =
    category === 'ATTRIBUTE'
      ? [ownerOf(field)]
      : [...views.filter((view) => goesWith(view, field)), ...others.map((other) => other.name)]
  return {
    name,
    category,
    selectable: true,
    filterable: true,
    sortable: !isRepeated,
    selectable_with: goesAlong,
    data_type: dataType,
    is_repeated: isRepeated,
    enum_values: values,
  }
}
