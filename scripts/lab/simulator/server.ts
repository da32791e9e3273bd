/** A Google Ads of our own on the loopback: true on the wire, made up in its figures, faulty on demand. */
import { createWorld, type World, type WorldOptions } from './world.ts'
import { answerRows, asksForFigures, summaryRow } from './answer.ts'
import { adsError, htmlPage, plainError, type ErrorBody } from './bodies.ts'
import { dateIn, isTimeZone } from '#server/ads/calendar.ts'
import { dateKey } from '#server/ads/demo/figures.ts'
import { expectedDays } from './expected.ts'
import { Bucket } from './bucket.ts'
import { faultFor, SLOW_MS, temporaryQuota, type Fault, type Scenario } from './faults.ts'
import { describeField, searchFields } from './field-service.ts'
import { checkQuery, type CheckedQuery } from './gaql/check.ts'
import { QueryError } from './gaql/errors.ts'
import { parseQuery } from './gaql/parse.ts'
import { HugeDays } from './huge-days.ts'
import { readBody, type SearchBody } from './request.ts'
import { errorResponse, pageResponse, streamResponse } from './respond.ts'
import { ServiceAccount } from './service-account.ts'
import { Stats } from './stats.ts'
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

const SEARCH_PATH = /^customers\/([^/]+)\/googleAds:(searchStream|search)$/
const LIST_ACCOUNTS = 'customers:listAccessibleCustomers'
const SEARCH_FIELDS = 'googleAdsFields:search'

interface Asked {
  customerId: string
  streamed: boolean
  query: CheckedQuery
  body: SearchBody
}

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
      isTree: options.isTree ?? this.#scenario === 'manager',
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
    const changed = /^\/__accounts\/(\d{10})$/.exec(pathname)?.[1]
    if (changed !== undefined) {
      this.changeAccount(changed, (await request.json()) as Partial<Node>)
      return Response.json(this.#world.tree.find(changed))
    }
    this.#stats.count(pathname)
    if (pathname === '/token' && request.method === 'POST') return await this.#tokens.issue(request)
    const [, version = '', rest = ''] = /^\/(v\d+)\/(.*)$/.exec(pathname) ?? []
    if (!LIVE_VERSIONS.includes(version)) return htmlPage(404, 'Not Found')
    if (this.#latencyMs > 0) await Bun.sleep(this.#latencyMs)
    const [, customerId = '', method] = SEARCH_PATH.exec(rest) ?? []
    const streamed = method === 'searchStream'
    const answer =
      method !== undefined && request.method === 'POST'
        ? await this.#search(request, { customerId, streamed })
        : await this.#beside(request, rest)
    return answer instanceof Response ? answer : errorResponse(answer, { streamed, version })
  }

  /** What a client asks beside queries: which accounts it reaches, and which fields there are. */
  async #beside(request: Request, path: string): Promise<Response | ErrorBody> {
    const isPost = request.method === 'POST'
    const field = /^googleAdsFields\/([\w.]+)$/.exec(path)?.[1]
    if (path !== LIST_ACCOUNTS && path !== SEARCH_FIELDS && field === undefined)
      return htmlPage(404, 'Not Found')
    if (!this.#tokens.accepts(request.headers.get('authorization'))) return TOKEN_REFUSED
    if (path === LIST_ACCOUNTS && !isPost) {
      const resourceNames = this.#world.tree.roots(this.#options.customerId).map((id) => `customers/${id}`)
      return Response.json({ resourceNames })
    }
    if (path === SEARCH_FIELDS && isPost) {
      const { query = '' } = ((await request.json().catch(() => ({}))) ?? {}) as { query?: string }
      return orRefusal(() => Response.json(searchFields(query)))
    }
    const described = field === undefined || isPost ? undefined : describeField(field)
    return described ? Response.json(described) : plainError(404)
  }

  async #search(
    request: Request,
    { customerId, streamed }: { customerId: string; streamed: boolean },
  ): Promise<Response | ErrorBody> {
    const refused = this.#refuse(request, customerId)
    if (refused) return refused
    const body = await readBody(request, streamed)
    if ('error' in body) return body
    const unready = this.#options.refuse?.({ customerId, query: body.query })
    if (unready) return unready
    const query = orRefusal(() => checkQuery(parseQuery(body.query), this.#today(customerId)))
    if ('error' in query) return query
    const fault = this.#faultFor(request, { customerId, streamed, query, body })
    if (fault instanceof Response || (fault && 'error' in fault)) return fault
    if (body.validateOnly) return Response.json({})
    return this.#answer({ customerId, streamed, query, body }, fault)
  }

  #answer({ customerId, streamed, query, body }: Asked, fault: Fault | undefined): Response | ErrorBody {
    if (this.#hugeDays && streamed && !fault && query.resource === 'shopping_performance_view' && body.rows)
      return this.#hugeDays.answer(query, customerId)
    const isNeeded = body.rows || body.totalCount
    const { rows, total } = isNeeded ? answerRows(this.#world, query, customerId) : { rows: [], total: 0 }
    const answer = {
      query,
      rows: body.rows ? rows : [],
      total,
      summary: body.summary ? summaryRow(this.#world, query, customerId) : undefined,
    }
    if (this.#scenario === 'restated-days') this.#restate(query, customerId)
    return streamed ? streamResponse(answer, fault) : pageResponse(answer, body)
  }

  /** Undefined when nothing stands in the way; a half answer breaks off later. */
  #faultFor(request: Request, asked: Asked): Fault | Response | ErrorBody | undefined {
    const { customerId, streamed, query, body } = asked
    const authorization = request.headers.get('authorization')
    const continued = body.pageToken !== undefined
    const text = continued ? `${body.query} (a later page)` : body.query
    const { asked: times, total } = this.#stats.countQuery(customerId, query, text)
    if (this.#world.tree.isManager(customerId) && asksForFigures(query)) return METRICS_OF_MANAGER
    const about = {
      query: body.query,
      streamed,
      continued,
      customerId,
      asked: times,
      total,
      tokenUses: this.#tokens.usesOf(authorization),
    }
    const { seed } = this.#world
    const dailyQuota = this.#options.dailyQuota ?? DEFAULT_DAILY_QUOTA
    const fault = this.#tooFast(customerId) ?? faultFor(this.#scenario, about, { seed, dailyQuota })
    if (fault) this.#stats.countFault(fault.name)
    if (fault?.type === 'dead-token') {
      this.#tokens.kill(authorization)
      return TOKEN_REFUSED
    }
    if (fault?.type === 'answer') return fault.response()
    return fault?.type === 'error' ? fault.body : fault
  }

  #today(customerId: string): string {
    const { nowMs, zoneOf } = this.#world
    const zone = zoneOf(customerId)
    // A zone of another planet has no dates of its own.
    const known = isTimeZone(zone) ? zone : 'UTC'
    return dateIn(known, nowMs())
  }

  #tooFast(customerId: string): Fault | undefined {
    const { rate } = this.#options
    if (!rate) return undefined
    const bucket = this.#buckets.get(customerId) ?? new Bucket(rate, performance.now())
    this.#buckets.set(customerId, bucket)
    const waitMs = bucket.take(performance.now())
    return waitMs === 0 ? undefined : temporaryQuota(waitMs)
  }

  #restate({ resource, dates }: CheckedQuery, customerId: string): void {
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

function orRefusal<T>(work: () => T): T | ErrorBody {
  try {
    return work()
  } catch (error) {
    if (error instanceof QueryError) return error.body
    throw error
  }
}
