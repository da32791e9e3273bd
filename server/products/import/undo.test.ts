/** Imports taken back, on real databases: all of it where nothing else happened, and never the work of others. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { ProductWrites } from '#server/products/writes.ts'
import { catalogueOf, importInto, openShop, type Shop } from './import-shop.testing.ts'
import { UNDOABLE_MS } from './record.ts'

const RUNS = 200
const GTINS = ['4006381333931', '9783161484100', '036000291452']

describe.each(['SQLite', 'PostgreSQL'] as const)('undoing an import on %s', (dialect) => {
  const resources = new AsyncDisposableStack()
  let now = Date.now()
  let shop: Shop

  beforeAll(async () => void (shop = await openShop(dialect, resources, { now: () => now })))
  afterAll(() => resources.disposeAsync())

  const create = async (sku: string, stockLevel = 5) =>
    (await shop.products.create({ sku, name: 'Thing', priceMinor: 100, stockLevel }, 'test')).id
  const importText = async (text: string, batchSize?: number) => {
    const { import_id: id } = await importInto(shop, text, { batchSize })
    if (id === undefined) throw new Error('The import changed nothing.')
    return id
  }
  const undo = (id: number) => shop.products.undoImport(id, 'test')
  const change = (id: number, name: string) =>
    shop.products.update({ id }, { name }, { expected: undefined, actor: 'test' })

  test(`leaves the catalogue as it was before each of ${RUNS} made-up files`, async () => {
    const ids: number[] = []
    for (const sku of ['A', 'B', 'C', 'D', 'E']) ids.push(await create(sku))
    const line = fc.tuple(
      fc.oneof(fc.constantFrom(...ids.map(String)), fc.constant('')),
      fc.constantFrom('A', 'B', 'C', 'D', 'E', 'F', 'G', ''),
      fc.constantFrom('', 'Thing', 'Other'),
      fc.constantFrom('', '1.00', '2', 'free'),
      fc.constantFrom('', '1', '3'),
      fc.constantFrom('', '', ...GTINS),
    )
    const file = fc.tuple(fc.array(line, { minLength: 1, maxLength: 12 }), fc.integer({ min: 1, max: 12 }))
    let undone = 0
    await fc.assert(
      fc.asyncProperty(file, fc.boolean(), async ([lines, batchSize], clearEmpty) => {
        const text = `id,sku,name,price,stock_level,gtin\n${lines.map((cells) => cells.join(',')).join('\n')}\n`
        const before = await catalogueOf(shop)
        const { import_id } = await importInto(shop, text, { batchSize, clearEmpty })
        if (import_id === undefined) return
        expect((await undo(import_id)).kept).toEqual([])
        expect(await catalogueOf(shop)).toEqual(before)
        undone += 1
      }),
      { numRuns: RUNS },
    )
    expect(undone).toBeGreaterThan(RUNS / 4)
  })

  test('keeps what was changed, deleted or sold since, and names it', async () => {
    const [sold, renamed, deleted, quiet] = [
      await create('sold'),
      await create('renamed'),
      await create('deleted'),
      await create('quiet'),
    ]
    const text = 'sku,price\nsold,7\nrenamed,7\ndeleted,7\nquiet,7\n'
    const id = await importText(text)
    await shop.products.adjustStock(
      { key: { id: sold }, delta: -1, reason: 'sold', reference: null, expectedStockLevel: undefined },
      'till',
    )
    await change(renamed, 'Another')
    await shop.products.remove({ id: deleted }, { expected: undefined, actor: 'test' })
    expect(await undo(id)).toEqual({
      restored: 1,
      removed: 0,
      kept: [
        { productId: sold, detail: 'was changed after the import' },
        { productId: renamed, detail: 'was changed after the import' },
        { productId: deleted, detail: 'was deleted after the import' },
      ],
    })
    expect((await shop.products.get(quiet))?.priceMinor).toBe(100)
    expect((await shop.products.get(renamed))?.priceMinor).toBe(700)
  })

  test('removes what it created, but for what was changed since', async () => {
    const id = await importText('sku,name,price\nnew-1,One,1\nnew-2,Two,1\n')
    const kept = await shop.products.withSku('new-2', {})
    await change(kept?.id ?? 0, 'Two of them')
    expect(await undo(id)).toMatchObject({ removed: 1, kept: [{ productId: kept?.id }] })
    expect(await shop.products.withSku('new-1', {})).toBeUndefined()
  })

  test('does not take back a change that came between two lines of the file', async () => {
    const product = await create('between')
    const part = { id: await importText('sku,price\nbetween,2\n'), undoing: false }
    await change(product, 'By hand')
    // As a later batch of the same file would do it.
    await shop.db.withTransaction(async (tx) => {
      const writes = new ProductWrites({ db: shop.db, tx }, { actor: 'test', now, import: part })
      await writes.change(await writes.lock({ id: product }), { priceMinor: 300 }, 'import')
    })
    expect(await undo(part.id)).toMatchObject({ restored: 0, kept: [{ productId: product }] })
    expect(await shop.products.get(product)).toMatchObject({ name: 'By hand', priceMinor: 300 })
  })

  test('a SKU that another product has taken since is named', async () => {
    const product = await create('old-name')
    const id = await importText(`id,sku\n${product},new-name\n`)
    await create('old-name')
    const { kept } = await undo(id)
    expect(kept).toMatchObject([{ productId: product, detail: expect.stringContaining('old-name') }])
  })

  test('goes on where it was broken off, and has nothing left to do after that', async () => {
    const before = await catalogueOf(shop)
    const lines = Array.from({ length: 20 }, (_, n) => `part-${n},Part,1`).join('\n')
    const id = await importText(`sku,name,price\n${lines}\n`, 5)
    const gone = await shop.products.withSku('part-3', {})
    // A process that died after it had removed one of them has forgotten that one as well.
    await shop.db.withTransaction(async (tx) => {
      const writes = new ProductWrites(
        { db: shop.db, tx },
        { actor: 'test', now, import: { id, undoing: true } },
      )
      await writes.remove([gone?.id ?? 0])
    })
    expect(await undo(id)).toEqual({ restored: 0, removed: 19, kept: [] })
    expect(await catalogueOf(shop)).toEqual(before)
    expect(await undo(id)).toEqual({ restored: 0, removed: 0, kept: [] })
  })

  test('the ledger names the import, and what took it back', async () => {
    const product = await create('counted')
    const id = await importText('sku,stock_level\ncounted,9\n')
    await undo(id)
    const entries = await shop.products.adjustments(product, { limit: 2, before: undefined })
    expect(entries).toMatchObject([
      { delta: -4, reference: `undo of import ${id}` },
      { delta: 4, reference: `import ${id}` },
    ])
  })

  test('is listed and possible for 24 hours', async () => {
    await create('listed')
    const id = await importText('sku,name,price\nlisted,New name,1\nlisted-2,Second,1\n')
    const [newest] = await shop.products.imports()
    expect(newest).toEqual({ id, actor: 'test', createdAt: now, changed: 2, updated: 1 })
    now += UNDOABLE_MS
    expect(undo(id)).rejects.toMatchObject({ code: 'IMPORT_NOT_FOUND' })
    expect(await shop.products.imports()).toEqual([])
    await shop.products.forgetExpired()
    const { imports, importChanges } = shop.db.tables
    expect(await shop.db.reader.$count(imports)).toBe(0)
    expect(await shop.db.reader.$count(importChanges)).toBe(0)
  })
})
