/** A Google Ads of our own on the loopback: true on the wire, made up in its figures, faulty on demand. */
import { createWorld, type World, type WorldOptions } from './world.ts'
import { answerRows, asksForFigures, fieldMaskOf, ROWS_PER_CHUNK, summaryRow } from './answer.ts'
import { adsError, htmlPage, type ErrorBody } from './bodies.ts'
import { dateKey } from '#server/ads/demo/figures.ts'
import { expectedDays } from './expected.ts'
import { Bucket } from './bucket.ts'
import { faultFor, SLOW_MS, temporaryQuota, type Fault, type Scenario } from './faults.ts'
import { parseQuery, QueryError, type Query } from './gaql.ts'
import { HugeDays } from './huge-days.ts'
import { ServiceAccount } from './service-account.ts'
import { Stats } from './stats.ts'
import { broken, inPieces } from './stream.ts'
import { Tokens } from './tokens.ts'
import type { Node } from './tree.ts'

export interface SimulatorOptions extends WorldOptions {
  /** 0 takes a free one. */
  port?: number
  scenario?: Scenario
  /** The only account there is; without it, any ten digits are one. */
  customerId?: string
  /** Of `daily-quota`: queries for figures until it is used up. */
  dailyQuota?: number
  /** Of `token-death`: requests until a token is refused. */
  usesUntilDeath?: number
  /** The product report has this many rows on every date, the same ones. */
  hugeDayRows?: number
  /** Before each answer to a query. */
  latencyMs?: number
  /** What is refused whatever the scenario, as for an account that is not ready for a client. */
  refuse?: (asked: { customerId: string; query: string }) => ErrorBody | undefined
  /** Requests that an account may send, as a token bucket; what comes faster is refused as temporary. */
  rate?: { perSecond: number; burst: number }
}

export interface Simulator {
  endpoint: string
  oauthEndpoint: string
  /** The text of a service account's key file, with which the token endpoint lets its owner in. */
  newKeyFile(): string
  /** From now on an account is another one: closed, in another time zone, without its manager. */
  changeAccount(customerId: string, change: Partial<Node>): void
  stop(): Promise<void>
}

const LIVE_VERSIONS = ['v23', 'v24', 'v25', 'v26']
const DEFAULT_DAILY_QUOTA = 100
const DEFAULT_USES_UNTIL_DEATH = 40

export function startSimulator(options: SimulatorOptions = {}): Simulator {
  const serviceAccount = new ServiceAccount({
    tokenUri: () => `${server.url.origin}/token`,
    nowMs: options.nowMs ?? (() => Date.now()),
  })
  const handler = new Handler(options, serviceAccount)
  const server = Bun.serve({
    hostname: '127.0.0.1',
    port: options.port ?? 0,
    // A stall has to outlast the patience of any client.
    idleTimeout: 0,
    fetch: async (request) => await handler.answer(request),
  })
  const endpoint = server.url.origin
  return {
    endpoint,
    oauthEndpoint: `${endpoint}/token`,
    newKeyFile: () => serviceAccount.newKeyFile(),
    changeAccount: (customerId, change) => handler.changeAccount(customerId, change),
    stop: async () => await server.stop(true),
  }
}

const ADS_PATH = /^\/(v\d+)\/customers\/([^/]+)\/googleAds:(searchStream|search)$/

class Handler {
  readonly #world: World
  readonly #scenario: Scenario
  readonly #options: SimulatorOptions
  readonly #tokens: Tokens
  readonly #stats = new Stats()
  readonly #hugeDays: HugeDays | undefined
  readonly #buckets = new Map<string, Bucket>()
  readonly #latencyMs: number

