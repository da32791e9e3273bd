/** The composition root: builds every part from the configuration; nothing else knows them all. */
import { join } from 'node:path'
import type { Server } from 'bun'
import type { Database } from '#db/database.ts'
import { setOnce } from '#db/settings.ts'
import type { Ads } from '#server/ads/ads.ts'
import { createAds } from '#server/ads/create-ads.ts'
import { openAnswerCache, type CreateCache } from './cache/answer-cache.ts'
import { api } from '#server/api.ts'
import type { Config } from '#server/config.ts'
import type { Services } from '#server/context.ts'
import { createIdempotency } from '#server/idempotency.ts'
import { createBackupRecord, type BackupRecord } from '#server/backup-status.ts'
import { IDLE_TIMEOUT_S, listen } from '#server/http/listen.ts'
import { drainServer, Readiness, type Draining } from '#server/http/drain.ts'
import { KeyRing, type KeyRingParts } from '#server/keys/key-ring.ts'
import { createFirstKey } from './keys/first-key.ts'
import { openApi } from '#server/http/openapi/openapi.ts'
import { createRoutes, type RoutesOptions } from '#server/http/routes.ts'
import { systemClock, type Clock } from '#server/platform/clock.ts'
import type { Logger } from '#server/platform/log.ts'
import { createRecentErrors } from '#server/system/recent-errors.ts'
import { createSystem, type System } from '#server/system/system.ts'
import { cureOf } from '#server/http/problem-pages.ts'
import { Gcra, type Arrivals } from '#server/platform/gcra.ts'
import { noSiblings, type Siblings } from '#server/platform/siblings.ts'
import { createMetrics, type Metrics } from '#server/platform/metrics.ts'
import { SpanExporter } from '#server/platform/span-exporter.ts'
import { localLimiter, sharedLimiter, type Limiter } from './http/limits/limiter.ts'
import { connectRedis, type Redis } from '#server/platform/redis.ts'
import { LOOPBACK } from './settings.ts'
import { refreshHourly } from './housekeeping.ts'
import { startJobs } from './leading.ts'
import { openProducts } from './open-products.ts'
import { createStores, transactionsOf } from './stores.ts'
import { createBridge } from '#server/bridge/bridge.ts'
import { outOfStockSpend } from '#server/bridge/out-of-stock-spend.ts'
import { startDelivery } from '#server/webhooks/webhooks.ts'
import type { OutOfStockSpend } from '#server/webhooks/event.ts'

export interface App extends AsyncDisposable {
  url: URL
  ads: Ads
  /** With every scope: made because there was none, told this once, and stored nowhere. */
  firstKey: string | undefined
  /** Settles when another database was put in place of the one that is open: then start anew. */
  databaseReplaced: Promise<void>
  /**
   * Says that it leaves, lets requests finish, and stops a running fetch at a date's end.
   * @param onClosed given where others go on: then nothing need be refused. Called when it takes no more connections.
   */
  drain(onClosed?: () => void): Promise<void>
}

/** For tests, and for checks that must notice a broken part. */
export interface ReplacedParts {
  clock?: Clock
  createCache?: CreateCache
  siblings?: Siblings
  wrapDatabase?: (db: Database) => Database
}

