/** What readers and writers share: the histories of all products, and what was found. */
import type { Answer, Target, Product } from './request.ts'
import { FaultWindows } from './fault-windows.ts'
import { ABSENT, GONE, ProductHistory, type LowerBound } from './history.ts'
import { Tally, Violations } from './tally.ts'

interface SessionParts {
  /** By their index. */
  places: readonly Target[]
  /** That there are to be at any time. */
  products: number
  /** Products that others write: nothing is known of them. */
  foreign?: ReadonlySet<number>
  log?: ((line: object) => void) | undefined
}

export interface KeptPage {
  etag: string
  items: Product[]
}

const MAX_DELETED = 50
const MAX_PAGES = 50
/** What a server may say to what is asked here. */
const ANSWERS = new Set([200, 201, 204, 304, 404, 409, 412])
/** No answer; a balancer's timeout; or a server that was unavailable. */
const NO_ANSWERS = new Set([0, 502, 503])

export class Session {
  readonly places: readonly Target[]
  readonly products: number
  readonly foreign: ReadonlySet<number>
  readonly excuses = new FaultWindows()
  readonly violations = new Violations()
  readonly tallies: Tally[] = []
  tally = new Tally('none')
  stopped = false
  /** Each product that there is now. */
  readonly alive: ProductHistory[] = []
  /** Those that were deleted last. */
  readonly deleted: ProductHistory[] = []
  highestId = 0
  /** Each page as it was last answered, by its path. */
  readonly pages = new Map<string, KeptPage>()
  behindSql = { reads: 0, worstMs: 0 }
  readonly #histories = new Map<number, ProductHistory>()
  readonly #startedAt = performance.now()
  readonly #log: ((line: object) => void) | undefined

  constructor({ places, products, foreign = new Set(), log }: SessionParts) {
    this.places = places
    this.products = products
    this.foreign = foreign
    this.#log = log
  }

  begin(faults: string): Tally {
    this.tally = new Tally(faults)
    this.tallies.push(this.tally)
    return this.tally
  }

  historyOf(id: number): ProductHistory {
    const known = this.#histories.get(id)
    if (known) return known
    const history = new ProductHistory(id)
    this.#histories.set(id, history)
    return history
  }

  born(history: ProductHistory): void {
    this.highestId = Math.max(this.highestId, history.id)
    this.alive.push(history)
  }

  /** Retires a product from writing. @returns false when another writer has retired it before */
  takeOut(history: ProductHistory): boolean {
    const place = this.alive.indexOf(history)
    if (place === -1) return false
    this.alive.splice(place, 1)
    this.deleted.push(history)
    if (this.deleted.length > MAX_DELETED) this.deleted.shift()
    return true
  }

  keepPage(path: string, page: KeptPage): void {
    this.pages.delete(path)
    this.pages.set(path, page)
    for (const oldest of this.pages.keys()) {
      if (this.pages.size <= MAX_PAGES) return
      this.pages.delete(oldest)
    }
  }

  /** For a read of many products. */
  floors(now: number): Map<ProductHistory, LowerBound> {
    return new Map([...this.alive, ...this.deleted].map((history) => [history, history.floor(now)]))
  }

  /** @returns whether there is something to judge */
  tookRead(via: string, answer: Answer): boolean {
    const { tookMs, tier } = answer
    if (!this.#acceptable(via, answer)) {
      this.tally.unanswered += 1
      return false
    }
    this.tally.reads.add(via)
    this.tally.tiers.add(tier)
    this.tally.readTimes.add(tookMs)
    return true
  }

  tookWrite(via: string, answer: Answer): 'done' | 'refused' | 'unknown' {
    const { status, tookMs } = answer
    const known = this.#acceptable(via, answer)
    const result = !known ? 'unknown' : status < 300 ? 'done' : 'refused'
    this.tally.writes.add(result)
    if (known) this.tally.writeTimes.add(tookMs)
    return result
  }

  /** Whether there was an answer; when not, something has to excuse that. */
  #acceptable(via: string, answer: Answer): boolean {
    const { status, place, startedAt, tookMs } = answer
    const answered = ANSWERS.has(status)
    this.#note(answer, { asked: via, status })
    const excused = NO_ANSWERS.has(status) && this.excuses.cover(place.index, startedAt, startedAt + tookMs)
    if (!answered && !excused && !this.stopped)
      this.#violated(`no answer without a cause (${via})`, answer, {
        id: 0,
        shown: status,
        expected: 'an answer',
      })
    return answered
  }

  /** Compares what an answer shows of a product with what it had to show. */
  judge(
    history: ProductHistory,
    shown: { version: number; via: string; floor: LowerBound; product?: Product | undefined },
    answer: Answer,
  ): void {
    const { version, via, floor, product } = shown
    const findings = history.judge(version, { floor, content: product && contentOf(product) })
    for (const { mistake, expected, ageMs } of findings) {
      this.#violated(`${mistake} (${via})`, answer, {
        id: history.id,
        shown: inWords(version),
        expected: inWords(expected),
        ageMs,
      })
    }
    const behindMs = findings.length > 0 ? 0 : history.behindSqlMs(version, floor)
    if (behindMs > 0) {
      this.behindSql.reads += 1
      this.behindSql.worstMs = Math.max(this.behindSql.worstMs, behindMs)
    }
    this.#note(answer, { shown: via, id: history.id, version: inWords(version) })
  }

  #note({ place, tier, startedAt, tookMs }: Answer, what: object): void {
    const start = startedAt - this.#startedAt
    this.#log?.({ ...what, place: place.index, tier, start, end: start + tookMs })
  }

  /** A page that contradicts itself. */
  inconsistent(what: string, answer: Answer, { id, stock_level }: Product): void {
    this.#violated(what, answer, { id, shown: stock_level, expected: 'what was asked for' })
  }

  #violated(
    what: string,
    { place, tier, startedAt, tookMs }: Answer,
    found: { id: number; shown: number | string; expected: number | string; ageMs?: number },
  ): void {
    this.violations.add({
      what,
      place: place.index,
      tier,
      ageMs: 0,
      ...found,
      atMs: startedAt - this.#startedAt,
      tookMs,
      faults: this.excuses.now().join(', '),
    })
  }
}

function contentOf({ name, price, stock_level, updated_at }: Product): string {
  return `${price} ${stock_level} ${updated_at} ${name}`
}

function inWords(version: number): number | string {
  return version === ABSENT ? 'absent' : version === GONE ? 'deleted' : version
}
