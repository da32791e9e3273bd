/** What was asked: so that a test, or a user, can see which dates were requested and how often. */
import type { CheckedQuery } from './gaql/check.ts'

export class Stats {
  readonly #paths = new Map<string, number>()
  readonly #queries = new Map<string, number>()
  readonly #dates = new Map<string, number>()
  readonly #faults = new Map<string, number>()
  #figures = 0

  count(path: string): void {
    increment(this.#paths, path)
  }

  /** @returns how often this query, and how often any figures, were asked before. */
  countQuery(
    customerId: string,
    { resource, dates }: CheckedQuery,
    text: string,
  ): { asked: number; total: number } {
    const total = this.#figures
    if (dates) {
      this.#figures++
      const range = dates.from === dates.to ? dates.from : `${dates.from}..${dates.to}`
      increment(this.#dates, `${resource} ${customerId} ${range}`)
    }
    return { asked: increment(this.#queries, `${customerId} ${text}`) - 1, total }
  }

  countFault(name: string): void {
    increment(this.#faults, name)
  }

  report(tokens: number): object {
    return {
      /** Queries with dates, whatever they were answered. */
      figures: this.#figures,
      tokens,
      paths: Object.fromEntries(this.#paths),
      dates: Object.fromEntries(this.#dates),
      faults: Object.fromEntries(this.#faults),
    }
  }
}

function increment(counts: Map<string, number>, name: string): number {
  const count = (counts.get(name) ?? 0) + 1
  counts.set(name, count)
  return count
}
