/** Files against real databases: what a dry run says is what the import does, and no line harms another. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import type { ImportSummary } from '#server/products/file-schema.ts'
import { catalogueOf, importInto, openShop, type Shop } from './import-shop.testing.ts'

const FILES = 1_000

/** As a dry run says it, which has none. */
const withoutId = (summary: ImportSummary): ImportSummary => ({ ...summary, import_id: undefined })

describe.each(['SQLite', 'PostgreSQL'] as const)('an import on %s', (dialect) => {
  const resources = new AsyncDisposableStack()
  let shop: Shop

  beforeAll(async () => void (shop = await openShop(dialect, resources)))
  afterAll(() => resources.disposeAsync())

  const create = async (sku: string | null, stockLevel = 5) =>
    (await shop.products.create({ sku, name: 'Thing', priceMinor: 100, stockLevel }, 'test')).id

  test(`of ${FILES} made-up files does what its dry run says`, async () => {
    const ids: number[] = []
    for (const sku of ['A', 'B', 'C', 'D', 'E']) ids.push(await create(sku))
    const sku = fc.constantFrom('A', 'B', 'C', 'D', 'E', 'F', 'G', '')
    const line = fc.tuple(
      fc.oneof(fc.constantFrom(...ids.map(String)), fc.constant(''), fc.constant('999999')),
      sku,
      fc.constantFrom('', 'Thing', 'Other'),
      fc.constantFrom('', '1.00', '2', 'free'),
      fc.constantFrom('', '1', '3'),
      fc.constantFrom('', '', '', '1', '7'),
      fc.constantFrom('', '', '', '4006381333931', '9783161484100'),
    )
    const file = fc.tuple(fc.array(line, { minLength: 1, maxLength: 10 }), fc.integer({ min: 1, max: 10 }))
    await fc.assert(
      fc.asyncProperty(file, fc.boolean(), async ([lines, batchSize], clearEmpty) => {
        const text = `id,sku,name,price,stock_level,version,gtin\n${lines.map((cells) => cells.join(',')).join('\n')}\n`
        const options = { clearEmpty, batchSize }
        const before = await catalogueOf(shop)
        const dry = await importInto(shop, text, { ...options, dryRun: true })
        expect(await catalogueOf(shop)).toEqual(before)
        expect(withoutId(await importInto(shop, text, options))).toEqual(dry)
        const counted = dry.created + dry.updated + dry.unchanged + dry.rejected.length
        expect(counted).toBe(lines.filter((cells) => cells.some((cell) => cell !== '')).length)
      }),
      { numRuns: FILES },
    )
  })

  test('products pass their SKUs on, in any order of lines and over any distance', async () => {
    const skus = ['P', 'Q', 'R', 'S', 'T', 'U', 'V']
    const ids: number[] = []
    for (const sku of skus) ids.push(await create(sku))
    const order = fc.shuffledSubarray(ids, { minLength: ids.length })
    const wanted = fc.shuffledSubarray([...skus, 'W', 'X'], { minLength: ids.length, maxLength: ids.length })
    await fc.assert(
      fc.asyncProperty(order, wanted, fc.integer({ min: 1, max: 9 }), async (lines, targets, batchSize) => {
        const text = `id,sku\n${lines.map((id, place) => `${id},${targets[place]}`).join('\n')}\n`
        const dry = await importInto(shop, text, { batchSize, dryRun: true })
        const summary = await importInto(shop, text, { batchSize })
        expect(withoutId(summary)).toEqual(dry)
        expect(summary.rejected).toEqual([])
        const catalogue = new Map((await catalogueOf(shop)).map(({ id, sku }) => [id, sku]))
        expect(lines.map((id) => catalogue.get(id) ?? null)).toEqual(targets)
      }),
      { numRuns: 150 },
    )
  })

  test('a SKU that two lines want goes to the first, and the dry run says so', async () => {
    const [one, two] = [await create('one'), await create('two')]
    const text = `id,sku\n${one},SAME\n${two},SAME\n`
    for (const dryRun of [true, false])
      expect(await importInto(shop, text, { dryRun })).toMatchObject({
        updated: 1,
        rejected: [{ line: 3, code: 'SKU_TAKEN' }],
      })
  })

  test('an empty cell keeps what is there; with clear_empty a SKU is taken away', async () => {
    const id = await create('keeps', 9)
    const text = `id,sku,name,price,stock_level\n${id},,,,\n`
    expect(await importInto(shop, text)).toMatchObject({ unchanged: 1, rejected: [] })
    expect(await importInto(shop, text, { clearEmpty: true })).toMatchObject({ updated: 1 })
    expect((await shop.products.get(id))?.sku).toBeNull()
  })

  test('a stock_delta is added, never below zero, and stands in the ledger', async () => {
    const id = await create('delta', 5)
    const text = 'sku,stock_delta\ndelta,-3\n'
    expect(await importInto(shop, text)).toMatchObject({ updated: 1 })
    expect(await importInto(shop, text)).toMatchObject({ rejected: [{ code: 'INSUFFICIENT_STOCK' }] })
    expect((await shop.products.get(id))?.stockLevel).toBe(2)
    const [entry] = await shop.products.adjustments(id, { limit: 1, before: undefined })
    expect(entry).toMatchObject({ delta: -3, stockLevelAfter: 2, reason: 'import' })
  })

  test('the file of another catalogue finds products by SKU, once its ids are left out', async () => {
    await create('moved')
    const text = 'id,sku,name,price,version\n900001,moved,Renamed,2,3\n'
    const { rejected } = await importInto(shop, text)
    expect(rejected[0]?.detail).toContain('ignore_id')
    expect(await importInto(shop, text, { ignoreId: true })).toMatchObject({ updated: 1, rejected: [] })
  })

  test('SKUs that a spreadsheet has mangled are refused, unless they are meant', async () => {
    const long = await create('4006381333931')
    await create('0012345678905')
    const text = `id,sku\n${long},4.00638E+12\n`
    expect(await importInto(shop, text)).toMatchObject({ rejected: [{ line: 2 }] })
    const short = 'sku,name,price\n12345678905,Twin,1\n'
    const { rejected } = await importInto(shop, short)
    expect(rejected[0]?.detail).toContain('0012345678905')
    expect(await importInto(shop, short, { keepMangledSkus: true })).toMatchObject({ created: 1 })
    expect(await importInto(shop, text, { keepMangledSkus: true })).toMatchObject({ updated: 1 })
  })
})

