/** What readers and writers share: the histories of all products, who is on which replica, and what was found. */
import type { Cluster, Replica } from './cluster.ts'
import { Excuses } from './excuses.ts'
import { ABSENT, GONE, ProductHistory, type Floor } from './history.ts'
import { Tally, Violations, type Tier } from './tally.ts'

export interface Product {
  id: number
  name: string
  price: string
  stock_level: number
  version: number
  updated_at: string
}

export interface Answer {
  replica: Replica
  /** 0: none came. */
  status: number
  body: unknown
  etag: string | null
  tier: Tier
  startedAt: number
  tookMs: number
}

export interface Asked {
  path: string
  method?: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  headers?: Record<string, string>
  body?: object
}

interface SessionParts {
  cluster: Pick<Cluster, 'replicas'>
  products: number
  log?: ((line: object) => void) | undefined
}

export interface KeptPage {
  etag: string
  items: Product[]
}

/** Longer than the server gives a silent database. */
const CLIENT_TIMEOUT_MS = 10_000
const BURIED = 50
const MAX_PAGES = 50
const TIERS: [part: string, tier: Tier][] = [
  ['detail=memory', 'memory'],
  ['detail=redis', 'redis'],
  ['fwd=miss', 'none'],
]

export class Session {
  readonly replicas: readonly Replica[]
  readonly excuses = new Excuses()
  /** That there are to be at any time. */
  readonly products: number
  readonly violations = new Violations()
  readonly tallies: Tally[] = []
  tally = new Tally('none')
  stopped = false
  /** Each product that there is now. */
  readonly alive: ProductHistory[] = []
  /** Those that were deleted last. */
  readonly buried: ProductHistory[] = []
  highestId = 0
  /** Each page as it was last answered, by its path. */
  readonly pages = new Map<string, KeptPage>()
  behindSql = { reads: 0, worstMs: 0 }
  readonly #histories = new Map<number, ProductHistory>()
  readonly #startedAt = performance.now()
  readonly #log: ((line: object) => void) | undefined

  constructor({ cluster, products, log }: SessionParts) {
    this.replicas = cluster.replicas
    this.products = products
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

  /** Nobody writes it any more. @returns false when somebody else has taken it out before */
  takeOut(history: ProductHistory): boolean {
    const place = this.alive.indexOf(history)
    if (place === -1) return false
    this.alive.splice(place, 1)
    this.buried.push(history)
    if (this.buried.length > BURIED) this.buried.shift()
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
  floors(now: number): Map<ProductHistory, Floor> {
    return new Map([...this.alive, ...this.buried].map((history) => [history, history.floor(now)]))
  }

  async ask(replica: Replica, { path, method = 'GET', headers, body }: Asked): Promise<Answer> {
    const startedAt = performance.now()
    const answer = { replica, startedAt, status: 0, body: undefined, etag: null, tier: 'not told' } as const
    try {
      const response = await fetch(replica.url + path, {
        method,
        signal: AbortSignal.timeout(CLIENT_TIMEOUT_MS),
        // A kept connection that is found broken would be tried again by itself, and a write done twice.
        ...(method !== 'GET' && { keepalive: false }),
        ...(body
          ? { body: JSON.stringify(body), headers: { 'content-type': 'application/json', ...headers } }
          : headers && { headers }),
      })
      const text = await response.text()
      const { status } = response
      const tookMs = performance.now() - startedAt
      return {
        ...answer,
        status,
        body: text === '' ? undefined : JSON.parse(text),
        etag: response.headers.get('etag'),
        tier: tierOf(response.headers.get('cache-status')),
        tookMs,
      }
    } catch {
      return { ...answer, tookMs: performance.now() - startedAt }
    }
  }

  /** @returns whether there is something to judge */
  tookRead(via: string, answer: Answer): boolean {
    const { status, tookMs, tier } = answer
    if (!this.#acceptable(via, answer)) {
      this.tally.unanswered += 1
      return false
    }
    this.tally.reads.add(via)
    this.tally.tiers.add(tier)
    this.tally.readTimes.add(tookMs)
    return status < 500
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
    const { status, replica, startedAt, tookMs } = answer
    const answered = status !== 0 && status < 500
    const excused =
      (status === 0 || status === 503) && this.excuses.cover(replica.index, startedAt, startedAt + tookMs)
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
    shown: { version: number; via: string; floor: Floor; product?: Product | undefined },
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
    this.#log?.({
      via,
      id: history.id,
      version: inWords(version),
      replica: answer.replica.index,
      tier: answer.tier,
      start: answer.startedAt - this.#startedAt,
      end: answer.startedAt + answer.tookMs - this.#startedAt,
    })
  }

  /** A page that contradicts itself. */
  inconsistent(what: string, answer: Answer, { id, stock_level }: Product): void {
    this.#violated(what, answer, { id, shown: stock_level, expected: 'what was asked for' })
  }

  #violated(
    what: string,
    { replica, tier, startedAt, tookMs }: Answer,
    found: { id: number; shown: number | string; expected: number | string; ageMs?: number },
  ): void {
    this.violations.add({
      what,
      replica: replica.index,
      tier,
      ageMs: 0,
      ...found,
      atMs: startedAt - this.#startedAt,
      tookMs,
      faults: this.excuses.now().join(', '),
    })
  }
}

function tierOf(header: string | null): Tier {
  return TIERS.find(([part]) => header?.includes(part))?.[1] ?? 'not told'
}

function contentOf({ name, price, stock_level, updated_at }: Product): string {
  return `${price} ${stock_level} ${updated_at} ${name}`
}

function inWords(version: number): number | string {
  return version === ABSENT ? 'absent' : version === GONE ? 'deleted' : version
}
