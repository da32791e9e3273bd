/**
 * Which product an item id of the ads belongs to: the one that has it as `ads_item_id`, else as SKU, else as the rules
 * say; of several the oldest. Without regard to case: reports have item ids in lower case.
 *
 * Read from the whole catalogue once, then kept in step by the change feed: a change that leaves the keys of its product
 * alone, such as a sale, costs nothing.
 */
import { gt } from 'drizzle-orm'
import type { Database } from '#db/database.ts'
import { createMutex } from '#db/mutex.ts'
import { ChangeFollower } from '#server/products/change-follower.ts'
import type { ChangeRow } from '#server/products/journal.ts'
import { nextTurn } from '#server/platform/turns.ts'
import type { ItemIdRule, KeyField } from './item-id-rules.ts'

export interface MatchedProduct {
  id: number
  createdAt: number
}

interface Keyed extends MatchedProduct {
  sku: string | null
  gtin: string | null
  adsItemId: string | null
}

const PAGE_SIZE = 1000

type Key = `${KeyField} ${string}`

export class ItemMatcher {
  readonly #db: Database
  readonly #changes: ChangeFollower
  #rules: readonly ItemIdRule[] = []
  /** Of every item id that was asked for, by falling priority. */
  #wanted = new Map<string, Key[]>()
  #wantedKeys: ReadonlySet<Key> = new Set()
  #owners = new Map<Key, MatchedProduct>()
  /** Of each product that owns any: all of its keys. */
  #keys = new Map<number, string>()
  readonly #exclusively = createMutex()

  constructor(db: Database) {
    this.#db = db
    this.#changes = new ChangeFollower(db)
  }

  /** Those item ids that a product has. */
  async match(
    itemIds: Iterable<string>,
    rules: readonly ItemIdRule[],
  ): Promise<ReadonlyMap<string, MatchedProduct>> {
    const wanted = new Set(itemIds)
    return await this.#exclusively(async () => {
      await this.#refresh(wanted, rules)
      const owners = [...wanted].flatMap((itemId) => {
        const owner = this.#wanted.get(itemId)?.flatMap((key) => this.#owners.get(key) ?? [])[0]
        return owner ? [[itemId, owner] as const] : []
      })
      return new Map(owners)
    })
  }

  async #refresh(wanted: ReadonlySet<string>, rules: readonly ItemIdRule[]): Promise<void> {
    const sameRules =
      rules.map(({ template }) => template).join() === this.#rules.map((each) => each.template).join()
    const isKnown = sameRules && [...wanted].every((itemId) => this.#wanted.has(itemId))
    const changes = await this.#changes.next()
    if (isKnown && changes?.every((change) => !this.#concerns(change))) return
    if (!sameRules) this.#wanted.clear()
    this.#rules = rules
    for (const itemId of wanted) this.#wanted.set(itemId, keysFor(itemId, rules))
    await this.#readAll()
  }

  /** Whether it changes what item ids belong to. */
  #concerns({ productId, product }: ChangeRow): boolean {
    const now = product === null ? [] : keysOf(storedKeys(product))
    const before = this.#keys.get(productId)
    return before === undefined ? now.some((key) => this.#wantedKeys.has(key)) : before !== now.join('\n')
  }

  async #readAll(): Promise<void> {
    this.#owners = new Map()
    this.#keys = new Map()
    this.#wantedKeys = new Set([...this.#wanted.values()].flat())
    for await (const product of products(this.#db)) {
      const keys = keysOf(product)
      const own = keys.filter((key) => this.#wantedKeys.has(key))
      if (own.length === 0) continue
      this.#keys.set(product.id, keys.join('\n'))
      const { id, createdAt } = product
      for (const key of own) if (!this.#owners.has(key)) this.#owners.set(key, { id, createdAt })
    }
  }
}

function keysFor(itemId: string, rules: readonly ItemIdRule[]): Key[] {
  const text = itemId.toLowerCase()
  const byRule = rules.flatMap((rule) => {
    const found = rule.read(itemId)
    return found ? [`${found.field} ${found.value}` as const] : []
  })
  return [`adsItemId ${text}`, `sku ${text}`, ...byRule]
}

/** A product with an item id of its own is not found by its SKU. */
function keysOf({ id, sku, gtin, adsItemId }: Omit<Keyed, 'createdAt'>): Key[] {
  if (adsItemId !== null) return [`adsItemId ${adsItemId.toLowerCase()}`]
  return [
    `id ${id}`,
    ...(sku === null ? [] : [`sku ${sku.toLowerCase()}` as const]),
    ...(gtin === null ? [] : [`gtin ${gtin}` as const]),
  ]
}

function storedKeys(json: string): Omit<Keyed, 'createdAt'> {
  const { id, sku, gtin = null, ads_item_id = null } = JSON.parse(json)
  return { id, sku, gtin, adsItemId: ads_item_id }
}

async function* products({ scanner, tables: { products: table } }: Database): AsyncGenerator<Keyed> {
  const { id, sku, gtin, adsItemId, createdAt } = table
  for (let after = 0; ;) {
    await nextTurn()
    const rows = await scanner
      .select({ id, sku, gtin, adsItemId, createdAt })
      .from(table)
      .where(gt(id, after))
      .orderBy(id)
      .limit(PAGE_SIZE)
    yield* rows
    const last = rows.at(-1)
    if (!last || rows.length < PAGE_SIZE) return
    after = last.id
  }
}
