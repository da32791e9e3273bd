/**
 * The rows of one view, by their place: blocks of a hundred, loaded where one looks and forgotten elsewhere, so that
 * memory does not grow with scrolling. A block comes by a neighbour's cursor; without a neighbour, by its place.
 */
import type { Product } from '#client/products/columns.ts'
import { createStore } from '#client/ui/store.ts'

export const BLOCK_SIZE = 100
/** Some screens around what is seen; 4,000 rows take about 3 MB. */
const MAX_BLOCKS = 40
/** A drag through a long list asks for where it stops, not for all it passes. */
const MAX_LOADING = 2
/** Rows of a block that is still to come, where it is not known how many there are. */
const WAITING_ROWS = 3

export interface Page {
  items: Product[]
  next_cursor: string | null
  prev_cursor: string | null
  total?: { value: number; precision: 'exact' | 'estimated' } | undefined
  did_you_mean?: string | undefined
}

export interface RowSource {
  first(): Promise<Page>
  from(cursor: string): Promise<Page>
  /** Undefined where rows are only reached one after the other, as in a search. */
  at: ((position: number) => Promise<Page>) | undefined
  /** How many there are exactly. */
  count(): Promise<number>
}

interface Block {
  rows: Product[]
  next: string | null
  previous: string | null
}

export class RowBlocks {
  readonly #source: RowSource
  readonly #blocks = new Map<number, Block>()
  /** Cursors that blocks begin with; of a search, all that were come by: there is no other way back. */
  readonly #begins = new Map<number, string>()
  readonly #loading = new Set<number>()
  readonly #places = new Map<number, number>()
  readonly #revisions = createStore(0)
  #wanted = { first: 0, last: 0 }
  #total: number | undefined
  /** Rows known to be there: up to the end of the last block that came. */
  #reached = 0
  #ended = false
  exact = false
  /** The words that a search took for misspelt ones. */
  suggestion: string | undefined
  error: unknown

  constructor(source: RowSource) {
    this.#source = source
  }

  readonly subscribe = this.#revisions.subscribe
  readonly revision = this.#revisions.get

  get loaded(): boolean {
    return this.#reached > 0 || this.#ended
  }

  /** Undefined when it is not known: a search does not count. */
  get total(): number | undefined {
    return this.#ended ? this.#reached : this.#total
  }

  get reached(): number {
    return this.#reached
  }

