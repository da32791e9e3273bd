/**
 * Made-up ads, so that everything can be tried without an account: the sample shop's campaigns, the same on every
 * machine. It is a source like one of your own, and an example of it: `--source ./module.ts` names a module that exports
 * this function.
 */
import type { FetchContext } from '#server/ads/source.ts'
import { createAdvertiser } from './advertiser.ts'
import { isResource, metricFields } from './figures.ts'
import { figuresBy } from './split.ts'

const advertiser = createAdvertiser()

/**
 * All rows of one date, in any order, by the names of the report's columns. Ids and micros are strings of digits: a
 * number loses what is beyond 2^53.
 */
export async function fetchData(
  date: string,
  { columns, resource, customerId }: FetchContext,
): Promise<Record<string, unknown>[]> {
  const fields = columns.map(({ field }) => field)
  if (!isResource(resource)) throw new Error(`The demo has no rows of ${resource}.`)
  return figuresBy(advertiser, { resource, fields }, { customerId, date }).map((figures) => {
    const values = { ...figures.fields, ...metricFields(figures) }
    return Object.fromEntries(columns.map(({ name, field }) => [name, values[field]]))
  })
}
