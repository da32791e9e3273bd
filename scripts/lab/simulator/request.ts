/** What a client asks, as proto3's JSON reads it: names in either case, and no name that is not known. */
import { adsError, plainError, type ErrorBody } from './bodies.ts'

export interface SearchBody {
  query: string
  pageToken: string | undefined
  validateOnly: boolean
  rows: boolean
  summary: boolean
  totalCount: boolean
}

const OF_SEARCH = ['customerId', 'query', 'pageToken', 'pageSize', 'validateOnly', 'searchSettings']
const OF_STREAM = ['customerId', 'query', 'summaryRowSetting']
const OF_SETTINGS = ['omitResults', 'returnSummaryRow', 'returnTotalResultsCount']
const SUMMARY_SETTINGS = ['UNSPECIFIED', 'NO_SUMMARY_ROW', 'SUMMARY_ROW_WITH_RESULTS', 'SUMMARY_ROW_ONLY']

export async function readBody(request: Request, streamed: boolean): Promise<SearchBody | ErrorBody> {
  const body = camelCased(await request.json().catch(() => undefined))
  const settings = camelCased(body['searchSettings'])
  const unknown =
    Object.keys(body).find((name) => !(streamed ? OF_STREAM : OF_SEARCH).includes(name)) ??
    Object.keys(settings).find((name) => !OF_SETTINGS.includes(name))
  if (unknown !== undefined) return unknownName(unknown)
  const { query, pageToken, summaryRowSetting: setting = 'UNSPECIFIED' } = body
  if (typeof query !== 'string')
    return adsError(400, { family: 'queryError', value: 'QUERY_NOT_ALLOWED', message: 'No query.' })
  if ('pageSize' in body) return PAGE_SIZE_NOT_SUPPORTED
  if (!SUMMARY_SETTINGS.includes(String(setting))) return unknownName(String(setting))
  return {
    query,
    pageToken: typeof pageToken === 'string' && pageToken !== '' ? pageToken : undefined,
    validateOnly: body['validateOnly'] === true,
    rows: setting !== 'SUMMARY_ROW_ONLY' && settings['omitResults'] !== true,
    summary: String(setting).startsWith('SUMMARY_ROW') || settings['returnSummaryRow'] === true,
    totalCount: settings['returnTotalResultsCount'] === true,
  }
}

const PAGE_SIZE_NOT_SUPPORTED = adsError(400, {
  family: 'requestError',
  value: 'PAGE_SIZE_NOT_SUPPORTED',
  message:
    'Setting the page size is not supported. Search Responses will have fixed page size of 10000 rows.',
})

function camelCased(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return {}
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [
      name.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase()),
      each,
    ]),
  )
}

/** Refused by Google's common layer, before the Google Ads API sees it. */
function unknownName(name: string): ErrorBody {
  const description = `Invalid JSON payload received. Unknown name "${name}": Cannot find field.`
  const { error } = plainError(400)
  return {
    error: {
      ...error,
      message: description,
      details: [{ '@type': 'type.googleapis.com/google.rpc.BadRequest', fieldViolations: [{ description }] }],
    },
  }
}
