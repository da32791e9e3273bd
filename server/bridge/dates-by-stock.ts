/** Which of an account's dates a product was out of stock for, wholly or in part. */
import { firstFrom } from '#server/ads/item-series.ts'
import { sharesOf, type Interval, type Shares } from './attribution.ts'

/** Dates by their indexes; the end is not one of them. */
export interface DatesByStock {
  /** Dates before this one were over before anything was known of the stock. */
  unknownUntil: number
  /** Wholly out of stock. */
  out: { from: number; until: number }[]
  /** Dates on which that changed. */
  cut: { day: number; shares: Shares }[]
}

interface Stock {
  knownFrom: number
  /** By their beginning; they may overlap where the clock was set back. */
  outs: readonly Interval[]
}

export class DateTimes {
  readonly #days: readonly Interval[]
  readonly #froms: Float64Array
  readonly #untils: Float64Array

  /** @param days in order, not overlapping */
  constructor(days: readonly Interval[]) {
    this.#days = days
    this.#froms = Float64Array.from(days, ({ from }) => from)
    this.#untils = Float64Array.from(days, ({ until }) => until)
  }

  /** The first date that begins then or later. */
  beginningFrom(time: number): number {
    return firstFrom(this.#froms, time)
  }

  /** The first date that ends later than this. */
  endingAfter(time: number): number {
    return firstFrom(this.#untils, time + 1)
  }

  /** The date within which this is, and not at its beginning. */
  cutBy(time: number): { day: number; time: Interval } | undefined {
    const day = this.endingAfter(time)
    const found = this.#days[day]
    return found && found.from < time ? { day, time: found } : undefined
  }
}

export function partsOf(dates: DateTimes, { knownFrom, outs }: Stock): DatesByStock {
  const cut = new Map<number, Interval>()
  const cutAt = (time: number) => {
    const found = dates.cutBy(time)
    // A date that was over before is unknown as a whole.
    if (found && time >= knownFrom) cut.set(found.day, found.time)
  }
  cutAt(knownFrom)
  const out: DatesByStock['out'] = []
  let told = knownFrom
  for (const each of outs) {
    const from = dates.beginningFrom(Math.max(each.from, told))
    const until = dates.endingAfter(each.until)
    cutAt(each.from)
    cutAt(each.until)
    if (until > from) out.push({ from, until })
    told = Math.max(told, each.until)
  }
  const cuts = [...cut].toSorted(([a], [b]) => a - b)
  return {
    unknownUntil: dates.endingAfter(knownFrom),
    out: without(out, cuts),
    cut: cuts.map(([day, time]) => ({ day, shares: sharesOf(time, knownFrom, outs) })),
  }
}

/** Dates that are cut are told by their shares, also where two stock-outs meet in them. Both lists are in order. */
function without(ranges: DatesByStock['out'], cuts: readonly (readonly [day: number, time: Interval])[]) {
  let next = 0
  return ranges.flatMap(({ from, until }) => {
    const parts: DatesByStock['out'] = []
    let start = from
    while ((cuts[next]?.[0] ?? Infinity) < from) next += 1
    for (; (cuts[next]?.[0] ?? Infinity) < until; next += 1) {
      const [day = start] = cuts[next] ?? []
      if (day > start) parts.push({ from: start, until: day })
      start = day + 1
    }
    if (until > start) parts.push({ from: start, until })
    return parts
  })
}
