/** Where ads and products meet: what the bridge keeps between requests, and its settings. */
import { and, gt, isNull, lt, or, sql, type SQL } from 'drizzle-orm'
import type { Database } from '#db/database.ts'
import { readSetting, writeSetting } from '#db/settings.ts'
import type { Interval } from './attribution.ts'
import { rulesOf } from './item-id-rules.ts'
import { ItemMatcher, type MatchedProduct } from './item-matcher.ts'

const RULES = 'bridge: item id rules'

export interface Bridge {
  /** Of each item id that a product has, by these rules or those in force. */
  match(
    itemIds: Iterable<string>,
    templates?: readonly string[],
  ): Promise<ReadonlyMap<string, MatchedProduct>>
  /** When these products had no stock, within the time given or now, by product and in order. */
  stockOuts(time: Interval, productIds: readonly number[]): Promise<ReadonlyMap<number, Interval[]>>
  rules(): Promise<Rules>
  storeRules(templates: readonly string[]): Promise<void>
}

export interface Rules {
  templates: readonly string[]
  /** `stored`: by the API or on the page; they win over the configured ones. */
  source: 'configured' | 'stored'
}

/** @param configured `ADS_ITEM_ID_RULES` */
export function createBridge(db: Database, configured: readonly string[]): Bridge {
  const { stockOuts } = db.tables
  const inForce = new ItemMatcher(db)
  const rules = async (): Promise<Rules> => {
    const stored = await readSetting(db, db.reader, RULES)
    return stored === undefined
      ? { templates: configured, source: 'configured' }
      : { templates: JSON.parse(stored), source: 'stored' }
  }
  return {
    rules,

    async match(itemIds, templates) {
      // Proposed rules are tried beside those in force, and forgotten.
      if (templates) return await new ItemMatcher(db).match(itemIds, rulesOf(templates))
      return await inForce.match(itemIds, rulesOf((await rules()).templates))
    },

    async stockOuts({ from, until }, productIds) {
      const given = db.rowsOf(
        productIds.map((id) => ({ id })),
        [{ name: 'id', text: false }],
      )
      // One row for each product: a row for each time would take longer to hand over than to find.
      const rows = await db.scanner
        .select({ productId: stockOuts.productId, times: timesOf(stockOuts) })
        .from(stockOuts)
        .where(
          and(
            sql`${stockOuts.productId} in (select id from ${given})`,
            or(isNull(stockOuts.untilAt), and(lt(stockOuts.fromAt, until), gt(stockOuts.untilAt, from))),
          ),
        )
        .groupBy(stockOuts.productId)
      return new Map(rows.map(({ productId, times }) => [productId, times.split(',').map(toInterval)]))
    },

    storeRules: async (templates) =>
      await db.withTransaction((tx) => writeSetting({ db, tx }, RULES, JSON.stringify(templates))),
  }
}

/** `1763000000000 1763100000000,1763200000000 `: without an end while it lasts. */
function timesOf({ fromAt, untilAt }: Database['tables']['stockOuts']): SQL<string> {
  const time = sql`${fromAt} || ' ' || coalesce(cast(${untilAt} as text), '')`
  return sql<string>`string_agg(${time}, ',' order by ${fromAt})`
}

function toInterval(time: string): Interval {
  const [from = '', until = ''] = time.split(' ')
  return { from: Number(from), until: until === '' ? Infinity : Number(until) }
}