describe('on any database', () => {
  const resources = new AsyncDisposableStack()
  let shop: Shop

  beforeAll(async () => void (shop = await openShop('SQLite', resources)))
  afterAll(() => resources.disposeAsync())

  const LINES = 10_000
  const DAMAGES: readonly ((good: string) => string)[] = [
    () => 'x,5" pipe,1,1',
    () => '"x,open,1,1',
    () => 'x,"open,1,1',
    () => 'x,open,1,"1',
    () => 'x,"a"b,1,1',
    () => 'x,"a" ,1,1',
    () => 'x,name,1',
    () => 'x,name,1,1,more',
    () => 'x,name,free,1',
    () => 'x,name,-1,1',
    () => 'x,name,"1,23,4",1',
    () => 'x,name,€5,1',
    () => 'x,name,1,many',
    () => 'x,name,1,-1',
    () => 'x,name,1,1.5',
    () => ',name,1,1',
    () => '4.0E+12,name,1,1',
    () => 'x,,1,1',
    () => 'x,name,,1',
    () => 'x,a\0b,1,1',
  ]

  test.each(DAMAGES.map((damage, kind) => [kind, damage] as const))(
    `one of ${LINES} lines, damaged in way %i, costs itself alone`,
    async (kind, damage) => {
      const at = (kind * 487 + 3) % LINES
      const lines = Array.from({ length: LINES }, (_, n) => {
        const good = `${kind}-${n},"Thing, ""${n}""",1.00,${n}`
        return n === at ? damage(good) : good
      })
      const summary = await importInto(shop, `sku,name,price,stock_level\n${lines.join('\n')}\n`, {
        dryRun: true,
      })
      expect(summary).toMatchObject({ created: LINES - 1, rejected: [{ line: at + 2 }] })
      expect(summary.rejected).toHaveLength(1)
    },
  )

  test('every mistake of a line is told at once, and the kinds are counted', async () => {
    const bad = 'x,,free,-1\n'
    const { rejected, mistakes } = await importInto(
      shop,
      `sku,name,price,stock_level\n${bad.repeat(3)}y,n,1,z\n`,
    )
    expect(rejected[0]?.detail).toMatch(/price.*stock_level/s)
    expect(mistakes?.map(({ count }) => count)).toEqual([3, 1])
  })

  test('every mistake of a header is told at once', async () => {
    const header = 'Colour,Size,price,Preis\n'
    expect(importInto(shop, `${header}red,M,1,1\n`)).rejects.toThrow(/"Colour", "Size".*price.*sku/s)
    expect(importInto(shop, '')).rejects.toThrow('the file is empty')
  })

  test('rejected lines come with their cells and their header, to be mended', async () => {
    const rejected: unknown[] = []
    const text = 'sku;name;price\nA;Fine;1,50\nB;Broken;free\n'
    const summary = await importInto(shop, text, { onRejected: (each) => rejected.push(each) })
    expect(summary).toMatchObject({ created: 1, file: { delimiter: ';' } })
    expect(rejected).toMatchObject([
      { line: 3, header: ['sku', 'name', 'price'], cells: ['B', 'Broken', 'free'] },
    ])
  })

  test('a stock file without a header, and what a mapping names', async () => {
    await shop.products.create({ sku: 'ART0815', name: 'Thing', priceMinor: 1, stockLevel: 0 }, 'test')
    expect(await importInto(shop, 'ART0815;12\n', { columns: ['sku', 'stock_level'] })).toMatchObject({
      updated: 1,
      rejected: [],
    })
    expect(
      await importInto(shop, 'ART0815;x;13\n', { columns: ['sku', 'ignore', 'stock_level'] }),
    ).toMatchObject({ updated: 1, file: { ignored_columns: [] } })
    const mapped = await importInto(shop, 'Code,Old\nART0815,7\n', {
      map: { Code: 'sku', old: 'stock_level' },
    })
    expect(mapped).toMatchObject({ updated: 1 })
  })

  test('a mapping leaves columns out, also one of two that are the same', async () => {
    const text = 'sku,name,price,Preis,Colour\nMAP-1,Thing,5.00,6.00,red\n'
    const refused = await importInto(shop, text, { map: { Colour: 'ignore' } }).catch(
      (error: unknown) => error,
    )
    expect(refused).toMatchObject({
      code: 'INVALID_INPUT',
      extra: {
        errors: [{ pointer: '/price', detail: 'two columns are this' }],
        file: { columns: expect.arrayContaining([{ heading: 'Preis', field: 'price' }]) },
      },
    })
    const summary = await importInto(shop, text, { map: { Colour: 'ignore', price: 'ignore' } })
    expect(summary).toMatchObject({ created: 1, file: { ignored_columns: ['price', 'Colour'] } })
    expect((await shop.products.withSku('MAP-1', {}))?.priceMinor).toBe(600)
  })

  test('variants of one product have its name, and rows of pictures alone are no lines', async () => {
    const text = `Handle,Title,Variant SKU,Variant Price,Variant Inventory Qty,Image Src
cup,Cup,CUP-1,5.00,3,a.png
cup,,CUP-2,6.00,4,b.png
cup,,,,,c.png
`
    const summary = await importInto(shop, text, { ignoreUnknown: true })
    expect(summary).toMatchObject({ created: 2, rejected: [], file: { preset: 'Shopify' } })
    expect(summary.file?.ignored_columns).toEqual(['Handle', 'Image Src'])
  })
})
