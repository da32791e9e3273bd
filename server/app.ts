/** The composition root: builds every part from the configuration; nothing else knows them all. */
import { Elysia } from 'elysia'
import type { Server } from 'bun'
import type { Database } from '#db/database.ts'
import { openDatabase } from '#db/open.ts'
import { startSimulator } from '#scripts/simulator/server.ts'
import { createAds, type Ads } from '#server/ads/ads.ts'
import { api } from '#server/api.ts'
import type { Config } from '#server/config.ts'
import type { Caller, Services } from '#server/context.ts'
import { ProblemError } from '#server/errors.ts'
import { mountHealth } from '#server/http/health.ts'
import { openApi } from '#server/http/openapi.ts'
import { mountPages } from '#server/http/page.ts'
import { pathOf, problemResponse, requestInfo, toProblem } from '#server/http/problem.ts'
import { createRateLimiter } from '#server/http/rate-limit.ts'
import { mountRest, type Transport } from '#server/http/rest.ts'
import { ENDPOINT, mountTrpc, trpcRefusal } from '#server/http/trpc.ts'
import { SCOPES } from '#server/operation.ts'
import { systemClock } from '#server/platform/clock.ts'
import type { Logger } from '#server/platform/log.ts'
import { createProductStore } from '#server/products/store.ts'

export interface App extends AsyncDisposable {
  url: URL
  ads: Ads
  /** Refuses new connections and lets requests in flight finish. */
  drain(): Promise<void>
}

const MAX_REQUEST_BYTES = 8 * 1024 * 1024
const DRAIN_TIMEOUT_MS = 8_000
const DRAIN_POLL_MS = 20

/** Opens the database, migrates it, and listens. Disposing of it closes all in the opposite order. */
export async function startApp(config: Config, log: Logger): Promise<App> {
  await using opened = new AsyncDisposableStack()
  const { db, products } = await openProducts(config, opened)
  const ads = opened.use(createAds(config.ads, { clock: systemClock, log, startDemo: startSimulator }))
  const services: Services = { products, ads, currency: config.currency, clock: systemClock, log }

  let server: Server<undefined> | null = null
  let accepting = true
  const app = await createHttp(config, services, {
    server: () => server,
    accepting: () => accepting,
    checkDatabase: async () => void (await db.reader.select().from(db.tables.settings).limit(1)),
  })
  server = listen(config, app)
  opened.defer(() => server?.stop(true))

  const resources = opened.move()
  const drain = async () => {
    accepting = false
    if (server) await finishRequests(server)
  }
  return { url: server.url, ads, drain, [Symbol.asyncDispose]: () => resources.disposeAsync() }
}

/** The database and the products in it: what the command line needs as well as the server. */
export async function openProducts(
  { databaseUrl, currency }: Pick<Config, 'databaseUrl' | 'currency'>,
  opened: AsyncDisposableStack,
) {
  const db = opened.adopt(await openDatabase(databaseUrl), (database) => database.close())
  await claimCurrency(db, currency.code)
  return { db, products: createProductStore(db, systemClock) }
}

/** Prices are stored in minor units: read in another currency they would be other prices. */
async function claimCurrency(db: Database, currency: string): Promise<void> {
  const { settings } = db.tables
  await db.withTransaction(async (tx) => {
    await tx.insert(settings).values({ name: 'currency', value: currency }).onConflictDoNothing()
    const rows = await tx.select().from(settings)
    const stored = rows.find(({ name }) => name === 'currency')?.value
    if (stored !== currency)
      throw new Error(`The prices in this database are in ${stored}, but CURRENCY is ${currency}.`)
  })
}

interface Lifecycle {
  server: () => Server<undefined> | null
  accepting: () => boolean
  checkDatabase: () => Promise<void>
}

async function createHttp(
  config: Config,
  services: Services,
  { server, ...health }: Lifecycle,
): Promise<Elysia> {
  const transport: Transport = {
    log: services.log,
    contextFor: (request, { requestId }) => ({
      ...services,
      caller: EVERYONE,
      requestId,
      signal: request.signal,
    }),
  }
  const limiter =
    config.limits === 'off'
      ? undefined
      : createRateLimiter(api, {
          policies: config.limits,
          trustedProxyHops: config.trustedProxyHops,
          now: systemClock.now,
          server,
        })

  const app = new Elysia()
  app.onError(({ error, code, request }) => {
    const info = requestInfo(request)
    const refusal =
      code === 'NOT_FOUND' ? new ProblemError('ROUTE_NOT_FOUND', `Nothing is at ${info.instance}.`) : error
    const problem = toProblem(refusal, info, services.log)
    const fields = limiter?.fieldsFor(request) ?? {}
    return pathOf(request.url).startsWith(`${ENDPOINT}/`)
      ? trpcRefusal(request, problem, fields)
      : problemResponse(problem, fields)
  })
  if (limiter) {
    app.use(limiter.plugin)
    app.onBeforeHandle(({ request, set }) => void Object.assign(set.headers, limiter.fieldsFor(request)))
  }
  mountHealth(app, health)
  await mountPages(app, openApi(api))
  mountRest(app, api, transport)
  mountTrpc(app, api, transport)
  return app
}

/** config.ts refuses to start where callers would have to be told apart. */
const EVERYONE: Caller = { kind: 'open', name: 'anyone', scopes: new Set(SCOPES) }

function listen({ host, port }: Config, app: Elysia): Server<undefined> {
  return Bun.serve({
    hostname: host,
    port,
    maxRequestBodySize: MAX_REQUEST_BYTES,
    fetch: (request) => app.fetch(request),
  })
}

/** Bun's own graceful stop also waits for idle keep-alive connections: those need no waiting for. */
async function finishRequests(server: Server<undefined>): Promise<void> {
  void server.stop()
  const giveUpAt = performance.now() + DRAIN_TIMEOUT_MS
  while (server.pendingRequests > 0 && performance.now() < giveUpAt) await Bun.sleep(DRAIN_POLL_MS)
}
