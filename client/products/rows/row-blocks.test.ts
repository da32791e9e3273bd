import { describe, expect, test } from 'bun:test'
import type { Product } from '#client/products/columns.ts'
import { BLOCK_SIZE, RowBlocks, type Page, type RowSource } from './row-blocks.ts'

function product(id: number): Product {
  const at = '2026-01-01T00:00:00.000Z'
  return {
    id,
    sku: null,
    name: `P${id}`,
    price: '1.00',
    currency: 'USD',
    stock_level: 1,
    version: 1,
    created_at: at,
    updated_at: at,
    gtin: null,
    ads_item_id: null,
    low_stock_at: null,
  }
}

/** A catalogue in memory; cursors are `next:N` and `previous:N`, by place. */
function catalogue(size: number, { estimate = size, jumps = true } = {}) {
  const asked: string[] = []
  const page = (from: number, to = from + BLOCK_SIZE): Page => {
    const places = Array.from({ length: Math.max(0, Math.min(to, size) - from) }, (_, n) => from + n)
    return {
      items: places.map((place) => product(place + 1)),
      next_cursor: to < size ? `next:${to}` : null,
      prev_cursor: from > 0 ? `previous:${from}` : null,
    }
  }
  const ask = async (what: string, answer: Page) => {
    asked.push(what)
    return await Promise.resolve(answer)
  }
  const source: RowSource = {
    first: () =>
      ask('first', {
        ...page(0),
        ...(jumps && { total: { value: estimate, precision: 'estimated' as const } }),
      }),
    from(cursor) {
      const [direction, place = '0'] = cursor.split(':')
      const at = Number(place)
      return ask(cursor, direction === 'next' ? page(at) : page(at - BLOCK_SIZE, at))
    },
    at: jumps ? (position) => ask(`at:${position}`, page(position)) : undefined,
    count: async () => await Promise.resolve(size),
  }
  return { blocks: new RowBlocks(source), asked }
}

async function shown(blocks: RowBlocks, first: number, last: number): Promise<void> {
  blocks.show(first, last)
  for (let turns = 0; turns < 50; turns++) await Promise.resolve()
}

describe('rows by their place', () => {
  test('come by cursor while one goes down, and back up', async () => {
    const { blocks, asked } = catalogue(1_000)
    await shown(blocks, 0, 40)
    await shown(blocks, 180, 220)
    expect(asked).toEqual(['first', 'next:100', 'next:200'].filter((each) => asked.includes(each)))
    expect(blocks.row(205)?.id).toBe(206)
    expect(blocks.total).toBe(1_000)
  })

  test('come by their place after a jump, and from there by the cursors of both ends', async () => {
    const { blocks, asked } = catalogue(1_000_000)
    await shown(blocks, 0, 40)
    await shown(blocks, 500_010, 500_050)
    expect(blocks.row(500_010)?.id).toBe(500_011)
    await shown(blocks, 500_090, 500_130)
    await shown(blocks, 499_960, 499_999)
    expect(asked).toEqual(['first', 'at:500000', 'next:500100', 'previous:500000'])
    expect(blocks.row(499_960)?.id).toBe(499_961)
  })

  test('are forgotten far from where one looks', async () => {
    const { blocks } = catalogue(100_000)
    await shown(blocks, 0, 40)
    for (let place = 0; place < 20_000; place += 90) await shown(blocks, place, place + 40)
    const kept = Array.from({ length: 20_000 }, (_, place) => blocks.row(place)).filter(Boolean).length
    expect(kept).toBeLessThanOrEqual(4_000)
    expect(blocks.placeOf(1)).toBeUndefined()
    await shown(blocks, 0, 40)
    expect(blocks.row(0)?.id).toBe(1)
  })

  test('of a search are gone back to by the cursors that led there', async () => {
    const { blocks } = catalogue(20_000, { jumps: false })
    await shown(blocks, 0, 40)
    for (let place = 0; place < 10_000; place += 90) await shown(blocks, place, place + 40)
    expect(blocks.total).toBeUndefined()
    expect(blocks.row(120)).toBeUndefined()
    await shown(blocks, 100, 140)
    expect(blocks.row(120)?.id).toBe(121)
  })

  test.each([
    ['too high', 5_000],
    ['too low', 250],
  ])('end where the rows end, though the estimate is %s', async (_, estimate) => {
    const { blocks } = catalogue(777, { estimate })
    await shown(blocks, 0, 40)
    for (let tries = 0; tries < 12; tries++) await shown(blocks, blocks.count - 40, blocks.count - 1)
    expect(blocks.count).toBe(777)
    expect(blocks.exact).toBe(true)
    expect(blocks.row(776)?.id).toBe(777)
  })

  test('are collected over any distance without being kept', async () => {
    const { blocks } = catalogue(5_000)
    await shown(blocks, 0, 40)
    const collected = await blocks.collect(150, 1_149)
    expect(collected.map(({ id }) => id)).toEqual(Array.from({ length: 1_000 }, (_, n) => n + 151))
    expect(blocks.row(700)).toBeUndefined()
  })

  test('take only what is newer than what they show', async () => {
    const { blocks } = catalogue(10)
    await shown(blocks, 0, 9)
    expect(blocks.put({ ...product(3), version: 2, price: '9.00' })?.price).toBe('1.00')
    expect(blocks.put({ ...product(3), version: 1, price: '5.00' })).toBeUndefined()
    expect(blocks.row(2)?.price).toBe('9.00')
  })
})