  /** How many rows there are to scroll through. */
  get count(): number {
    if (this.#ended) return this.#reached
    return Math.max(this.#total ?? 0, this.#reached + (this.loaded ? WAITING_ROWS : 0))
  }

  row(place: number): Product | undefined {
    return this.#blocks.get(blockOf(place))?.rows[place % BLOCK_SIZE]
  }

  placeOf(id: number): number | undefined {
    return this.#places.get(id)
  }

  /** These rows are looked at now. */
  show(first: number, last: number): void {
    this.#wanted = { first, last }
    this.#load()
  }

  retry(): void {
    if (this.error === undefined) return
    this.error = undefined
    this.#tell()
    this.#load()
  }

  /** Puts the product, as the server now tells it, where it is shown. @returns what it was before, if it was older */
  put(product: Product): Product | undefined {
    const place = this.#places.get(product.id)
    const before = place === undefined ? undefined : this.row(place)
    if (place === undefined || !before || before.version >= product.version) return undefined
    const block = this.#blocks.get(blockOf(place))
    if (!block) return undefined
    // What was found of another name is nothing of this one.
    const match = before.name === product.name ? before.match : undefined
    block.rows[place % BLOCK_SIZE] = { ...before, ...product, match }
    this.#tell()
    return before
  }

  /** The rows from one place to another, loaded where they are not; those are not kept. */
  async collect(first: number, last: number): Promise<Product[]> {
    const found: Product[] = []
    let next: string | null | undefined
    for (let index = blockOf(first); index <= blockOf(last) && next !== null; index++) {
      const block = this.#blocks.get(index) ?? toBlock(await this.#fetch(index, next))
      const start = index * BLOCK_SIZE
      found.push(...block.rows.slice(Math.max(0, first - start), last + 1 - start))
      next = block.next
    }
    return found
  }

  #load(): void {
    if (this.error !== undefined) return
    const last = Math.min(blockOf(this.#wanted.last), this.loaded ? blockOf(Math.max(0, this.count - 1)) : 0)
    for (let index = blockOf(this.#wanted.first); index <= last; index++) {
      if (this.#loading.size >= MAX_LOADING) return
      const isThere = this.#blocks.has(index) || this.#loading.has(index)
      // What follows a block on its way comes by that one's cursor.
      const reachable =
        index === 0 || this.#begins.has(index) || (this.#source.at && !this.#loading.has(index - 1))
      if (!isThere && reachable) void this.#loadBlock(index)
    }
  }

  async #loadBlock(index: number): Promise<void> {
    this.#loading.add(index)
    try {
      this.#keep(index, await this.#fetch(index))
      if (!this.#ended && this.#blocks.get(index)?.rows.length === 0) await this.#findEnd()
    } catch (error) {
      this.error = error
    } finally {
      this.#loading.delete(index)
    }
    this.#tell()
    this.#load()
  }

  async #fetch(index: number, cursor?: string | null): Promise<Page> {
    const begin = cursor ?? this.#begins.get(index)
    if (index === 0) return await this.#source.first()
    if (begin !== undefined) return await this.#source.from(begin)
    const previous = this.#blocks.get(index + 1)?.previous
    if (previous) {
      const page = await this.#source.from(previous)
      // Fewer, because some above are gone: then this page would begin somewhere within the block.
      if (page.items.length === BLOCK_SIZE) return page
    }
    if (!this.#source.at) throw new Error('These rows are reached one after the other.')
    return await this.#source.at(index * BLOCK_SIZE)
  }

  #keep(index: number, page: Page): void {
    const block = toBlock(page)
    this.#blocks.set(index, block)
    block.rows.forEach(({ id }, offset) => this.#places.set(id, index * BLOCK_SIZE + offset))
    if (block.next !== null) this.#begins.set(index + 1, block.next)
    if (index === 0) this.suggestion = page.did_you_mean
    if (page.total) {
      this.#total = page.total.value
      this.exact = page.total.precision === 'exact'
    }
    const end = index * BLOCK_SIZE + block.rows.length
    if (block.rows.length > 0 || index === 0) this.#reached = Math.max(this.#reached, end)
    if (block.next === null && (block.rows.length > 0 || index === 0)) this.#end(end)
    this.#forget()
  }

  /** The estimate was too high: this place is beyond the last row. */
  async #findEnd(): Promise<void> {
    const count = await this.#source.count()
    for (const index of this.#blocks.keys()) if (index * BLOCK_SIZE >= count) this.#blocks.delete(index)
    this.#end(count)
  }

  #end(count: number): void {
    this.#reached = count
    this.#ended = true
    this.exact = true
  }

  /** Those farthest from what is seen go first. */
  #forget(): void {
    const middle = blockOf((this.#wanted.first + this.#wanted.last) / 2)
    while (this.#blocks.size > MAX_BLOCKS) {
      const farthest = [...this.#blocks.keys()].reduce((a, b) =>
        Math.abs(b - middle) > Math.abs(a - middle) ? b : a,
      )
      const forgotten = this.#blocks.get(farthest)
      this.#blocks.delete(farthest)
      for (const { id } of forgotten?.rows ?? []) {
        const place = this.#places.get(id)
        if (place !== undefined && blockOf(place) === farthest) this.#places.delete(id)
      }
      if (this.#source.at) this.#begins.delete(farthest + 1)
    }
  }

  #tell(): void {
    this.#revisions.set(this.#revisions.get() + 1)
  }
}

function toBlock({ items, next_cursor, prev_cursor }: Page): Block {
  return { rows: [...items], next: next_cursor, previous: prev_cursor }
}

function blockOf(place: number): number {
  return Math.floor(place / BLOCK_SIZE)
}
