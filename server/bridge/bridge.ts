/** Where ads and products meet: what the bridge keeps between requests, and its settings. */
import type { Database } from '#db/database.ts'
import { readSetting, writeSetting } from '#db/settings.ts'
import type { Interval } from './attribution.ts'
import { rulesOf } from './item-id-rules.ts'
import { ItemMatcher, type MatchedProduct } from './item-matcher.ts'
import { StockOuts } from './stock-outs.ts'

const RULES = 'bridge: item id rules'

export interface Bridge {
  /** Of each item id that a product has, by these rules or those in force. */
  match(
    itemIds: Iterable<string>,
    templates?: readonly string[],
  ): Promise<ReadonlyMap<string, MatchedProduct>>
  /** When these products had no stock, within the time given or now, by product and in order. */
  stockOuts(time: Interval, productIds: readonly number[]): Promise<ReadonlyMap<number, readonly Interval[]>>
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
  const stockOuts = new StockOuts(db)
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

    stockOuts: async (time, productIds) => await stockOuts.of(time, productIds),

    storeRules: async (templates) =>
      await db.withTransaction((tx) => writeSetting({ db, tx }, RULES, JSON.stringify(templates))),
  }
}
