/**
 * Edits on their way to the server. A cell shows its edit until the server has answered; then the row is what the
 * server says, or, when it refused, what it was before. Edits of one product go one after the other, each with the
 * version that its author saw (or which our own edit before it made of that).
 */
import { problemOf } from '#client/api.ts'
import type { Field, Product } from './columns.ts'

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
  /** What somebody else made of the product meanwhile. */
  theirs?: Product
}

interface Update {
  id: number
  version: number
  price?: string
  stock_level?: number
}

export interface EditEvents {
  update(change: Update): Promise<Product>
  /** The server told what the product is now. */
  onProduct(product: Product): void
  onSaved(edit: Edit, product: Product): void
  onConflict(edit: Edit): void
  onFailed(edit: Edit, error: unknown): void
}

/** Somebody else keeps changing other fields of the very product: after so many tries, say so. */
const MAX_REBASES = 5

export class Edits {
  readonly #events: EditEvents
  /** A new map at each change, so that React sees it. */
  #held: ReadonlyMap<string, HeldEdit> = new Map()
  readonly #queues = new Map<number, Promise<void>>()
  /** Our own writes: which version they made of which. */
  readonly #ownVersions = new Map<string, number>()
  readonly #listeners = new Set<() => void>()

  constructor(events: EditEvents) {
    this.#events = events
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  readonly snapshot = (): ReadonlyMap<string, HeldEdit> => this.#held

  /** Resolves when the server has answered. */
  async save(edit: Edit): Promise<void> {
    const held: HeldEdit = { ...edit, state: 'pending' }
    this.#hold(held)
    const before = this.#queues.get(edit.product.id) ?? Promise.resolve()
    const sent = before.then(async () => await this.#send(held))
    this.#queues.set(edit.product.id, sent)
    await sent
    if (this.#queues.get(edit.product.id) === sent) this.#queues.delete(edit.product.id)
  }

  /** Theirs stays, mine is let go. */
  keepTheirs(edit: HeldEdit): void {
    this.#release(edit)
  }

  /** Mine is written over what they wrote, and over nothing later than that. */
  async writeMine(edit: HeldEdit): Promise<void> {
    const product = edit.theirs ?? edit.product
    await this.save({ product, field: edit.field, seen: product[edit.field], mine: edit.mine })
  }

  async #send(edit: HeldEdit): Promise<void> {
    let version = this.#ownVersion(edit.product)
    for (let tries = 0; tries <= MAX_REBASES; tries++) {
      try {
        const saved = await this.#events.update(changeOf(edit, version))
        this.#ownVersions.set(versionKey(saved.id, version), saved.version)
        this.#settle(edit, saved)
        return
      } catch (error) {
        const current = currentOf(error)
        if (!current || tries === MAX_REBASES) {
          this.#release(edit)
          this.#events.onFailed(edit, error)
          return
        }
        this.#events.onProduct(current)
        if (current[edit.field] === edit.mine) {
          this.#settle(edit, current)
          return
        }
        if (current[edit.field] !== edit.seen) {
          this.#conflict(edit, current)
          return
        }
        // Another field was changed; this one is as its author saw it.
        version = current.version
      }
    }
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
    if (this.#held.get(keyOf(edit)) !== edit) return
    this.#hold({ ...edit, state: 'conflict', theirs })
    this.#events.onConflict(edit)
  }

  #hold(edit: HeldEdit): void {
    this.#change(new Map(this.#held).set(keyOf(edit), edit))
  }

  /** Only if the cell still shows this very edit, not a later one. */
  #release(edit: HeldEdit): void {
    if (this.#held.get(keyOf(edit)) !== edit) return
    const held = new Map(this.#held)
    held.delete(keyOf(edit))
    this.#change(held)
  }

  #change(held: ReadonlyMap<string, HeldEdit>): void {
    this.#held = held
    for (const listener of this.#listeners) listener()
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
