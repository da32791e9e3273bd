import { expect, test } from 'bun:test'
import type { ProductRow } from '#db/schema.postgres.ts'
import type { NewRow } from '#server/products/new-row.ts'
import type { ImportedLine } from './line.ts'
import { changingLines } from './unchanged.ts'

const STORED = ['A', 'B', 'C'].map((sku, index): ProductRow => ({
  id: index + 1,
  sku,
  name: `Product ${sku}`,
  priceMinor: 100,
  stockLevel: 5,
  gtin: null,
  adsItemId: null,
  lowStockAt: null,
  version: 1,
  createdAt: 0,
  updatedAt: 0,
}))

function line(number: number, fields: Partial<NewRow>, id?: number): ImportedLine {
  return { line: number, id, version: undefined, fields, stockDelta: undefined }
}

const left = async (lines: ImportedLine[], waiting: ImportedLine[] = []) =>
  (await changingLines(async () => STORED, lines, waiting)).map((each) => each.line)

test('only lines that ask for what already is so are left out', async () => {
  const lines = [
    line(2, { sku: 'A', name: 'Product A', priceMinor: 100 }),
    line(3, { sku: 'B', stockLevel: 6 }),
    line(4, { sku: 'new', name: 'New', priceMinor: 1 }),
    line(5, { name: 'Product C' }, 3),
    line(6, {}, 99),
    { ...line(7, { sku: 'A' }), stockDelta: -1 },
  ]
  expect(await left(lines.slice(0, 5))).toEqual([3, 4, 6])
  expect(await left(lines)).toEqual([2, 3, 4, 6, 7])
})

test('all lines of a product stay together, in order, also with one that was set aside', async () => {
  const back = line(3, { sku: 'A', stockLevel: 5 })
  expect(await left([line(2, { stockLevel: 9 }, 1), back])).toEqual([2, 3])
  expect(await left([back, line(4, { sku: 'B', stockLevel: 5 })], [line(2, { sku: 'A' })])).toEqual([3])
})
