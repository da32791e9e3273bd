/**
 * Days of a size that few accounts have, for measuring: the same products on every date. Their text is made once and
 * only the date is put in, so that the client is measured and not this server.
 */
import type { World } from './world.ts'
import { fieldMaskOf, ROWS_PER_CHUNK, toRows } from './answer.ts'
import type { CheckedQuery } from './gaql/check.ts'

const DATE = '0000-00-00'
/** Without a common divisor with the number of rows, it visits each row once, in no useful order. */
const STRIDE = 7_919

export class HugeDays {
  readonly #rows: number
  readonly #world: World
  readonly #chunks = new Map<string, string[]>()

  constructor(world: World, rows: number) {
    this.#world = world
    this.#rows = rows
  }

  /** Leaves as fast as it is read; nothing of it waits in memory. */
  answer(query: CheckedQuery, customerId: string): Response {
    const chunks = this.#chunksOf(query, customerId)
    const date = query.dates?.from ?? DATE
    let index = 0
    const body = new ReadableStream({
      pull(controller) {
        const chunk = chunks[index]
        if (chunk === undefined) {
          controller.close()
          return
        }
        controller.enqueue(new TextEncoder().encode(chunk.replaceAll(DATE, date)))
        index++
      },
    })
    return new Response(body, { headers: { 'content-type': 'application/json; charset=UTF-8' } })
  }

  #chunksOf(query: CheckedQuery, customerId: string): string[] {
    const key = `${customerId} ${query.fields.join()}`
    const made = this.#chunks.get(key) ?? this.#make(query, customerId)
    this.#chunks.set(key, made)
    return made
  }

  #make(query: CheckedQuery, customerId: string): string[] {
    const count = Math.ceil(this.#rows / ROWS_PER_CHUNK)
    return Array.from({ length: count }, (_, index) => {
      const first = index * ROWS_PER_CHUNK
      const size = Math.min(ROWS_PER_CHUNK, this.#rows - first)
      const figures = Array.from({ length: size }, (__, row) => this.#figures(first + row))
      const results = toRows(figures, query, { world: this.#world, customerId })
      const last = index === count - 1
      const chunk = {
        results,
        fieldMask: fieldMaskOf(query),
        ...(last && { queryResourceConsumption: '600' }),
      }
      return `${index === 0 ? '[' : ','}${JSON.stringify(chunk)}${last ? ']' : ''}`
    })
  }

  #figures(row: number) {
    const item = (row * STRIDE) % this.#rows
    const { fields } = this.#world.leaves[item % this.#world.leaves.length] ?? { fields: {} }
    const clicks = item % 50
    return {
      fields: { ...fields, 'segments.product_item_id': `item-${`${item}`.padStart(7, '0')}` },
      date: DATE,
      impressions: 50 + (item % 1_000),
      clicks,
      costMicros: clicks * 410_000,
      conversions: (item % 7) / 8,
      conversionsValue: (item % 7) * 12.25,
    }
  }
}
