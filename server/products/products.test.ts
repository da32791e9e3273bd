/** The rules of the products: one suite for both transports on both databases. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { Inputs } from '#client/api.ts'
import { temporaryPostgres } from '#db/postgres.testing.ts'
import { startTestServer, type TestServer } from '#scripts/lab/harness/test-server.ts'
import { refusal, transports, type Call } from './transports.testing.ts'

describe.each([
  ['REST', 'SQLite'],
  ['tRPC', 'SQLite'],
  ['REST', 'PostgreSQL'],
  ['tRPC', 'PostgreSQL'],
] as const)('products over %s on %s', (transport, database) => {
  const start = async () =>
    await startTestServer(database === 'PostgreSQL' ? { DATABASE_URL: await temporaryPostgres() } : {})
  let server: TestServer
  let call: Call
  let serial = 0

  beforeAll(async () => {
    server = await start()
    call = transports[transport](server)
  })
  afterAll(() => server[Symbol.asyncDispose]())

  const create = (
    more: { name?: string; sku?: string | null; price?: string | number; stock_level?: number } = {},
  ) => call('create', { name: `Thing ${++serial}`, sku: `T-${serial}`, price: '9.90', ...more })

  describe('create and get', () => {
    test('a created product is found at once, as it was created', async () => {
      const created = await create({ name: 'Ledergürtel 🎉 "schwarz", 3 cm', price: 21.3, stock_level: 18 })
      expect(created).toMatchObject({
        name: 'Ledergürtel 🎉 "schwarz", 3 cm',
        price: '21.30',
        currency: 'USD',
        stock_level: 18,
        version: 1,
      })
      expect(created.created_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
      expect(await call('get', { id: created.id })).toEqual(created)
    })

    test('several products without a SKU are fine; the same SKU twice is not', async () => {
      await create({ sku: null })
      await create({ sku: null })
      const { sku } = await create()
      expect(await refusal(create({ sku }))).toMatchObject({ code: 'SKU_TAKEN', status: 409, sku })
    })

    test('a product that is not there', async () => {
      expect(await refusal(call('get', { id: 999_999 }))).toMatchObject({
        code: 'PRODUCT_NOT_FOUND',
        status: 404,
      })
    })

    test.each([
      [{ name: '', price: '1' }, '/name'],
      [{ name: 'x'.repeat(1001), price: '1' }, '/name'],
      [{ name: 'a\0b', price: '1' }, '/name'],
      [{ name: 'x', price: '1.234' }, '/price'],
      [{ name: 'x', price: -1 }, '/price'],
      [{ name: 'x', price: '1', stock_level: -1 }, '/stock_level'],
      [{ name: 'x', price: '1', stock_level: 1_000_000_001 }, '/stock_level'],
      [{ name: 'x', price: '1', stock_level: 1.5 }, '/stock_level'],
      [{ name: 'x', price: '1', sku: '' }, '/sku'],
      [{ name: 'x', price: '1', sku: 'x'.repeat(65) }, '/sku'],
      [{ name: 'x', price: '1', stok_level: 3 }, '/stok_level'],
      [{ price: '1' }, '/name'],
    ])('%p is refused at %s', async (input, pointer) => {
      const problem = await refusal(call('create', input as never))
      expect(problem).toMatchObject({ code: 'INVALID_INPUT', status: 422 })
      expect(problem.errors?.map((error) => error.pointer)).toEqual([pointer])
    })

    test('1,000 characters of any script are a name', async () => {
      const name = '🧦'.repeat(1000)
      expect((await create({ name })).name).toBe(name)
    })

    test('an unknown field is told its nearest name', async () => {
      const problem = await refusal(call('create', { name: 'x', price: '1', stok_level: 3 } as never))
      expect(problem.errors?.[0]?.detail).toContain('"stock_level"')
    })

    test('an unknown field of an operation is told the nearest of an operation', async () => {
      const operations = [{ id: 1, stok_level: 3 }]
      const problem = await refusal(call('batch', { mode: 'atomic', operations } as never))
      expect(problem.errors).toEqual([
        { pointer: '/operations/0/stok_level', detail: 'unknown field; did you mean "stock_level"?' },
      ])
    })

    test('what is missing is called so', async () => {
      const problem = await refusal(call('create', {} as never))
      expect(problem.errors).toEqual([
        { pointer: '/name', detail: 'is missing' },
        { pointer: '/price', detail: 'is missing' },
      ])
    })
  })

  describe('update', () => {
    test('changes what was asked for, and the version by one', async () => {
      const before = await create({ stock_level: 4 })
      const after = await call('update', { id: before.id, price: '12.00', stock_level: 3 })
      expect(after).toEqual({
        ...before,
        price: '12.00',
        stock_level: 3,
        version: 2,
        updated_at: after.updated_at,
      })
      expect(await call('get', { id: before.id })).toEqual(after)
    })

    test('asking for what already is changes nothing, version included', async () => {
      const before = await create({ price: '5.00', stock_level: 4 })
      expect(await call('update', { id: before.id, price: 5, stock_level: 4 })).toEqual(before)
      expect(await call('update', { id: before.id })).toEqual(before)
    })

    test('with the right version it is done, with an old one refused, and the refusal shows what is', async () => {
      const { id } = await create()
      const second = await call('update', { id, version: 1, price: '2.00' })
      const problem = await refusal(call('update', { id, version: 1, price: '3.00' }))
      expect(problem).toMatchObject({ code: 'VERSION_MISMATCH', status: 412, current: second })
      expect(await call('get', { id })).toEqual(second)
    })

    test('of many writers with the same version exactly one wins', async () => {
      const { id } = await create({ stock_level: 0 })
      const attempts = await Promise.allSettled(
        Array.from({ length: 20 }, (_, n) => call('update', { id, version: 1, stock_level: n + 1 })),
      )
      expect(attempts.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
      expect((await call('get', { id })).version).toBe(2)
    })

    test('a SKU can be cleared, but not taken from another product', async () => {
      const [one, other] = [await create(), await create()]
      expect(await refusal(call('update', { id: one.id, sku: other.sku }))).toMatchObject({
        code: 'SKU_TAKEN',
      })
      expect((await call('update', { id: one.id, sku: null })).sku).toBeNull()
    })
  })

  describe('remove', () => {
    test('honours the version, then the product is gone', async () => {
      const { id } = await create()
      await call('update', { id, price: '1.00' })
      expect(await refusal(call('remove', { id, version: 1 }))).toMatchObject({ code: 'VERSION_MISMATCH' })
      await call('remove', { id, version: 2 })
      expect(await refusal(call('get', { id }))).toMatchObject({ code: 'PRODUCT_NOT_FOUND' })
      expect(await refusal(call('remove', { id }))).toMatchObject({ code: 'PRODUCT_NOT_FOUND' })
    })
  })

  describe('stock', () => {
    test('a delta changes the level and leaves its entry', async () => {
      const { id } = await create({ stock_level: 10 })
      const { adjustment, product } = await call('adjustStock', {
        id,
        delta: -3,
        reason: 'sold',
        reference: 'order-1001',
      })
      expect(product).toMatchObject({ id, stock_level: 7, version: 2 })
      expect(adjustment).toMatchObject({
        delta: -3,
        stock_level_after: 7,
        reason: 'sold',
        reference: 'order-1001',
        actor: 'anyone',
      })
      expect(await call('get', { id })).toEqual(product)
    })

    test('more than there is, is refused with what there is', async () => {
      const { id } = await create({ stock_level: 2 })
      const problem = await refusal(call('adjustStock', { id, delta: -3, reason: 'sold' }))
      expect(problem).toMatchObject({ code: 'INSUFFICIENT_STOCK', status: 409, available: 2, requested: 3 })
      expect(await call('get', { id })).toMatchObject({ stock_level: 2, version: 1 })
    })

    test('a level that is another one than expected is refused with the product', async () => {
      const product = await create({ stock_level: 5 })
      const attempt = { id: product.id, delta: 1, reason: 'count' as const }
      const problem = await refusal(call('adjustStock', { ...attempt, expected_stock_level: 4 }))
      expect(problem).toMatchObject({ code: 'STOCK_LEVEL_CHANGED', status: 409, current: product })
      expect((await call('adjustStock', { ...attempt, expected_stock_level: 5 })).product.stock_level).toBe(6)
    })

    test('a delta of nothing, beyond the bounds, without a known reason or for no product is refused', async () => {
      const { id } = await create({ stock_level: 5 })
      for (const wrong of [
        { delta: 0, reason: 'sold' },
        { delta: 1.5, reason: 'sold' },
        { delta: 1, reason: 'stolen' },
        { delta: 1_000_000_000, reason: 'received' },
      ])
        expect(await refusal(call('adjustStock', { id, ...wrong } as never))).toMatchObject({
          code: 'INVALID_INPUT',
        })
      expect(await refusal(call('adjustStock', { id: 999_999, delta: 1, reason: 'other' }))).toMatchObject({
        code: 'PRODUCT_NOT_FOUND',
      })
      expect(await refusal(call('adjustments', { id: 999_999 }))).toMatchObject({ code: 'PRODUCT_NOT_FOUND' })
    })

    test('a thousand sales at once of a stock of a hundred: a hundred succeed, and the ledger says so', async () => {
      const { id } = await create({ stock_level: 100 })
      const sales = await Promise.allSettled(
        Array.from({ length: 1000 }, () => call('adjustStock', { id, delta: -1, reason: 'sold' })),
      )
      expect(sales.filter(({ status }) => status === 'fulfilled')).toHaveLength(100)
      expect((await call('get', { id })).stock_level).toBe(0)
      const { items } = await call('adjustments', { id, limit: 200 })
      expect(items).toHaveLength(101)
      expect(items.at(-1)).toMatchObject({ reason: 'initial', delta: 100 })
    })

    test('the ledger has every change by any path, newest first and page by page, and sums to the stock', async () => {
      const { id } = await create({ stock_level: 4 })
      await call('update', { id, stock_level: 9 })
      await call('update', { id, price: '1.00' })
      await call('adjustStock', { id, delta: -2, reason: 'damaged' })
      const entries: { reason: string; delta: number }[] = []
      let cursor: string | null = null
      do {
        const page: { items: typeof entries; next_cursor: string | null } = await call('adjustments', {
          id,
          limit: 2,
          ...(cursor && { cursor }),
        })
        entries.push(...page.items)
        cursor = page.next_cursor
      } while (cursor !== null)
      expect(entries.map(({ reason, delta }) => [reason, delta])).toEqual([
        ['damaged', -2],
        ['set', 5],
        ['initial', 4],
      ])
      expect(entries.reduce((sum, { delta }) => sum + delta, 0)).toBe((await call('get', { id })).stock_level)
    })
  })

  describe('batch', () => {
    const stock = async (id: number) => (await call('get', { id })).stock_level

    test('atomic: all of it, the same product twice in order', async () => {
      const [one, two] = [await create({ stock_level: 5 }), await create({ stock_level: 5 })]
      const { results } = await call('batch', {
        mode: 'atomic',
        operations: [
          { id: two.id, price: '3.00', version: 1 },
          { id: one.id, delta: -5, reason: 'sold' },
          { id: one.id, delta: 2, version: 1 },
          { id: two.id, name: 'Renamed', stock_level: 9 },
        ],
      })
      expect(results.map(({ product }) => [product?.id, product?.version, product?.stock_level])).toEqual([
        [two.id, 2, 5],
        [one.id, 2, 0],
        [one.id, 3, 2],
        [two.id, 3, 9],
      ])
      expect(await call('get', { id: two.id })).toEqual(results[3]?.product as never)
      const { items } = await call('adjustments', { id: one.id })
      expect(items.map(({ delta, reason }) => [delta, reason])).toEqual([
        [2, 'correction'],
        [-5, 'sold'],
        [5, 'initial'],
      ])
    })

    test('atomic: one that fails undoes all, and every failure is named', async () => {
      const { id } = await create({ stock_level: 3 })
      const operations = [
        { id, delta: -2 },
        { id, delta: -2 },
        { id: 999_999, price: 1 },
        { id, price: 2, version: 7 },
      ]
      const problem = await refusal(call('batch', { mode: 'atomic', operations }))
      expect(problem).toMatchObject({
        code: 'BATCH_FAILED',
        status: 409,
        failures: [
          { index: 1, id, problem: { code: 'INSUFFICIENT_STOCK', available: 1, requested: 2 } },
          { index: 2, id: 999_999, problem: { code: 'PRODUCT_NOT_FOUND' } },
          { index: 3, id, problem: { code: 'VERSION_MISMATCH', current: { id } } },
        ],
      })
      expect(await call('get', { id })).toMatchObject({ stock_level: 3, version: 1 })
    })

    test('per item: what can be done is done, the rest says why not', async () => {
      const { id } = await create({ stock_level: 3 })
      const operations = [
        { id, delta: -2 },
        { id, delta: -2 },
        { id, delta: -1 },
        { id: 999_999, delta: 1 },
      ]
      const { results } = await call('batch', { mode: 'per_item', operations })
      expect(results.map(({ status, problem }) => [status, problem?.code])).toEqual([
        [200, undefined],
        [409, 'INSUFFICIENT_STOCK'],
        [200, undefined],
        [404, 'PRODUCT_NOT_FOUND'],
      ])
      expect(await stock(id)).toBe(0)
    })

    test('a dry run tells what would be, and changes nothing', async () => {
      const { id } = await create({ stock_level: 3 })
      const { results } = await call('batch', {
        mode: 'atomic',
        dry_run: true,
        operations: [
          { id, delta: -1 },
          { id, delta: -1 },
        ],
      })
      expect(results.map(({ product }) => product?.stock_level)).toEqual([2, 1])
      expect(await call('get', { id })).toMatchObject({ stock_level: 3, version: 1 })
    })

    test('a thousand operations are taken, more are refused, and so is a level with a delta', async () => {
      const { id } = await create({ stock_level: 0 })
      const operations = Array.from({ length: 1000 }, () => ({ id, delta: 1 }))
      await call('batch', { mode: 'atomic', operations })
      expect(await stock(id)).toBe(1000)
      const tooMany = call('batch', { mode: 'atomic', operations: [...operations, { id, delta: 1 }] })
      expect(await refusal(tooMany)).toMatchObject({
        code: 'INVALID_INPUT',
        errors: [{ pointer: '/operations' }],
      })
      const both = call('batch', { mode: 'atomic', operations: [{ id, delta: 1, stock_level: 1 }] })
      expect(await refusal(both)).toMatchObject({ errors: [{ pointer: '/operations/0/delta' }] })
    })

    test('batches over the same products in opposite orders do not block each other', async () => {
      const ids = await Promise.all(
        Array.from({ length: 10 }, async () => (await create({ stock_level: 0 })).id),
      )
      const add = (order: number[]) =>
        call('batch', { mode: 'atomic', operations: order.map((id) => ({ id, delta: 1 })) })
      await Promise.all(Array.from({ length: 20 }, (_, n) => add(n % 2 === 0 ? ids : ids.toReversed())))
      for (const id of ids) expect(await stock(id)).toBe(20)
    })
  })

  describe('list', () => {
    let own: TestServer
    let list: Call
    const rows = Array.from({ length: 23 }, (_, n) => ({
      name: ['Café', 'apple', 'Ähre', 'zebra'][n % 4] ?? '',
      price: `${n % 3}.00`,
      stock_level: n % 5,
      sku: `L-${n}`,
    }))

    beforeAll(async () => {
      own = await start()
      list = transports[transport](own)
      for (const row of rows) await list('create', row)
    })
    afterAll(() => own[Symbol.asyncDispose]())

    const sorts = ['id', 'name', 'price', 'stock_level', 'updated_at'].flatMap((sort) => [sort, `-${sort}`])

    test.each(sorts)(
      'a walk by %s shows every product once, forwards and backwards the same',
      async (sort) => {
        const input = { sort: sort as 'id', limit: 4 }
        const forwards: number[] = []
        let page = await list('list', input)
        for (;;) {
          forwards.push(...page.items.map(({ id }) => id))
          if (page.next_cursor === null) break
          page = await list('list', { ...input, cursor: page.next_cursor })
        }
        const backwards = page.items.map(({ id }) => id)
        while (page.prev_cursor !== null) {
          page = await list('list', { ...input, cursor: page.prev_cursor })
          backwards.unshift(...page.items.map(({ id }) => id))
        }
        expect(forwards).toHaveLength(rows.length)
        expect(new Set(forwards).size).toBe(rows.length)
        expect(backwards).toEqual(forwards)
      },
    )

    test('sorts by the value, then by id', async () => {
      const { items } = await list('list', { sort: '-price' })
      const expected = items.toSorted((a, b) => Number(b.price) - Number(a.price) || b.id - a.id)
      expect(items).toEqual(expected)
    })

    test('filters, alone and together, and counts what they leave', async () => {
      const prices = await list('list', { min_price: '1', max_price: 1, count: 'exact' })
      expect(new Set(prices.items.map(({ price }) => price))).toEqual(new Set(['1.00']))
      expect(prices.total).toEqual({ value: 8, precision: 'exact' })
      const low = await list('list', { in_stock: true, max_stock: 2 })
      expect(new Set(low.items.map((item) => item.stock_level))).toEqual(new Set([1, 2]))
      expect((await list('list', { in_stock: false })).items.every((item) => item.stock_level === 0)).toBe(
        true,
      )
    })

    test('an offset skips, and from there cursors go both ways', async () => {
      const all = (await list('list', {})).items.map(({ id }) => id)
      const page = await list('list', { offset: 5, limit: 3 })
      expect(page.items.map(({ id }) => id)).toEqual(all.slice(5, 8))
      const before = await list('list', { cursor: page.prev_cursor ?? '', limit: 3 })
      expect(before.items.map(({ id }) => id)).toEqual(all.slice(2, 5))
    })

    test('a limit above 200 is taken as 200', async () => {
      expect((await list('list', { limit: 5000 })).items).toHaveLength(rows.length)
    })

    test('a page that emptied behind the cursor still leads back', async () => {
      const first = await list('list', { sort: 'name', limit: 20 })
      const rest = await list('list', { sort: 'name', limit: 20, cursor: first.next_cursor ?? '' })
      const hidden = await Promise.all(rest.items.map(({ id }) => list('get', { id })))
      for (const { id } of hidden) await list('remove', { id })
      const empty = await list('list', { sort: 'name', limit: 20, cursor: first.next_cursor ?? '' })
      expect(empty.items).toEqual([])
      const back = await list('list', { sort: 'name', limit: 20, cursor: empty.prev_cursor ?? '' })
      expect(back.items).toEqual(first.items)
    })

    test('a cursor is good for its own list only', async () => {
      const { next_cursor } = await list('list', { sort: 'name', limit: 2 })
      const elsewhere = [{ sort: '-name' as const }, { sort: 'name' as const, in_stock: true }, {}]
      for (const other of elsewhere) {
        const problem = await refusal(list('list', { ...other, cursor: next_cursor }))
        expect(problem).toMatchObject({ code: 'INVALID_INPUT', errors: [{ pointer: '/cursor' }] })
      }
      expect(await refusal(list('list', { cursor: 'bm9uc2Vuc2U' }))).toMatchObject({ code: 'INVALID_INPUT' })
    })

    test('an unknown parameter is told its nearest name', async () => {
      const problem = await refusal(list('list', { max_prise: 1 } as never))
      expect(problem.errors).toEqual([
        { pointer: '/max_prise', detail: 'unknown field; did you mean "max_price"?' },
      ])
    })
  })

  describe('search', () => {
    let own: TestServer
    let search: Call

    beforeAll(async () => {
      own = await start()
      search = transports[transport](own)
      for (const [name, price] of [
        ['Leather Belt, black', '20'],
        ['Belted Café racer jacket', '120'],
        ['Black leather belt with brass buckle', '35'],
        ['Crème brûlée torch', '25'],
      ] as const)
        await search('create', { name, price, stock_level: price === '35' ? 0 : 1 })
    })

    afterAll(() => own[Symbol.asyncDispose]())

    const found = async (input: Inputs['products']['search']) =>
      (await search('search', input)).items.map(({ name, match }) => `${match.kind} ${name}`)

    test('words in any order, the last as a prefix, exact before prefix', async () => {
      expect(await found({ q: 'belt' })).toEqual([
        'exact Leather Belt, black',
        'exact Black leather belt with brass buckle',
        'prefix Belted Café racer jacket',
      ])
      expect(await found({ q: 'BLACK leath' })).toEqual([
        'prefix Black leather belt with brass buckle',
        'prefix Leather Belt, black',
      ])
    })

    test('accents and case make no difference, in the name or in the question', async () => {
      expect(await found({ q: 'creme BRULEE' })).toEqual(['exact Crème brûlée torch'])
      expect(await found({ q: 'cafè' })).toEqual(['exact Belted Café racer jacket'])
    })

    test('typos are forgiven, one in a word of four letters or more, two from nine, after all other matches', async () => {
      expect(await found({ q: 'leathr' })).toEqual([
        'fuzzy Leather Belt, black',
        'fuzzy Black leather belt with brass buckle',
      ])
      expect(await found({ q: 'laether blet' })).toEqual([
        'fuzzy Leather Belt, black',
        'fuzzy Black leather belt with brass buckle',
      ])
      // Three letters are too few, and a short word that some name has is not misspelt.
      expect(await found({ q: 'blt' })).toEqual([])
      expect(await found({ q: 'blcak leahter belt' })).toEqual([
        'fuzzy Black leather belt with brass buckle',
        'fuzzy Leather Belt, black',
      ])
      expect(await found({ q: 'jaket' })).toEqual(['fuzzy Belted Café racer jacket'])
      expect(await found({ q: 'jakkt' })).toEqual([])
      const { id } = await search('create', { name: 'Organizer', price: '1' })
      const { id: other } = await search('create', { name: 'Organizers', price: '1' })
      expect(await found({ q: 'organizer' })).toEqual(['exact Organizer', 'prefix Organizers'])
      expect(await found({ q: 'orgamiser' })).toEqual(['fuzzy Organizer'])
      for (const gone of [id, other]) await search('remove', { id: gone })
    })

    test('by price alone, and by price and words and stock together', async () => {
      expect(await found({ min_price: '25', max_price: '35' })).toEqual([
        'filter Black leather belt with brass buckle',
        'filter Crème brûlée torch',
      ])
      expect(await found({ q: 'belt', max_price: '50', in_stock: true })).toEqual([
        'exact Leather Belt, black',
      ])
    })

    test('page by page it gives the same as at once', async () => {
      const all = (await search('search', { q: 'b' })).items
      const paged: typeof all = []
      let cursor: string | null = null
      do {
        const page: { items: typeof all; next_cursor: string | null } = await search('search', {
          q: 'b',
          limit: 1,
          ...(cursor && { cursor }),
        })
        paged.push(...page.items)
        cursor = page.next_cursor
      } while (cursor !== null)
      expect(all).toHaveLength(4)
      expect(paged).toEqual(all)
    })

    test('a new name is found in the first search after the write, the old one no more, a deleted one never', async () => {
      const { id } = await search('create', { name: 'Umbrella', price: '1' })
      expect(await found({ q: 'umbrella' })).toEqual(['exact Umbrella'])
      await search('update', { id, name: 'Parasol' })
      expect(await found({ q: 'umbrella' })).toEqual([])
      expect(await found({ q: 'paras' })).toEqual(['prefix Parasol'])
      await search('remove', { id })
      expect(await found({ q: 'parasol' })).toEqual([])
    })

    test('any text is a safe question', async () => {
      const questions = [
        '"',
        '* AND',
        'NEAR(',
        'a OR b',
        '-',
        '{}',
        '🎉',
        'مرحبا',
        '\u{2028}',
        'col:x',
        "';--",
        '\0',
        '%',
      ]
      const long = ['x'.repeat(10_000), 'a '.repeat(2000)]
      for (const q of [...questions, ...long])
        expect(Array.isArray((await search('search', { q })).items)).toBe(true)
    })

    test('without a question it is refused', async () => {
      expect(await refusal(search('search', {}))).toMatchObject({ code: 'INVALID_INPUT' })
    })
  })
})
