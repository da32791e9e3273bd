/** The simulated accounts: the demo's advertiser, in one account or in a tree of them. */
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

export function createWorld(options: WorldOptions = {}): World {
  const advertiser = createAdvertiser(options)
  const tree = new Tree(options.isTree ?? false)
  return {
    ...advertiser,
    zoneOf: (customerId) => tree.find(customerId)?.timeZone ?? advertiser.zoneOf(customerId),
    tree,
    restated: new Set(),
  }
}