  constructor(options: SimulatorOptions, serviceAccount: ServiceAccount) {
    this.#options = options
    this.#scenario = options.scenario ?? 'plain'
    this.#world = createWorld({
      ...options,
      isTree: this.#scenario === 'manager',
      // A day of one page has no page token that could expire.
      ...(this.#scenario === 'expired-page-tokens' && { itemIds: options.itemIds ?? largeCatalogue() }),
    })
    this.#latencyMs = options.latencyMs ?? (this.#scenario === 'slow' ? SLOW_MS : 0)
    if (options.hugeDayRows !== undefined) this.#hugeDays = new HugeDays(this.#world, options.hugeDayRows)
    const mortal = this.#scenario === 'token-death'
    this.#tokens = new Tokens({
      revoked: this.#scenario === 'revoked',
      nowMs: this.#world.nowMs,
      serviceAccount,
      usesUntilDeath: mortal
        ? (options.usesUntilDeath ?? DEFAULT_USES_UNTIL_DEATH)
        : Number.POSITIVE_INFINITY,
    })
  }

  changeAccount(customerId: string, change: Partial<Node>): void {
    this.#world.tree.change(customerId, change)
  }

  async answer(request: Request): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url)
    if (pathname === '/__stats') return Response.json(this.#stats.report(this.#tokens.issued))
    if (pathname === '/__expected') return expectedDays(this.#world, searchParams)
    this.#stats.count(pathname)
    if (pathname === '/token' && request.method === 'POST') return await this.#tokens.issue(request)
    const [, version = '', customerId = '', method] = ADS_PATH.exec(pathname) ?? []
    if (request.method !== 'POST' || !LIVE_VERSIONS.includes(version)) return htmlPage(404, 'Not Found')
    if (this.#latencyMs > 0) await Bun.sleep(this.#latencyMs)
    return await this.#search(request, { customerId, streamed: method === 'searchStream' })
  }

  async #search(request: Request, { customerId, streamed }: { customerId: string; streamed: boolean }) {
    const refused = this.#refuse(request, customerId)
    if (refused) return errorResponse(refused, streamed)
    const body = await readBody(request)
    const authorization = request.headers.get('authorization')
    if ('error' in body) return errorResponse(body, streamed)
    const unready = this.#options.refuse?.({ customerId, query: body.query })
    if (unready) return errorResponse(unready, streamed)
    let query: Query
    try {
      query = parseQuery(body.query)
    } catch (error) {
      if (error instanceof QueryError) return errorResponse(error.body, streamed)
      throw error
    }
    const continued = body.pageToken !== undefined
    const text = continued ? `${body.query} (a later page)` : body.query
    const { asked, total } = this.#stats.countQuery(customerId, query, text)
    const { seed } = this.#world
    const dailyQuota = this.#options.dailyQuota ?? DEFAULT_DAILY_QUOTA
    if (this.#world.tree.isManager(customerId) && asksForFigures(query))
      return errorResponse(METRICS_OF_MANAGER, streamed)
    const tokenUses = this.#tokens.usesOf(authorization)
    const about = { query: body.query, streamed, continued, customerId, asked, total, tokenUses }
    const fault = this.#tooFast(customerId) ?? faultFor(this.#scenario, about, { seed, dailyQuota })
    if (fault) this.#stats.countFault(fault.name)
    if (fault?.type === 'dead-token') {
      this.#tokens.kill(authorization)
      return errorResponse(TOKEN_REFUSED, streamed)
    }
    if (fault?.type === 'answer') return fault.response()
    if (fault?.type === 'error') return errorResponse(fault.body, streamed)
    if (body.validateOnly) return Response.json({})
    if (streamed && body.summaryOnly && !fault)
      return summaryResponse(query, summaryRow(this.#world, query, customerId))
    if (this.#hugeDays && streamed && !fault && query.resource === 'shopping_performance_view')
      return this.#hugeDays.answer(query, customerId)
    const rows = answerRows(this.#world, query, customerId)
    if (this.#scenario === 'restated-days') this.#restate(query, customerId)
    return streamed ? streamResponse(query, rows, fault) : pageResponse(query, rows, body.pageToken)
  }

  #tooFast(customerId: string): Fault | undefined {
    const { rate } = this.#options
    if (!rate) return undefined
    const bucket = this.#buckets.get(customerId) ?? new Bucket(rate, performance.now())
    this.#buckets.set(customerId, bucket)
    const waitMs = bucket.take(performance.now())
    return waitMs === 0 ? undefined : temporaryQuota(waitMs)
  }

  #restate({ resource, dates }: Query, customerId: string): void {
    if (resource !== 'customer_client' && dates && dates.from === dates.to)
      this.#world.restated.add(dateKey(resource, { customerId, date: dates.from }))
  }

  #refuse(request: Request, customerId: string): ErrorBody | undefined {
    if (!this.#tokens.accepts(request.headers.get('authorization'))) return TOKEN_REFUSED
    if (!/^\d{10}$/.test(customerId))
      return adsError(400, {
        family: 'requestError',
        value: 'INVALID_CUSTOMER_ID',
        message: `Invalid customer ID '${customerId}'.`,
      })
    const refused = this.#world.tree.refuse(customerId, request.headers.get('login-customer-id'))
    if (refused) return refused
    const only = this.#options.customerId
    if (only === undefined || only === customerId) return undefined
    return adsError(403, {
      family: 'authorizationError',
      value: 'USER_PERMISSION_DENIED',
      message: "User doesn't have permission to access customer.",
    })
  }
}

const TOKEN_REFUSED = adsError(401, {
  family: 'authenticationError',
  value: 'OAUTH_TOKEN_INVALID',
  message: 'The OAuth token in the header is not valid.',
})

interface SearchBody {
  query: string
  pageToken: string | undefined
  validateOnly: boolean
  summaryOnly: boolean
}

async function readBody(request: Request): Promise<SearchBody | ErrorBody> {
  const body = (await request.json().catch(() => undefined)) as Record<string, unknown> | undefined
  const { query, pageToken } = body ?? {}
  if (typeof query !== 'string')
    return adsError(400, { family: 'queryError', value: 'QUERY_NOT_ALLOWED', message: 'No query.' })
  if (body !== undefined && 'pageSize' in body)
    return adsError(400, {
      family: 'requestError',
      value: 'PAGE_SIZE_NOT_SUPPORTED',
      message:
        'Setting the page size is not supported. Search Responses will have fixed page size of 10000 rows.',
    })
  return {
    query,
    pageToken: typeof pageToken === 'string' ? pageToken : undefined,
    validateOnly: body?.['validateOnly'] === true,
    summaryOnly: body?.['summaryRowSetting'] === 'SUMMARY_ROW_ONLY',
  }
}

const UNITS = '600'

const METRICS_OF_MANAGER = adsError(400, {
  family: 'queryError',
  value: 'REQUESTED_METRICS_FOR_MANAGER',
  message:
    'Metrics cannot be requested for a manager account. To retrieve metrics, issue separate requests against each client account under the manager account.',
})

/** About 13,000 products have figures on a day. */
const LARGE_CATALOGUE = 45_000

function largeCatalogue(): string[] {
  return Array.from({ length: LARGE_CATALOGUE }, (_, index) => `L-${String(index).padStart(5, '0')}`)
}

function summaryResponse(query: Query, row: object): Response {
  const chunk = {
    fieldMask: fieldMaskOf(query),
    summaryRow: row,
    requestId: 'sim-request-id',
    queryResourceConsumption: UNITS,
  }
  return inPieces(JSON.stringify([chunk]))
}

function streamResponse(query: Query, rows: readonly object[], fault: Fault | undefined): Response {
  const size = fault ? Math.max(1, Math.ceil(rows.length / 2)) : ROWS_PER_CHUNK
  const count = Math.max(1, Math.ceil(rows.length / size))
  const chunks = Array.from({ length: count }, (_, index) => {
    const results = rows.slice(index * size, (index + 1) * size)
    return JSON.stringify({
      // A date without rows has no such key.
      ...(results.length > 0 && { results }),
      fieldMask: fieldMaskOf(query),
      requestId: 'sim-request-id',
      ...(index === count - 1 && { queryResourceConsumption: UNITS }),
    })
  })
  return fault?.type === 'half' ? broken(chunks, fault) : inPieces(`[${chunks.join(',\n')}]`)
}

function pageResponse(query: Query, rows: readonly object[], pageToken: string | undefined): Response {
  const from = pageToken === undefined ? 0 : Number(/^sim-page-(\d+)$/.exec(pageToken)?.[1])
  if (Number.isNaN(from)) {
    const message = 'Page token is invalid.'
    return errorResponse(
      adsError(400, { family: 'requestError', value: 'INVALID_PAGE_TOKEN', message }),
      false,
    )
  }
  const results = rows.slice(from, from + ROWS_PER_CHUNK)
  const next = from + ROWS_PER_CHUNK
  const page = {
    ...(results.length > 0 && { results }),
    ...(next < rows.length && { nextPageToken: `sim-page-${next}` }),
    fieldMask: fieldMaskOf(query),
    queryResourceConsumption: UNITS,
  }
  return Response.json(page, { headers: { 'request-id': 'sim-request-id' } })
}

/** searchStream wraps its errors in an array, search does not. */
function errorResponse(body: ErrorBody, streamed: boolean): Response {
  return Response.json(streamed ? [body] : body, { status: body.error.code })
}
