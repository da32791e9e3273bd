/**
 * What is being done about a product without stock: new, acknowledged, or handled. A status is of one stock-out and ends
 * with its time, so a product is new again without a job that makes it so: once another stock-out has begun, and when the
 * time of an acknowledgement is over.
 */
import { and, eq, gt, isNull, or, sql, type SQL } from 'drizzle-orm'
import type { Database, Queries } from '#db/database.ts'
import type { StockOutStatusRow } from '#db/schema.postgres.ts'
import { ProblemError } from '#server/errors.ts'
import type { Clock } from '#server/platform/clock.ts'
import { isoTime } from '#server/platform/iso-time.ts'
import { productNotFound } from '#server/products/refusals.ts'

export const STATUSES = ['new', 'acknowledged', 'handled'] as const
export type Status = (typeof STATUSES)[number]

export type StockOutStatus = Pick<StockOutStatusRow, 'status' | 'untilAt' | 'actor' | 'setAt'>

export interface ProductStatus {
  /** Since when there is no stock; null while there is some. */
  outSince: number | null
  /** Undefined: new, and never set for this stock-out. */
  status: StockOutStatus | undefined
}

interface StatusChange {
  status: Status
  untilAt: number | null
  /** Refuse unless the product has been out of stock since then; null: unless it is in stock. */
  expectedOutSince: number | null | undefined
  actor: string
}

export interface StockOutStatuses extends ReturnType<typeof actionsOf> {
  /** The same store, whose writes go into this transaction, for the caller to commit. */
  within(tx: Queries): StockOutStatuses
}

interface Parts {
  clock: Clock
  begin: Database['withTransaction']
}

export function createStockOutStatuses(db: Database, clock: Clock): StockOutStatuses {
  return storeOf(db, { clock, begin: db.withTransaction })
}

function storeOf(db: Database, parts: Parts): StockOutStatuses {
  return {
    ...actionsOf(db, parts),
    within: (tx) => storeOf(db, { ...parts, begin: (run) => run(tx) }),
  }
}

function actionsOf(db: Database, { clock, begin }: Parts) {
  const { stockOutStatuses: statuses, products } = db.tables

  const inForce = (queries: Queries, of?: SQL) =>
    queries
      .select()
      .from(statuses)
      .where(
        and(
          of,
          sql`${statuses.stockOutFrom} = ${latestStockOut(sql`stock_out_statuses.product_id`)}`,
          or(isNull(statuses.untilAt), gt(statuses.untilAt, clock.now())),
        ),
      )

  const read = async (queries: Queries, id: number): Promise<ProductStatus & { from: number }> => {
    const [found] = await queries
      .select({ from: latestStockOut(sql`products.id`).mapWith(Number), stockLevel: products.stockLevel })
      .from(products)
      .where(eq(products.id, id))
    if (!found) throw productNotFound({ id })
    const [status] = await inForce(queries, eq(statuses.productId, id))
    return {
      from: found.from,
      outSince: found.stockLevel === 0 && found.from > 0 ? found.from : null,
      status,
    }
  }

  return {
    /** Of every product that has one in force. */
    all: async (): Promise<ReadonlyMap<number, StockOutStatus>> =>
      new Map((await inForce(db.scanner)).map((row) => [row.productId, row])),

    /** @throws ProblemError `PRODUCT_NOT_FOUND` */
    get: (id: number): Promise<ProductStatus> => read(db.reader, id),

    /** @throws ProblemError `PRODUCT_NOT_FOUND`, `STOCK_OUT_CHANGED` */
    set: async (id: number, { expectedOutSince, ...change }: StatusChange): Promise<ProductStatus> =>
      await begin(async (tx) => {
        // Locked as by every writer of its stock: no stock-out begins or ends meanwhile.
        await db.forUpdate(tx.select({ id: products.id }).from(products).where(eq(products.id, id)))
        const { from, outSince } = await read(tx, id)
        if (expectedOutSince !== undefined && expectedOutSince !== outSince)
          throw new ProblemError('STOCK_OUT_CHANGED', 'Its stock has run out or come back meanwhile.', {
            out_since: isoTime(outSince),
          })
        const status = { ...change, stockOutFrom: from, setAt: clock.now() }
        await tx
          .insert(statuses)
          .values({ productId: id, ...status })
          .onConflictDoUpdate({ target: statuses.productId, set: status })
        return { outSince, status }
      }),
  }
}

/** A product that has none in force is new. */
export function statusIn(statuses: ReadonlyMap<number, StockOutStatus>, productId: number): Status {
  return statuses.get(productId)?.status ?? 'new'
}

/** When the product's open stock-out began, else its last one; 0 where there was none. */
function latestStockOut(productId: SQL): SQL {
  return sql`coalesce((
    select from_at from stock_outs where stock_outs.product_id = ${productId}
    order by case when until_at is null then 0 else 1 end, from_at desc limit 1
  ), 0)`
}
