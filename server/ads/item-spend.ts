/** What each item cost on each date, read from the store and kept as long as the files of the dates stay the same. */
import { addDays, startOfDate } from './calendar.ts'
import { builtInReport } from './definition/files.ts'
import { KeptRows } from './kept-rows.ts'
import { ItemIds, ItemSeries, toColumns, type ItemColumns } from './item-series.ts'
import { addRow, noSums, type Sums } from './metric.ts'
import { indexKeyOf, type IndexLine } from './store/index-file.ts'
import { storedRows } from './store/stored-rows.ts'

export interface AccountSpend {
  currency: string
  /** In order; of a date that is not over, up to now. */
  days: readonly { date: string; from: number; until: number }[]
  /** Its days are those above. */
  series: ItemSeries
}

export interface SpendOfItems {
  /** By their places in the series. Those of other dates are among them. */
  itemIds: readonly string[]
  accounts: readonly AccountSpend[]
}

export interface ItemAccounts {
  zoneOf: (customerId: string) => string
  currencyOf: (customerId: string) => string
  nowMs: number
}

/** Rows beyond are read, or put in order, again by each request. */
const MAX_KEPT_ROWS = 2_000_000
/** Files read at once. */
const READERS = 4

export class ItemSpend {
  readonly #dir: string
  readonly #itemIds = new ItemIds()
  readonly #dates = new KeptRows<ItemColumns>(MAX_KEPT_ROWS, ({ places }) => places.length)
  readonly #series = new KeptRows<ItemSeries>(MAX_KEPT_ROWS, ({ rows }) => rows)

  constructor(dir: string) {
    this.#dir = dir
  }

  async of(lines: readonly IndexLine[], accounts: ItemAccounts): Promise<SpendOfItems> {
    const byAccount = Map.groupBy(lines, ({ customerId }) => customerId)
    const spend: AccountSpend[] = []
    for (const [customerId, own] of byAccount) {
      const sorted = own.toSorted((a, b) => (a.date < b.date ? -1 : 1))
      const series = await this.#seriesOf(sorted)
      spend.push({
        currency: accounts.currencyOf(customerId),
        days: daysOf(customerId, sorted, accounts),
        series,
      })
    }
    return { itemIds: this.#itemIds.all, accounts: spend }
  }

  async #seriesOf(lines: readonly IndexLine[]): Promise<ItemSeries> {
    const key = Bun.hash(lines.map((line) => `${indexKeyOf(line)} ${line.sha256}`).join('\n')).toString()
    return await this.#series.get(key, async () => new ItemSeries(await this.#read(lines)))
  }

  async #read(lines: readonly IndexLine[]): Promise<ItemColumns[]> {
    const found: ItemColumns[] = []
    const waiting = [...lines.entries()]
    const read = async () => {
      for (let next = waiting.pop(); next; next = waiting.pop()) found[next[0]] = await this.#itemsOf(next[1])
    }
    await Promise.all(Array.from({ length: READERS }, read))
    return found
  }

  async #itemsOf(line: IndexLine): Promise<ItemColumns> {
    const key = `${indexKeyOf(line)} ${line.sha256}`
    return await this.#dates.get(key, async () => toColumns(await readItems(this.#dir, line), this.#itemIds))
  }
}

function daysOf(customerId: string, lines: readonly IndexLine[], { zoneOf, nowMs }: ItemAccounts) {
  const zone = zoneOf(customerId)
  return lines.map(({ date }) => {
    const from = startOfDate(zone, date)
    const until = Math.max(from + 1, Math.min(startOfDate(zone, addDays(date, 1)), nowMs))
    return { date, from, until }
  })
}

const PRODUCT = builtInReport('product')
const ITEM_ID_AT = PRODUCT.columns.findIndex(({ name }) => name === 'product_item_id')

async function readItems(dir: string, line: IndexLine): Promise<Map<string, Sums>> {
  const items = new Map<string, Sums>()
  if (line.rows === 0) return items
  for await (const row of storedRows(dir, line, PRODUCT)) {
    const itemId = row[ITEM_ID_AT] ?? ''
    const sums = items.get(itemId) ?? noSums()
    items.set(itemId, sums)
    addRow(sums, row, PRODUCT.summed)
  }
  return items
}