/** Opens the database, migrates it, and listens. Disposing of it closes all in the opposite order. */
export async function startApp(
  config: Config,
  log: Logger,
  { clock = systemClock, createCache, siblings = noSiblings(), wrapDatabase }: ReplacedParts = {},
): Promise<App> {
  await using opened = new AsyncDisposableStack()
  const metrics = createMetrics(siblings)
  const onWaiting = (error: unknown) => log.warn({ err: error }, 'waiting for the database')
  const { db, products } = await openProducts(config, opened, { onWaiting, wrapDatabase })
  countWaiting(metrics, db)
  const onRunEnded = () => void delivery.lookAtRuns()
  const acquireRunLease = () => db.acquireLease('ads-run')
  const ads = opened.use(
    createAds(config.ads, { clock, log, metrics, acquireRunLease, onRunEnded, siblings }),
  )
  const idempotency = createIdempotency(db, clock)
  const stores = createStores(db, { ...config, products, clock })
  opened.use(refreshHourly(db, log))
  const record = createBackupRecord(db, { ...config.backups, clock })
  const jobs = opened.use(new AsyncDisposableStack())
  void startJobs(jobs, { config, stores, idempotency, siblings, db, record, clock, log, metrics })
  const redis = await openRedis(config, log, opened)
  const parts = { db, redis, clock, metrics, log, arrivals: siblings.arrivals }
  const { answers, limiter, prefix } = await openShared(config, parts, createCache)
  opened.use(limiter)
  const recentErrors = opened.use(createRecentErrors({ clock, redis, prefix, siblings }))
  const services: Services = {
    ...stores,
    ...transactionsOf(db, stores),
    ads,
    bridge: createBridge(db, config.itemIdRules),
    system: await systemOf(config, { db, redis, limiter, recentErrors, backups: record, siblings }),
    idempotency,
    answers,
    isUnavailable: db.isUnavailable,
    currency: config.currency,
    lowStockAt: config.lowStockAt,
    clock,
    log,
  }

  const delivery = opened.use(startDelivery(config.webhooks, deliveryParts(services, { db, metrics })))
  const keys = opened.use(openKeyRing(config, { store: stores.keys, keyState: db.keyState, clock, log }))

  const leaving = { stopping: new AbortController(), readiness: new Readiness() }
  const answer = await createRoutes({
    services,
    metrics,
    keys,
    limiter,
    attempts: new Gcra(clock.now, siblings.arrivals),
    spans: openExporter(config, opened, { metrics, log }),
    ...settingsOfRoutes(config),
    ...connections(() => server),
    ...healthOf(leaving, db, redis),
  })
  const server = listen({ ...config, sharesPort: siblings.sharesPort }, answer)
  opened.defer(() => server.stop(true))
  // Not before it listens: a key that was made by a start that failed would be lost.
  const first = keys?.hasAdmin === false ? await createFirstKey(services) : undefined

  const resources = opened.move()
  return {
    url: server.url,
    ads,
    firstKey: first?.key,
    databaseReplaced: db.replaced,
    async drain(onClosed) {
      const ended = [ads, delivery].map((each) => each[Symbol.asyncDispose]())
      await Promise.all([drainServer(server, { ...leaving, answer, onClosed }), ...ended])
    },
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  }
}

function healthOf(
  { readiness, stopping }: Pick<Draining, 'readiness' | 'stopping'>,
  db: Database,
  redis: Redis | undefined,
) {
  return {
    stopping: stopping.signal,
    accepting: () => readiness.ask(),
    checkDatabase: async () => void (await db.reader.select().from(db.tables.settings).limit(1)),
    redis: stateOf(redis),
  } satisfies Partial<RoutesOptions>
}

function settingsOfRoutes({ limits, auth, trustedProxyHops, corsOrigins, host }: Config) {
  return {
    limits,
    publicReads: auth.mode === 'keys' && auth.publicReads,
    trustedProxyHops,
    corsOrigins,
    mcp: auth.mode === 'keys' || LOOPBACK.has(host),
  } satisfies Partial<RoutesOptions>
}

function openExporter(
  { spans }: Config,
  opened: AsyncDisposableStack,
  { metrics, log }: Pick<SharingParts, 'metrics' | 'log'>,
): SpanExporter | undefined {
  if (!spans) return undefined
  const dropped = metrics.counter({ name: 'adstock_spans_dropped_total', help: 'Spans no collector took' })
  return opened.use(new SpanExporter({ ...spans, log, onDropped: (count) => dropped.add({}, count) }))
}

interface SystemParts extends Pick<SharingParts, 'db' | 'redis'>, Pick<System, 'recentErrors'> {
  limiter: Limiter
  siblings: Siblings
  backups: BackupRecord
}

