/** What each item cost on each date, read from the store and kept as long as the date's file stays the same. */
import { evictOldest } from '#server/platform/evict-oldest.ts'
import { addDays, startOfDate } from './calendar.ts'
import { PRODUCT_ITEM_ID } from './groups.ts'
import { addRow, noSums, type Sums } from './metric.ts'
import { readRows } from './store/date-file.ts'
import { indexKeyOf, type IndexLine } from './store/index-file.ts'
import { datePath } from './store/layout.ts'

/** One item on one date, over all campaigns; decimals are scaled as in decimal.ts. */
export interface ItemDay {
  itemId: string
  clicks: number
  costMicros: bigint
  conversions: bigint
  conversionsValue: bigint
}

/** Of one account. */
export interface DayOfItems {
  date: string
  /** The date in the account's zone, in milliseconds since the epoch; of a date that is not over, up to now. */
  time: { from: number; until: number }
  currency: string
  items: readonly ItemDay[]
}

interface Accounts {
  zoneOf: (customerId: string) => string
  currencyOf: (customerId: string) => string
  nowMs: number
}

/** Rows beyond are read again by each request. */
const MAX_KEPT_ROWS = 500_000
/** Files read at once. */
const READERS = 4

export class ItemSpend {
  readonly #dir: string
  readonly #kept = new Map<string, { sha256: string; items: ItemDay[] }>()
  readonly #evict = evictOldest(this.#kept)
  #keptRows = 0

  constructor(dir: string) {
    this.#dir = dir
  }

  async of(lines: readonly IndexLine[], { zoneOf, currencyOf, nowMs }: Accounts): Promise<DayOfItems[]> {
    const items = await this.#read(lines)
    return lines.map((line, place) => {
      const { date, customerId } = line
      const zone = zoneOf(customerId)
      const from = startOfDate(zone, date)
      const until = Math.max(from + 1, Math.min(startOfDate(zone, addDays(date, 1)), nowMs))
      return { date, time: { from, until }, currency: currencyOf(customerId), items: items[place] ?? [] }
    })
  }

  async #read(lines: readonly IndexLine[]): Promise<ItemDay[][]> {
    const found: ItemDay[][] = []
    const waiting = [...lines.entries()]
    const read = async () => {
      for (let next = waiting.pop(); next; next = waiting.pop()) found[next[0]] = await this.#itemsOf(next[1])
    }
    await Promise.all(Array.from({ length: READERS }, read))
    return found
  }

  async #itemsOf(line: IndexLine): Promise<ItemDay[]> {
    if (line.rows === 0) return []
    const key = indexKeyOf(line)
    const kept = this.#kept.get(key)
    if (kept?.sha256 === line.sha256) return kept.items
    const items = await readItems(this.#dir, line)
    this.#keptRows += items.length - (kept?.items.length ?? 0)
    this.#kept.set(key, { sha256: line.sha256, items })
    while (this.#keptRows > MAX_KEPT_ROWS) {
      const evicted = this.#evict()
      if (!evicted) break
      this.#keptRows -= evicted[1].items.length
    }
    return items
  }
}

async function readItems(dir: string, line: IndexLine): Promise<ItemDay[]> {
  const items = new Map<string, Sums>()
  for await (const row of readRows(datePath(dir, line), line.report)) {
    const itemId = row[PRODUCT_ITEM_ID] ?? ''
    const sums = items.get(itemId) ?? noSums()
    items.set(itemId, sums)
    addRow(sums, row)
  }
  return [...items].map(([itemId, sums]) => ({
    itemId,
    clicks: Number(sums.clicks),
    costMicros: sums.cost_micros,
    conversions: sums.conversions,
    conversionsValue: sums.conversions_value,
  }))
}
