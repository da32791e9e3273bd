/** Every way to change a product. A write whose result never came may still happen: its product is then replaced. */
import type { SQL } from 'bun'
import { ask, type Answer, type RequestOptions, type Target, type Product } from './request.ts'
import { GONE, type ProductHistory } from './history.ts'
import { anyOf, readProduct, readSomething, search } from './readers.ts'
import type { Session } from './session.ts'

const RETRY_MS = 50
const IN_STOCK = 5
/** Reads of one writer that still wait for an answer. */
const MAX_PROBES = 12

let lastPrice = 0
/** Never asked for before: each write changes something. */
const newPrice = () => ((lastPrice += 1) / 100).toFixed(2)

/** Far from any other: it is found by itself, and not by a typo. */
function newWord(): string {
  return Array.from({ length: 8 }, () => String.fromCharCode(97 + Math.floor(Math.random() * 26))).join('')
}

const known = ({ version, stock_level, name }: Product) => ({ version, stock: stock_level, word: name })

export class Writer {
  readonly #session: Session
  readonly #home: Target
  #probes = 0

  constructor(session: Session, home: Target) {
    this.#session = session
    this.#home = home
  }

  async writeSomething(): Promise<void> {
    const { alive, products } = this.#session
    const history = anyOf(alive)
    if (!history || alive.length < products) return await this.create()
    const chance = Math.random()
    if (chance < 0.08) await this.#replace(history)
    else if (chance < 0.5) await this.#patch(history, { price: newPrice() })
    else if (chance < 0.7)
      await this.#patch(history, { stock_level: history.known.stock === 0 ? IN_STOCK : 0 })
    else if (chance < 0.78) await this.#patch(history, { name: newWord() })
    else if (chance < 0.86) await this.#patch(history, { price: newPrice() }, history.version)
    else await this.#adjust(history)
  }

  /** With a key, so that asking again after a lost answer creates nothing twice. */
  async create(): Promise<void> {
    const headers = { 'idempotency-key': crypto.randomUUID() }
    const body = { name: newWord(), price: newPrice(), stock_level: IN_STOCK }
    const answer = await this.#insist({ method: 'POST', path: '/v1/products', headers, body }, [201])
    if (!answer) return
    const product = answer.body as Product
    const history = this.#session.historyOf(product.id)
    history.acknowledge(performance.now(), known(product))
    this.#session.born(history)
    this.#probe(history)
  }

  async #replace(history: ProductHistory): Promise<void> {
    if (!this.#session.takeOut(history)) return
    history.writeBegins({ deletes: true })
    const path = `/v1/products/${history.id}`
    if (!(await this.#insist({ method: 'DELETE', path }, [204, 404]))) return
    history.writeEnds(performance.now(), { ...history.known, version: GONE })
    this.#probe(history)
    if (this.#session.alive.length < this.#session.products) await this.create()
  }

  async #patch(history: ProductHistory, body: object, version?: number): Promise<void> {
    const headers = version === undefined ? {} : { 'if-match': `"${version}"` }
    const path = `/v1/products/${history.id}`
    await this.#write(history, { method: 'PATCH', path, headers, body })
  }

  async #adjust(history: ProductHistory): Promise<void> {
    const body = { delta: Math.random() < 0.5 ? 1 : -1, reason: 'count' }
    await this.#write(history, { method: 'POST', path: `/v1/products/${history.id}/stock-adjustments`, body })
  }

  async #write(history: ProductHistory, asked: RequestOptions): Promise<void> {
    const session = this.#session
    const floor = history.floor(performance.now())
    history.writeBegins()
    const answer = await ask(this.#home, asked)
    const result = session.tookWrite('write', answer)
    if (result === 'unknown') {
      history.writeIsLost()
      return await this.#replace(history)
    }
    const { product, via } = shownBy(answer)
    if (product) session.judge(history, { version: product.version, via, floor, product }, answer)
    else if (answer.status === 404)
      session.judge(history, { version: history.whenMissing(floor), via: 'write, 404', floor }, answer)
    history.writeEnds(performance.now(), result === 'done' && product ? known(product) : undefined)
    this.#probe(history)
  }

  /** Repeats until one of these answers comes, from any target; undefined when the run ends before. */
  async #insist(asked: RequestOptions, wanted: readonly number[]): Promise<Answer | undefined> {
    const { places } = this.#session
    for (let attempt = 0; !this.#session.stopped; attempt += 1) {
      const place = places[(this.#home.index + attempt) % places.length] ?? this.#home
      const answer = await ask(place, asked)
      this.#session.tookWrite('write', answer)
      if (wanted.includes(answer.status)) return answer
      await Bun.sleep(RETRY_MS)
    }
    return undefined
  }

  /** Right after the acknowledgement, at every target: a writer's own next read. */
  #probe(history: ProductHistory): void {
    for (const place of this.#session.places) {
      if (this.#probes >= MAX_PROBES) return
      this.#probes += 1
      const read = anyOf([readProduct, readProduct, search, readSomething])
      void read?.(this.#session, place, history).finally(() => (this.#probes -= 1))
    }
  }
}

function shownBy({ status, body }: Answer): { product?: Product; via: string } {
  const shown = body as { product?: Product; current?: Product } | undefined
  if (status === 412 || status === 409)
    return { ...(shown?.current && { product: shown.current }), via: String(status) }
  if (status >= 300) return { via: 'write' }
  return { product: shown?.product ?? (body as Product), via: 'write' }
}

/** Behind the servers' back. */
export async function writeBySql(session: Session, sql: SQL): Promise<void> {
  const history = anyOf(session.alive)
  if (!history) return
  history.writeBegins()
  const price = Math.round(Number(newPrice()) * 100)
  const [row]: { version: string }[] = await sql`
    update products set price_minor = ${price}, version = version + 1, updated_at = ${Date.now()}
    where id = ${history.id} returning version`
  if (!row) return history.writeEnds(performance.now())
  history.committedBySql(performance.now(), Number(row.version))
  session.tally.writes.add('by SQL')
  for (const place of session.places) void readProduct(session, place, history)
}