async function systemOf(
  { inForce }: Config,
  { db, redis, limiter, recentErrors, backups, siblings }: SystemParts,
) {
  const manifest = Bun.file(join(import.meta.dir, '../package.json'))
  const { version } = (await manifest.json()) as { version: string }
  return createSystem({
    db,
    redis: stateOf(redis),
    replicas: () => limiter.replicas,
    siblings,
    version,
    settings: inForce,
    recentErrors,
    cureOf,
    backup: () => backups.status(),
  })
}

function stateOf(redis: Redis | undefined) {
  return redis && (() => (redis.healthy ? 'ok' : 'degraded'))
}

function countWaiting(metrics: Metrics, db: Database): void {
  const waiting = { name: 'adstock_database_waiting', help: 'Queries in the queue for the database' }
  metrics.gauge(waiting, (set) => set({}, db.waiting()))
}

function deliveryParts(services: Services, { db, metrics }: Pick<SharingParts, 'db' | 'metrics'>) {
  const spendOnOutOfStock = async (): Promise<OutOfStockSpend[]> => {
    const { to, items, totals } = await outOfStockSpend(services, { days: 1 })
    return totals.map(({ currency, cost_micros }) => ({
      date: to,
      currency,
      costMicros: BigInt(cost_micros),
      items: items
        .filter((item) => item.currency === currency)
        .map(({ product: { id, sku }, cost_micros: cost }) => ({
          productId: id,
          sku,
          costMicros: BigInt(cost),
        })),
    }))
  }
  const { log, lowStockAt } = services
  return { db, metrics, log, lowStockAt, runs: () => services.ads.runs(), spendOnOutOfStock }
}

function connections(
  serverOf: () => Server<undefined>,
): Pick<RoutesOptions, 'addressOf' | 'disableIdleTimeout'> {
  return {
    addressOf: (request) => serverOf().requestIP(request)?.address,
    disableIdleTimeout(request) {
      const server = serverOf()
      server.timeout(request, 0)
      return { [Symbol.dispose]: () => server.timeout(request, IDLE_TIMEOUT_S) }
    },
  }
}

function openKeyRing({ auth }: Config, parts: Omit<KeyRingParts, 'adminKey'>): KeyRing | undefined {
  return auth.mode === 'open' ? undefined : new KeyRing({ ...parts, adminKey: auth.adminKey })
}

async function openRedis(
  { redisUrl }: Config,
  log: Logger,
  opened: AsyncDisposableStack,
): Promise<Redis | undefined> {
  if (redisUrl === undefined) return undefined
  const onTrouble = (error: unknown) => log.warn({ err: error }, 'Redis does not answer; it is left out')
  return opened.use(await connectRedis({ url: redisUrl, onTrouble }))
}

interface SharingParts extends Pick<Services, 'clock' | 'log'> {
  db: Database
  redis: Redis | undefined
  metrics: Metrics
  arrivals: Arrivals | undefined
}

/** What replicas share where there is a Redis. */
async function openShared(
  { cacheBytes }: Config,
  { db, redis, clock, metrics, log, arrivals }: SharingParts,
  createCache: CreateCache | undefined,
) {
  const prefix = `adstock:${await identityOf(db)}:`
  const answers = openAnswerCache(
    { db, bytes: cacheBytes, redis, prefix: `${prefix}${formOfAnswers()}:`, metrics, log },
    createCache,
  )
  const limits = redis && { redis, prefix: `${prefix}limit:`, now: clock.now }
  return {
    prefix,
    answers,
    limiter: limits ? sharedLimiter(limits) : localLimiter(new Gcra(clock.now, arrivals)),
  }
}

/** Another version of the program, whose answers have other fields, takes none of ours. */
function formOfAnswers(): string {
  return Bun.hash(JSON.stringify(openApi(api, {}))).toString(36)
}

/** Tells one database from another. */
async function identityOf(db: Database): Promise<string> {
  return await setOnce(db, 'identity', crypto.randomUUID())
}
