/** Reads and writes at a steady rate; every acknowledged write is counted. */

export interface TrafficOptions {
  /** Without a slash at the end. */
  url: string
  perSecond: number
  productIds: readonly number[]
}

export interface Failure {
  what: string
  /** A status, or how the connection ended. */
  why: string
  startedAtMs: number
  endedAtMs: number
}

export interface Traffic {
  /** Stops asking, and waits for the last answers. */
  stop(): Promise<TrafficReport>
}

export interface TrafficReport {
  sent: number
  writes: number
  seconds: number
  failures: Failure[]
  /** Of each product, by how much acknowledged writes changed its stock. */
  acknowledged: ReadonlyMap<number, number>
  /** Writes without an answer, which may have happened. */
  unknown: ReadonlyMap<number, number>
  medianMs: number
  p99Ms: number
  worstMs: number
}

const WRITE_SHARE = 0.2
const LIST_SHARE = 0.05
/** The client's timeout. */
const ANSWER_TIMEOUT_MS = 20_000
/** More would be a pile that no longer tells anything. */
const MAX_IN_FLIGHT = 1_000
const TICK_MS = 5

export function startTraffic(options: TrafficOptions): Traffic {
  return new TrafficRun(options)
}

class TrafficRun {
  readonly #inFlight = new Set<Promise<void>>()
  readonly #options: TrafficOptions
  readonly #startedAtMs = performance.now()
  readonly #timer: Timer
  readonly #acknowledged = new Map<number, number>()
  readonly #unknown = new Map<number, number>()
  readonly #failures: Failure[] = []
  readonly #times: number[] = []
  #writes = 0
  #sent = 0

  constructor(options: TrafficOptions) {
    this.#options = options
    this.#timer = setInterval(() => this.#tick(), TICK_MS)
  }

  async stop(): Promise<TrafficReport> {
    clearInterval(this.#timer)
    const seconds = (performance.now() - this.#startedAtMs) / 1000
    await Promise.all(this.#inFlight)
    const times = this.#times.toSorted((a, b) => a - b)
    const at = (share: number) => times[Math.floor((times.length - 1) * share)] ?? 0
    return {
      sent: this.#sent,
      writes: this.#writes,
      seconds,
      failures: this.#failures,
      acknowledged: this.#acknowledged,
      unknown: this.#unknown,
      medianMs: at(0.5),
      p99Ms: at(0.99),
      worstMs: at(1),
    }
  }

  #tick(): void {
    const due = ((performance.now() - this.#startedAtMs) / 1000) * this.#options.perSecond
    while (this.#sent < due && this.#inFlight.size < MAX_IN_FLIGHT) {
      this.#sent += 1
      const request = this.#one(this.#sent).finally(() => this.#inFlight.delete(request))
      this.#inFlight.add(request)
    }
  }

  async #one(n: number): Promise<void> {
    const { productIds } = this.#options
    const id = productIds[n % productIds.length] ?? 0
    const kind = Math.random()
    if (kind < WRITE_SHARE) await this.#write(id, n % 2 === 0)
    else if (kind < WRITE_SHARE + LIST_SHARE) await this.#ask('GET /v1/products?limit=20', {})
    else await this.#ask(`GET /v1/products/${id}`, {})
  }

  async #write(id: number, keyed: boolean): Promise<void> {
    this.#writes += 1
    const headers = {
      'content-type': 'application/json',
      ...(keyed && { 'idempotency-key': crypto.randomUUID() }),
    }
    const body = JSON.stringify({ delta: 1, reason: 'received' })
    const done = await this.#ask(`POST /v1/products/${id}/stock-adjustments`, { headers, body })
    add(done ? this.#acknowledged : this.#unknown, id)
  }

  /** @returns whether it was answered as it should be */
  async #ask(what: string, init: { headers?: Record<string, string>; body?: string }): Promise<boolean> {
    const [method = '', path = ''] = what.split(' ')
    const startedAtMs = performance.now()
    let why: string
    try {
      const signal = AbortSignal.timeout(ANSWER_TIMEOUT_MS)
      const response = await fetch(this.#options.url + path, { method, ...init, signal })
      const text = await response.text()
      this.#times.push(performance.now() - startedAtMs)
      if (response.ok) return true
      why = `${response.status} ${text.slice(0, 200)}`
    } catch (error) {
      why = String(error)
    }
    this.#failures.push({ what, why, startedAtMs, endedAtMs: performance.now() })
    return false
  }
}

function add(counts: Map<number, number>, id: number): void {
  counts.set(id, (counts.get(id) ?? 0) + 1)
}
