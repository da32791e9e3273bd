/**
 * The rows of an account's dates, item by item and in the order of the dates, as running sums: what an item cost on many
 * dates in a row is one difference, however many they are.
 */
import { toNumber } from './decimal.ts'
import type { Sums } from './metric.ts'

/** The items of one date, over all campaigns, column by column. */
export interface ItemColumns {
  /** Of each row, where its item id stands in `ItemIds`. */
  places: Int32Array
  clicks: Float64Array
  costMicros: BigInt64Array
  conversions: Float64Array
  conversionsValue: Float64Array
}

export interface ItemFigures {
  /** Dates with a row. */
  rows: number
  clicks: number
  costMicros: bigint
  conversions: number
  conversionsValue: number
}

/** Each item id once, by its place. */
export class ItemIds {
  readonly all: string[] = []
  readonly #places = new Map<string, number>()

  placeOf(itemId: string): number {
    const found = this.#places.get(itemId)
    if (found !== undefined) return found
    this.#places.set(itemId, this.all.length)
    return this.all.push(itemId) - 1
  }
}

export function toColumns(items: ReadonlyMap<string, Sums>, itemIds: ItemIds): ItemColumns {
  const sums = [...items.values()]
  return {
    places: Int32Array.from(items.keys(), (itemId) => itemIds.placeOf(itemId)),
    clicks: Float64Array.from(sums, ({ clicks }) => Number(clicks)),
    costMicros: BigInt64Array.from(sums.map(({ cost_micros }) => cost_micros)),
    conversions: Float64Array.from(sums, ({ conversions }) => toNumber(conversions)),
    conversionsValue: Float64Array.from(sums, ({ conversions_value }) => toNumber(conversions_value)),
  }
}

const NO_FIGURES: ItemFigures = { rows: 0, clicks: 0, costMicros: 0n, conversions: 0, conversionsValue: 0 }

export class ItemSeries {
  /** Those with a row. */
  readonly places: readonly number[]
  readonly rows: number
  readonly totalMicros: bigint
  /** Where the rows of each place begin; one more than there are places. */
  readonly #starts: Int32Array
  /** Of each row, the index of its date. */
  readonly #days: Int32Array
  /** Up to and with each row of its place. */
  readonly #sums: Omit<ItemColumns, 'places'>

  /** @param days in order */
  constructor(days: readonly ItemColumns[]) {
    const placeCount = days.reduce((most, { places }) => places.reduce((a, b) => Math.max(a, b + 1), most), 0)
    this.#starts = new Int32Array(placeCount + 1)
    for (const { places } of days) for (const place of places) count(this.#starts, place + 1)
    for (let place = 0; place < placeCount; place += 1)
      count(this.#starts, place + 1, at(this.#starts, place))
    this.rows = at(this.#starts, placeCount)
    this.#days = new Int32Array(this.rows)
    this.#sums = {
      clicks: new Float64Array(this.rows),
      costMicros: new BigInt64Array(this.rows),
      conversions: new Float64Array(this.rows),
      conversionsValue: new Float64Array(this.rows),
    }
    const next = this.#starts.slice()
    for (const [day, columns] of days.entries()) this.#add(day, columns, next)
    this.places = Array.from({ length: placeCount }, (_, place) => place).filter(
      (place) => at(this.#starts, place + 1) > at(this.#starts, place),
    )
    this.totalMicros = this.places.reduce((sum, place) => sum + this.figures(place).costMicros, 0n)
  }

  #add(day: number, { places, ...columns }: ItemColumns, next: Int32Array): void {
    const { clicks, costMicros, conversions, conversionsValue } = this.#sums
    for (let row = 0; row < places.length; row += 1) {
      const place = at(places, row)
      const to = at(next, place)
      next[place] = to + 1
      const isFirst = to === at(this.#starts, place)
      this.#days[to] = day
      clicks[to] = at(columns.clicks, row) + (isFirst ? 0 : at(clicks, to - 1))
      costMicros[to] = (columns.costMicros[row] ?? 0n) + (isFirst ? 0n : (costMicros[to - 1] ?? 0n))
      conversions[to] = at(columns.conversions, row) + (isFirst ? 0 : at(conversions, to - 1))
      conversionsValue[to] = at(columns.conversionsValue, row) + (isFirst ? 0 : at(conversionsValue, to - 1))
    }
  }

  /** Of an item on the dates from one index up to another, without that one. */
  figures(place: number, from = 0, until = Infinity): ItemFigures {
    const [begin, end] = this.#rowsOf(place, from, until)
    if (begin === end) return NO_FIGURES
    const before = begin === at(this.#starts, place) ? -1 : begin - 1
    const { clicks, costMicros, conversions, conversionsValue } = this.#sums
    return {
      rows: end - begin,
      clicks: at(clicks, end - 1) - at(clicks, before),
      costMicros: (costMicros[end - 1] ?? 0n) - (costMicros[before] ?? 0n),
      conversions: at(conversions, end - 1) - at(conversions, before),
      conversionsValue: at(conversionsValue, end - 1) - at(conversionsValue, before),
    }
  }

  #rowsOf(place: number, from: number, until: number): [number, number] {
    if (place + 1 >= this.#starts.length) return [0, 0]
    const bounds = [at(this.#starts, place), at(this.#starts, place + 1)] as const
    const begin = firstFrom(this.#days, from, bounds)
    return [begin, until === Infinity ? bounds[1] : firstFrom(this.#days, until, [begin, bounds[1]])]
  }
}

/** The first index within the bounds whose value is not below the one given. */
export function firstFrom(
  sorted: Int32Array | Float64Array,
  value: number,
  [begin, end]: readonly [number, number] = [0, sorted.length],
): number {
  let [low, high] = [begin, end]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (at(sorted, middle) < value) low = middle + 1
    else high = middle
  }
  return low
}

function at(values: Int32Array | Float64Array, index: number): number {
  return values[index] ?? 0
}

function count(counts: Int32Array, index: number, more = 1): void {
  counts[index] = at(counts, index) + more
}
