/**
 * Edits on their way to the server. A cell shows its edit until the server has answered; then the row is what the
 * server says, or, when it refused, what it was before. Edits of one product go one after the other, each with the
 * version that its author saw (or which our own edit before it made of that).
 */
import { problemOf } from '#client/api.ts'
import type { Field, Product } from './columns.ts'

import { createStore } from '#client/ui/store.ts'
export interface Edit {
  /** The row as the server last told it. */
  product: Product
  field: Field
  /** What the cell showed when it was overwritten. */
  seen: string | number
  mine: string | number
}

export interface HeldEdit extends Edit {
  state: 'pending' | 'conflict'
  /** The product as another client has changed it meanwhile. */
  theirs?: Product
}

export interface Update {
  id: number
  version: number
  price?: string
  stock_level?: number
}

export type Outcome = { product: Product } | { refused: unknown; current: Product | undefined }

export interface EditEvents {
  update(change: Update): Promise<Product>
  /** Many at once; each is done or refused by itself. @throws when there was no answer */
  updateAll(changes: readonly Update[]): Promise<readonly Outcome[]>
  /** The server told what the product is now. */
  onProduct(product: Product): void
  onSaved(edit: Edit, product: Product): void
  onConflict(edit: Edit): void
  onFailed(edit: Edit, error: unknown): void
}

/** Retries while other clients change other fields of the same product. */
const MAX_REBASES = 5

export class Edits {
  readonly #events: EditEvents
  /** A new map at each change, so that React sees it. */
  readonly #held = createStore<ReadonlyMap<string, HeldEdit>>(new Map())
  readonly #queues = new Map<number, Promise<undefined>>()
  /** Our own writes: which version they made of which. */
  readonly #ownVersions = new Map<string, number>()

  constructor(events: EditEvents) {
    this.#events = events
  }

  readonly subscribe = this.#held.subscribe
  readonly snapshot = this.#held.get

  /** @returns the product as it is then, once the server has answered; undefined when it was not saved */
  async save(edit: Edit): Promise<Product | undefined> {
    const held: HeldEdit = { ...edit, state: 'pending' }
    this.#hold([held])
    return await this.#queue([edit.product.id], () => this.#send(held, this.#ownVersion(edit.product)))
  }

  /** Many edits, such as a pasted column, in one request. @returns for each what `save` returns */
  async saveAll(edits: readonly Edit[]): Promise<readonly (Product | undefined)[]> {
    const held = edits.map((edit): HeldEdit => ({ ...edit, state: 'pending' }))
    this.#hold(held)
    const ids = [...new Set(edits.map(({ product }) => product.id))]
    return await this.#queue(ids, () => this.#sendAll(held))
  }

  /** Theirs stays, mine is let go. */
  keepTheirs(edit: HeldEdit): void {
    this.#release(edit)
  }

  /** Mine is written over what they wrote, and over nothing later than that. */
  async writeMine(edit: HeldEdit): Promise<Product | undefined> {
    const product = edit.theirs ?? edit.product
    return await this.save({ product, field: edit.field, seen: product[edit.field], mine: edit.mine })
  }

  /** After what is on the way already for any of these products. */
  async #queue<T>(ids: readonly number[], send: () => Promise<T>): Promise<T> {
    const before = Promise.all(ids.map((id) => this.#queues.get(id) ?? Promise.resolve()))
    const sent = before.then(send)
    const done = sent.then(() => undefined)
    for (const id of ids) this.#queues.set(id, done)
    await done
    for (const id of ids) if (this.#queues.get(id) === done) this.#queues.delete(id)
    return await sent
  }

  async #send(edit: HeldEdit, from: number): Promise<Product | undefined> {
    let version = from
    for (let tries = 0; tries <= MAX_REBASES; tries++) {
      try {
        return this.#saved(edit, version, await this.#events.update(changeOf(edit, version)))
      } catch (error) {
        const current = currentOf(error)
        if (!current || tries === MAX_REBASES) return this.#failed(edit, error)
        const settled = this.#settledBy(edit, current)
        if (settled) return settled.product
        version = current.version
      }
    }
    return undefined
  }

  async #sendAll(edits: readonly HeldEdit[]): Promise<readonly (Product | undefined)[]> {
    const versions = edits.map(({ product }) => this.#ownVersion(product))
    const changes = edits.map((edit, index) => changeOf(edit, versions[index] ?? 0))
    const answers = await this.#events
      .updateAll(changes)
      .catch((error: unknown) => edits.map((): Outcome => ({ refused: error, current: undefined })))
    return await Promise.all(
      edits.map(async (edit, index) => {
        const answer = answers[index]
        if (!answer) return this.#failed(edit, new Error('There was no answer.'))
        if ('product' in answer) return this.#saved(edit, versions[index] ?? 0, answer.product)
        if (!answer.current) return this.#failed(edit, answer.refused)
        const settled = this.#settledBy(edit, answer.current)
        return settled ? settled.product : await this.#send(edit, answer.current.version)
      }),
    )
  }

  #saved(edit: HeldEdit, version: number, product: Product): Product {
    this.#ownVersions.set(versionKey(product.id, version), product.version)
    this.#settle(edit, product)
    return product
  }

  #failed(edit: HeldEdit, error: unknown): undefined {
    this.#release(edit)
    this.#events.onFailed(edit, error)
  }

  /** Undefined when only another field was changed, and this one still is as its author saw it. */
  #settledBy(edit: HeldEdit, current: Product): { product: Product | undefined } | undefined {
    this.#events.onProduct(current)
    if (current[edit.field] === edit.mine) {
      this.#settle(edit, current)
      return { product: current }
    }
    if (current[edit.field] === edit.seen) return undefined
    this.#conflict(edit, current)
    return { product: undefined }
  }

  #ownVersion({ id, version }: Product): number {
    let latest = version
    for (;;) {
      const next = this.#ownVersions.get(versionKey(id, latest))
      if (next === undefined || next <= latest) return latest
      latest = next
    }
  }

  #settle(edit: HeldEdit, product: Product): void {
    this.#events.onProduct(product)
    this.#release(edit)
    this.#events.onSaved(edit, product)
  }

  #conflict(edit: HeldEdit, theirs: Product): void {
    // A later edit of the same cell is on its way and will meet the same conflict.
    if (this.#held.get().get(keyOf(edit)) !== edit) return
    this.#hold([{ ...edit, state: 'conflict', theirs }])
    this.#events.onConflict(edit)
  }

  #hold(edits: readonly HeldEdit[]): void {
    this.#held.set(new Map([...this.#held.get(), ...edits.map((edit) => [keyOf(edit), edit] as const)]))
  }

  /** Only if the cell still shows this very edit, not a later one. */
  #release(edit: HeldEdit): void {
    if (this.#held.get().get(keyOf(edit)) !== edit) return
    const held = new Map(this.#held.get())
    held.delete(keyOf(edit))
    this.#held.set(held)
  }
}

export function editKey(id: number, field: Field): string {
  return `${id} ${field}`
}

const keyOf = (edit: Edit) => editKey(edit.product.id, edit.field)
const versionKey = (id: number, version: number) => `${id} ${version}`

function changeOf({ product: { id }, field, mine }: Edit, version: number): Update {
  return field === 'price' ? { id, version, price: String(mine) } : { id, version, stock_level: Number(mine) }
}

function currentOf(error: unknown): Product | undefined {
  const problem = problemOf(error)
  return problem?.code === 'VERSION_MISMATCH' ? (problem['current'] as Product) : undefined
}
