import { describe, expect, test } from 'bun:test'
import { TRPCClientError } from '@trpc/client'
import type { Product } from './columns.ts'
import { editKey, Edits, type EditEvents, type Outcome } from './edits.ts'

const belt: Product = {
  id: 1,
  sku: 'B-1',
  name: 'Belt',
  price: '21.30',
  currency: 'USD',
  stock_level: 5,
  version: 7,
  created_at: '2026-01-01T00:00:00.000Z',
  updated_at: '2026-01-01T00:00:00.000Z',
  gtin: null,
  ads_item_id: null,
  low_stock_at: null,
}

/** A server with one product, which keeps the rule of versions; `before` is what others do just before a write. */
function serve(stored: Product, before: (product: Product) => Product = (product) => product) {
  const told: string[] = []
  let product = stored
  const events: EditEvents = {
    async updateAll(changes) {
      const outcomes: Outcome[] = []
      for (const change of changes) {
        outcomes.push(
          await events.update(change).then(
            (saved) => ({ product: saved }),
            (refused: unknown) => ({ refused, current: product }),
          ),
        )
      }
      return outcomes
    },
    async update({ version, price, stock_level }) {
      product = before(product)
      if (version !== product.version) throw mismatch(product)
      product = {
        ...product,
        price: price ?? product.price,
        stock_level: stock_level ?? product.stock_level,
        version: product.version + 1,
      }
      return product
    },
    onProduct: ({ version }) => told.push(`product ${version}`),
    onSaved: ({ field }) => told.push(`saved ${field}`),
    onConflict: ({ field }) => told.push(`conflict ${field}`),
    onFailed: ({ field }, error) => told.push(`failed ${field}: ${String(error)}`),
  }
  const edits = new Edits(events)
  return {
    edits,
    told,
    product: () => product,
    held: () => edits.snapshot().get(editKey(1, 'price')),
  }
}

function mismatch(current: Product): Error {
  const data = { problem: { code: 'VERSION_MISMATCH', current } }
  return TRPCClientError.from({ error: { message: 'changed', code: -32012, data } })
}

const priceEdit = { product: belt, field: 'price', seen: '21.30', mine: '19.00' } as const

describe('an edit', () => {
  test('is shown as pending until the server has answered', async () => {
    const server = serve(belt)
    const saving = server.edits.save(priceEdit)
    expect(server.held()).toMatchObject({ mine: '19.00', state: 'pending' })
    await saving
    expect(server.held()).toBeUndefined()
    expect(server.told).toEqual(['product 8', 'saved price'])
  })

  test('right after another one of the same product does not conflict with it', async () => {
    const server = serve(belt)
    await Promise.all([
      server.edits.save(priceEdit),
      server.edits.save({ product: belt, field: 'stock_level', seen: 5, mine: 9 }),
    ])
    expect(server.product()).toMatchObject({ price: '19.00', stock_level: 9, version: 9 })
  })

  test('does not mind that somebody changed another field', async () => {
    let changed = false
    const server = serve(belt, (product) => {
      if (changed) return product
      changed = true
      return { ...product, stock_level: 4, version: 8 }
    })
    await server.edits.save(priceEdit)
    expect(server.product()).toMatchObject({ price: '19.00', stock_level: 4, version: 9 })
    expect(server.told).toContain('saved price')
  })

  test('that meets another value in its cell waits for a choice, with both values kept', async () => {
    const server = serve({ ...belt, price: '25.00', version: 8 })
    await server.edits.save(priceEdit)
    expect(server.told).toEqual(['product 8', 'conflict price'])
    expect(server.held()).toMatchObject({ mine: '19.00', state: 'conflict', theirs: { price: '25.00' } })
    expect(server.product().price).toBe('25.00')
  })

  test('that was answered but not heard is not a conflict when it is sent again', async () => {
    const server = serve({ ...belt, price: '19.00', version: 8 })
    await server.edits.save(priceEdit)
    expect(server.told).toContain('saved price')
  })

  test('that fails lets the cell be what it was', async () => {
    const server = serve(belt, () => {
      throw new Error('no answer')
    })
    await server.edits.save(priceEdit)
    expect(server.held()).toBeUndefined()
    expect(server.told).toEqual(['failed price: Error: no answer'])
  })
})

describe('many edits at once', () => {
  const both = [priceEdit, { product: belt, field: 'stock_level', seen: 5, mine: 9 } as const]

  test('are all saved, those of one product after one another', async () => {
    const server = serve(belt)
    const saved = await server.edits.saveAll(both)
    expect(server.product()).toMatchObject({ price: '19.00', stock_level: 9 })
    expect(saved.map((each) => each?.id)).toEqual([1, 1])
    expect(server.edits.snapshot().size).toBe(0)
  })

  test('conflict one by one', async () => {
    const server = serve({ ...belt, price: '25.00', version: 8 })
    const saved = await server.edits.saveAll(both)
    expect(server.held()).toMatchObject({ state: 'conflict', mine: '19.00' })
    expect(server.product()).toMatchObject({ price: '25.00', stock_level: 9 })
    expect(saved.map((each) => each?.stock_level)).toEqual([undefined, 9])
  })
})

describe('a conflict', () => {
  async function conflicting(before?: (product: Product) => Product) {
    const server = serve({ ...belt, price: '25.00', version: 8 }, before)
    await server.edits.save(priceEdit)
    const held = server.held()
    if (!held) throw new Error('There is no conflict.')
    return { ...server, conflict: held }
  }

  test('ends with theirs when that is chosen', async () => {
    const { edits, conflict, held, product } = await conflicting()
    edits.keepTheirs(conflict)
    expect(held()).toBeUndefined()
    expect(product().price).toBe('25.00')
  })

  test('ends with mine when that is chosen', async () => {
    const server = await conflicting()
    await server.edits.writeMine(server.conflict)
    expect(server.product()).toMatchObject({ price: '19.00', version: 9 })
  })

  test('comes again when they wrote once more meanwhile', async () => {
    let writes = 0
    const server = await conflicting((product) =>
      ++writes === 2 ? { ...product, price: '26.00', version: 9 } : product,
    )
    await server.edits.writeMine(server.conflict)
    expect(server.held()).toMatchObject({ state: 'conflict', theirs: { price: '26.00' } })
  })
})
