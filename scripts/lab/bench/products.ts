/** The catalogue at size: what a page, a search and a point read cost. */
import { eq, sql } from 'drizzle-orm'
import type { Database } from '#db/database.ts'
import { openDatabase } from '#db/open.ts'
import { stopTemporaryPostgres, temporaryPostgres } from '#db/postgres.testing.ts'
import { seed } from '#db/seed.ts'
import { openAnswerCache } from '#server/cache/answer-cache.ts'
import { SCOPES } from '#server/caller.ts'
import type { Context } from '#server/context.ts'
import { invoke } from '#server/invoke.ts'
import { systemClock } from '#server/platform/clock.ts'
import { createLogger } from '#server/platform/log.ts'
import { createMetrics } from '#server/platform/metrics.ts'
import { productOperations } from '#server/products/operations.ts'
import { createProductStore, type ProductStore } from '#server/products/product-store.ts'
import { temporaryFolder } from '#scripts/lab/harness/test-server.ts'
import { costOf, print, timed } from './measure.ts'

export interface ProductsBench {
  count: number
  database: string
}

export async function benchProducts({ count, database }: ProductsBench): Promise<void> {
  await using resources = new AsyncDisposableStack()
  const folder = resources.use(await temporaryFolder())
  resources.defer(stopTemporaryPostgres)
  const url = database === 'postgres' ? await temporaryPostgres() : `file:${folder.path}/bench.db`
  const db = resources.adopt(await openDatabase(url), (opened) => opened.close())
  const seeding = await timed(() => seed(db, { count, decimals: 2, now: Date.now() }))
  print(
    `seed ${count.toLocaleString('en')} on ${database}`,
    `${(seeding.ms / 1000).toFixed(1)} s`,
    `limit 60 s for 1,000,000`,
  )

  const store = resources.use(createProductStore(db, systemClock))
  await pages(db, store, count)
  await pointReads(db, store, count)
}

async function pages(db: Database, store: ProductStore, count: number): Promise<void> {
  const { products } = db.tables
  const depth = Math.floor(count * 0.9)
  const [deep] = await db.reader
    .select()
    .from(products)
    .orderBy(products.name, products.id)
    .offset(depth)
    .limit(1)
  if (!deep) return
  for (const [by, value] of [
    ['id', deep.id],
    ['name', deep.name],
  ] as const) {
    const page = { filter: {}, sort: { by, descending: false }, limit: 50 } as const
    const cursor = { direction: 'next', value, id: by === 'id' ? depth : deep.id, inclusive: false } as const
    const first = await costOf(() => store.list(page))
    const far = await costOf(() => store.list({ ...page, cursor }))
    print(
      `page by ${by} at depth ${depth.toLocaleString('en')}`,
      `${far.median.toFixed(2)} ms`,
      `${(far.median / first.median).toFixed(2)} × the first page (limit 1.2)`,
    )
  }
}

async function pointReads(db: Database, store: ProductStore, count: number): Promise<void> {
  const { products } = db.tables
  const prepared = db.reader
    .select()
    .from(products)
    .where(eq(products.id, sql.placeholder('id')))
    .prepare('bench_point_read')
  const [metrics, log] = [createMetrics(), createLogger({ level: 'silent', format: 'json' })]
  const answers = openAnswerCache({ db, bytes: 2 ** 28, redis: undefined, prefix: '', metrics, log })
  const ctx = {
    products: store,
    answers,
    currency: { code: 'USD', decimals: 2 },
    caller: { scopes: new Set(SCOPES) },
    idempotencyKey: null,
  } as unknown as Context
  const options = { rounds: 30_000 }
  const bare = await costOf(() => prepared.execute({ id: among(count) }), options)
  const read = (ids: number, refresh: boolean) => () =>
    invoke(productOperations.get, { ...ctx, refresh }, { id: among(ids) })
  for (const [what, run] of [
    ['from the database', read(count, true)],
    ['kept in memory', read(100, false)],
  ] as const) {
    const { mean } = await costOf(run, options)
    print(
      `point read through the operation, ${what}`,
      `${(mean * 1000).toFixed(1)} µs`,
      `${(mean / bare.mean).toFixed(2)} × the prepared query (limit 1.5)`,
    )
  }
}

function among(count: number): number {
  return 1 + Math.floor(Math.random() * count)
}
