/** What each item cost on each date, read from the store and kept as long as the date's file stays the same. */
import { parseDecimal } from './decimal.ts'
import { METRICS, type MetricName } from './metric.ts'
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

/** Rows beyond are read again by each request. */
const MAX_KEPT_ROWS = 500_000
const ITEM_ID = 4
/** Files read at once. */
const READERS = 4

export class ItemSpend {
  readonly #dir: string
  readonly #kept = new Map<string, { sha256: string; items: ItemDay[] }>()
  #keptRows = 0

  constructor(dir: string) {
    this.#dir = dir
  }

  async of(lines: readonly IndexLine[]): Promise<{ line: IndexLine; items: ItemDay[] }[]> {
    const found = lines.map((line) => ({ line, items: [] as ItemDay[] }))
    const waiting = [...found]
    const read = async () => {
      for (let next = waiting.pop(); next; next = waiting.pop()) next.items = await this.#itemsOf(next.line)
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
    for (const [oldest, { items: gone }] of this.#kept) {
      if (this.#keptRows <= MAX_KEPT_ROWS) break
      this.#kept.delete(oldest)
      this.#keptRows -= gone.length
    }
    return items
  }
}

async function readItems(dir: string, line: IndexLine): Promise<ItemDay[]> {
  const items = new Map<string, ItemDay>()
  for await (const row of readRows(datePath(dir, line), line.report)) {
    const itemId = row[ITEM_ID] ?? ''
    const item = items.get(itemId) ?? {
      itemId,
      clicks: 0,
      costMicros: 0n,
      conversions: 0n,
      conversionsValue: 0n,
    }
    items.set(itemId, item)
    const cell = (name: MetricName) =>
      row[row.length - METRICS.length + METRICS.findIndex((metric) => metric.name === name)] ?? '0'
    item.clicks += Number(cell('clicks'))
    item.costMicros += BigInt(cell('cost_micros'))
    item.conversions += parseDecimal(cell('conversions')) ?? 0n
    item.conversionsValue += parseDecimal(cell('conversions_value')) ?? 0n
  }
  return [...items.values()]
}
