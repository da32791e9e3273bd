/** The cost of a group over a range, in parts: a day's average of each, so that parts of unlike length compare. */
import { daysBetween, type DateRange } from './calendar.ts'

/** As exact as a line of a few pixels can be, and short to send. */
const STEP_MICROS = 10_000n

/** A range divided into parts of whole dates: fewer where it has fewer dates. */
export class TrendParts {
  readonly #from: string
  readonly #dates: number
  readonly count: number
  readonly #partOf = new Map<string, number>()

  constructor({ from, to }: DateRange, parts: number) {
    this.#from = from
    this.#dates = daysBetween(from, to) + 1
    this.count = Math.min(parts, this.#dates)
  }

  of(date: string): number {
    const known = this.#partOf.get(date)
    if (known !== undefined) return known
    const part = Math.floor((daysBetween(this.#from, date) * this.count) / this.#dates)
    this.#partOf.set(date, part)
    return part
  }

  datesIn(part: number): number {
    const first = (of: number) => Math.ceil((of * this.#dates) / this.count)
    return first(part + 1) - first(part)
  }
}

export class Trend {
  readonly #parts: TrendParts
  readonly #micros: bigint[]

  constructor(parts: TrendParts) {
    this.#parts = parts
    this.#micros = Array.from({ length: parts.count }, () => 0n)
  }

  add(date: string, costMicros: bigint): void {
    const part = this.#parts.of(date)
    this.#micros[part] = (this.#micros[part] ?? 0n) + costMicros
  }

  toWire(): string[] {
    return this.#micros.map((micros, part) => {
      const perDay = micros / BigInt(this.#parts.datesIn(part))
      return `${(perDay / STEP_MICROS) * STEP_MICROS}`
    })
  }
}
