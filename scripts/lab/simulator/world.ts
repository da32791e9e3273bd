/** The simulated accounts: the demo's advertiser, in one account or in a tree of them. */
import { sampleSkus } from '#db/sample-catalogue.ts'
import { createAdvertiser, type Advertiser, type AdvertiserOptions } from '#server/ads/demo/advertiser.ts'
import { Tree } from './tree.ts'

export interface World extends Advertiser {
  tree: Tree
  /** Dates that were restated since they were first queried: `resource customer date`. */
  restated: Set<string>
}

export interface WorldOptions extends AdvertiserOptions {
  /** A manager with accounts below it, instead of any ten digits. */
  isTree?: boolean
}

/** Advertised, but products of no catalogue. */
const UNKNOWN_ITEM_IDS = ['gla_123', 'shopify_US_111_222', 'online:en:US:123']

export function createWorld(options: WorldOptions = {}): World {
  const skus = options.itemIds ?? [...sampleSkus(), ...UNKNOWN_ITEM_IDS]
  // Google's reports have every item id in lower case.
  const advertiser = createAdvertiser({ ...options, itemIds: skus.map((sku) => sku.toLowerCase()) })
  const tree = new Tree(options.isTree ?? false)
  return {
    ...advertiser,
    zoneOf: (customerId) => tree.find(customerId)?.timeZone ?? advertiser.zoneOf(customerId),
    tree,
    restated: new Set(),
  }
}
