/** One product at a time: rows in, rows out, money in minor units and time in milliseconds. */
import { and, eq, inArray, sql } from 'drizzle-orm'
import type { Database, Queries } from '#db/database.ts'
import type { ProductRow } from '#db/schema.postgres.ts'
import { wordsOf } from '#db/search/words.ts'
import { ProblemError } from '#server/errors.ts'
import type { Clock } from '#server/platform/clock.ts'
import {
  conditions,
  productColumns,
  listRows,
  searchRows,
  type PageRequest,
  type ProductFilter,
  type SearchRequest,
} from './pages.ts'

export type NewRow = Pick<ProductRow, 'sku' | 'name' | 'priceMinor' | 'stockLevel'>

/** Only these versions may be changed; without it, any. */
export type ExpectedVersions = readonly number[] | undefined

/** Refusals that carry rows: operations.ts turns them into problems with products. */
export class VersionMismatch extends Error {
  readonly current: ProductRow
  constructor(current: ProductRow) {
    super(`The product has version ${current.version} now.`)
    this.current = current
  }
}

export type ProductStore = ReturnType<typeof createProductStore>

export function createProductStore(db: Database, clock: Clock) {
  const { products } = db.tables
  const byId = db.reader
    .select(productColumns(db))
    .from(products)
    .where(eq(products.id, sql.placeholder('id')))
    .prepare('product_by_id')

  return {
    get: async (id: number): Promise<ProductRow | undefined> => (await byId.execute({ id }))[0],
    list: (request: PageRequest) => listRows(db, request),
    count: (filter: ProductFilter) => db.reader.$count(products, and(...conditions(db, filter))),
    search: (request: SearchRequest) => searchRows(db, request),
    /** Those of the given SKUs whose stock is 0. */
    outOfStock: (skus: readonly string[]) => outOfStockRows(db, skus),

    async create(row: NewRow): Promise<ProductRow> {
      return await skuTakenAsProblem(db, row.sku, () =>
        db.withTransaction((tx) => insertRow(db, tx, { ...row, now: clock.now() })),
      )
    },

    /** Changes nothing, version included, when the product already is as asked. */
    async update(id: number, change: Partial<NewRow>, expected: ExpectedVersions): Promise<ProductRow> {
      return await skuTakenAsProblem(db, change.sku, () =>
        db.withTransaction(async (tx) => {
          const row = await expectRow(db, tx, { id, expected })
          return await changeRow(db, tx, { row, change, now: clock.now() })
        }),
      )
    },

    async remove(id: number, expected: ExpectedVersions): Promise<void> {
      await db.withTransaction(async (tx) => {
        await expectRow(db, tx, { id, expected })
        await tx.delete(products).where(eq(products.id, id))
      })
    },

    /** All in one transaction. */
    async upsertBySku(
      rows: readonly NewRow[],
    ): Promise<{ created: number; updated: number; unchanged: number }> {
      return await db.withTransaction((tx) => upsertRows(db, tx, { rows, now: clock.now() }))
    },
  }
}

/** Both databases bound the parameters of one statement, at 32,766 or above. */
const SKUS_PER_QUERY = 1000

async function outOfStockRows(db: Database, skus: readonly string[]): Promise<ProductRow[]> {
  const { products } = db.tables
  const rows: ProductRow[] = []
  for (let start = 0; start < skus.length; start += SKUS_PER_QUERY) {
    const some = skus.slice(start, start + SKUS_PER_QUERY)
    rows.push(
      ...(await db.reader
        .select(productColumns(db))
        .from(products)
        .where(and(eq(products.stockLevel, 0), inArray(products.sku, some)))),
    )
  }
  return rows
}

async function insertRow(
  db: Database,
  tx: Queries,
  { now, ...row }: NewRow & { now: number },
): Promise<ProductRow> {
  const [created] = await tx
    .insert(db.tables.products)
    .values({ ...row, words: wordsOf(row.name).join(' '), version: 1, createdAt: now, updatedAt: now })
    .returning(productColumns(db))
  if (!created) throw new Error('An insert returned no row.')
  return created
}

async function changeRow(
  db: Database,
  tx: Queries,
  { row, change, now }: { row: ProductRow; change: Partial<NewRow>; now: number },
): Promise<ProductRow> {
  const { products } = db.tables
  const fields = Object.entries(change) as [keyof NewRow, NewRow[keyof NewRow] | undefined][]
  if (fields.every(([field, value]) => value === undefined || value === row[field])) return row
  const [changed] = await tx
    .update(products)
    .set({
      ...change,
      ...(change.name !== undefined && { words: wordsOf(change.name).join(' ') }),
      version: row.version + 1,
      updatedAt: Math.max(now, row.updatedAt),
    })
    .where(eq(products.id, row.id))
    .returning(productColumns(db))
  if (!changed) throw new Error('An update returned no row.')
  return changed
}

async function expectRow(
  db: Database,
  tx: Queries,
  { id, expected }: { id: number; expected: ExpectedVersions },
): Promise<ProductRow> {
  const { products } = db.tables
  const [row] = await db.forUpdate(tx.select(productColumns(db)).from(products).where(eq(products.id, id)))
  if (!row) throw productNotFound(id)
  if (expected && !expected.includes(row.version)) throw new VersionMismatch(row)
  return row
}

async function upsertRows(
  db: Database,
  tx: Queries,
  { rows, now }: { rows: readonly NewRow[]; now: number },
) {
  const { products } = db.tables
  const skus = rows.flatMap(({ sku }) => sku ?? [])
  // In the order of ids, as every writer of several rows locks them: so that two cannot wait for each other.
  const existing = await db.forUpdate(
    tx.select(productColumns(db)).from(products).where(inArray(products.sku, skus)).orderBy(products.id),
  )
  const bySku = new Map(existing.map((row) => [row.sku, row]))
  const tally = { created: 0, updated: 0, unchanged: 0 }
  for (const change of rows) {
    const row = bySku.get(change.sku)
    const after = row
      ? await changeRow(db, tx, { row, change, now })
      : await insertRow(db, tx, { ...change, now })
    tally[!row ? 'created' : after === row ? 'unchanged' : 'updated'] += 1
    // The same SKU may come twice in one file: the later line then changes what the earlier one made.
    if (after.sku !== null) bySku.set(after.sku, after)
  }
  return tally
}

export function productNotFound(id: number): ProblemError {
  return new ProblemError('PRODUCT_NOT_FOUND', `No product has the id ${id}.`)
}

async function skuTakenAsProblem<T>(
  db: Database,
  sku: string | null | undefined,
  write: () => Promise<T>,
): Promise<T> {
  try {
    return await write()
  } catch (error) {
    if (db.isUniqueViolation(error))
      throw new ProblemError('SKU_TAKEN', `Another product has the SKU "${sku}".`, { sku })
    throw error
  }
}
