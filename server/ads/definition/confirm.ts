/** Before the first request for figures of a report of one's own: its fields are looked up, once for each query. */
import { FetchError } from '#server/ads/errors.ts'
import type { GoogleAdsClient, RequestContext } from '#server/ads/google/client.ts'
import type { ReportName } from '#server/ads/options.ts'
import { withRetries, type Refusal, type RetryOptions } from '#server/ads/run/with-retries.ts'
import type { Catalogue } from './catalogue.ts'
import type { DataTypes } from './define.ts'
import { mistakeInFields, namesIn, type GoogleField } from './field-check.ts'
import type { ReportText } from './text.ts'

interface Confirming extends RetryOptions {
  catalogue: Catalogue
  /** Undefined for a source that has no fields to look up: their names tell the types. */
  client: GoogleAdsClient | undefined
  apiVersion: string
}

interface LookedUp {
  dataTypes: ReadonlyMap<ReportName, DataTypes>
  /** Why not. */
  refused: ReadonlyMap<ReportName, Refusal>
}

/** Of the reports whose fields are not known yet. @throws the signal's reason */
export async function lookUpReports(
  names: readonly ReportName[],
  { catalogue, client, apiVersion, ...retrying }: Confirming,
): Promise<LookedUp> {
  const refused = new Map<ReportName, Refusal>()
  const dataTypes = new Map<ReportName, DataTypes>()
  for (const name of names) {
    if (catalogue.isConfirmed(name, client ? apiVersion : '')) continue
    const text = catalogue.textOf(name)
    const answer = client
      ? await withRetries(async (asking) => ({ found: await lookUp(text, client, asking) }), retrying)
      : { found: {} }
    if ('failure' in answer) refused.set(name, answer)
    else dataTypes.set(name, answer.found)
  }
  return { dataTypes, refused }
}

/**
 * The same, remembered in the store. @returns the reports that cannot be fetched, and why. Only for the holder of the
 * lock. @throws StoreError, the signal's reason
 */
export async function confirmReports(
  names: readonly ReportName[],
  confirming: Confirming,
): Promise<ReadonlyMap<ReportName, Refusal>> {
  const { catalogue, client, apiVersion } = confirming
  const { dataTypes, refused } = await lookUpReports(names, confirming)
  for (const [name, found] of dataTypes) await catalogue.confirm(name, found, client ? apiVersion : '')
  return refused
}

const ATTRIBUTES =
  'name, category, data_type, selectable, is_repeated, selectable_with, attribute_resources, metrics, segments'

/** @throws FetchError, with `REPORT_INVALID` for a report that Google would refuse */
async function lookUp(text: ReportText, client: GoogleAdsClient, asking: RequestContext): Promise<DataTypes> {
  const ask = async (attributes: string, condition: string) =>
    (await client.fields(`SELECT ${attributes} WHERE ${condition}`, asking)) as GoogleField[]
  const names = namesIn(text).map((name) => `'${name}'`)
  const fields = await ask(ATTRIBUTES, `name IN (${names.join(', ')})`)
  const found = new Map(fields.map((field) => [field.name, field]))
  const mistake = await mistakeInFields(text, found, async (condition) =>
    (await ask('name', condition)).map(({ name }) => name),
  )
  if (mistake !== undefined) throw new FetchError('REPORT_INVALID', `${text.path}: ${mistake}`)
  return Object.fromEntries(
    fields.flatMap(({ name, dataType }) => (dataType === undefined ? [] : [[name, dataType]])),
  )
}
