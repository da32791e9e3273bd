import { describe, expect, test } from 'bun:test'
import { filledDown, formatCells, parseCells, paste } from './clipboard.ts'
import { COLUMNS, type ColumnId, type Product } from './columns.ts'
import { columnsSelectedIn, rowsIn, selectionOf } from './selection.ts'

const at = '2026-01-01T00:00:00.000Z'
const product = (id: number): Product => ({
  id,
  sku: null,
  name: `P${id}`,
  price: '1.00',
  currency: 'USD',
  stock_level: id,
  version: 1,
  created_at: at,
  updated_at: at,
  gtin: null,
  ads_item_id: null,
  low_stock_at: null,
})
const products = [1, 2, 3].map(product)
const columns = (...ids: ColumnId[]) => COLUMNS.filter(({ id }) => ids.includes(id))
const priceAndStock = columns('price', 'stock_level')

describe('cells on the clipboard', () => {
  test.each([
    ['a column', '1\n2\n3', [['1'], ['2'], ['3']]],
    ['a column that ends with a line break, as spreadsheets copy it', '1\r\n2\r\n', [['1'], ['2']]],
    [
      'a block',
      '1\t2\n3\t4',
      [
        ['1', '2'],
        ['3', '4'],
      ],
    ],
    ['an empty cell', '1\t\t3', [['1', '', '3']]],
    ['quoted tabs, breaks and quotes', '"a\tb\n""c"""\t2', [['a\tb\n"c"', '2']]],
  ])('%s is read', (_, text, cells) => {
    expect(parseCells(text)).toEqual(cells)
  })

  test('are written so that they are read the same again', () => {
    const cells = [
      ['a "b"', 'c\td'],
      ['', 'two\nlines'],
    ]
    expect(parseCells(formatCells(cells))).toEqual(cells)
  })
})

describe('pasting', () => {
  test('puts each row on its product', () => {
    expect(paste([['9.5'], ['8']], products, priceAndStock)).toEqual({
      values: [
        { product: products[0], field: 'price', value: '9.50' },
        { product: products[1], field: 'price', value: '8.00' },
      ] as never,
      leftOut: 0,
    })
  })

  test('one cell fills all', () => {
    const pasted = paste(
      [['7']],
      products,
      [priceAndStock[1]].filter((each) => each !== undefined),
    )
    expect('values' in pasted && pasted.values.map(({ value }) => value)).toEqual([7, 7, 7])
  })

  test('leaves out what cannot be edited', () => {
    expect(paste([['Name', '5']], products, columns('name', 'price'))).toMatchObject({
      leftOut: 1,
      values: [{}],
    })
  })

  test('does nothing at all when one cell cannot be read', () => {
    expect(paste([['5'], ['cheap']], products, priceAndStock)).toEqual({
      mistake: '“cheap” in row 2: Type a number, 0 or more.',
    })
  })
})

test('filling down repeats the first row in what can be edited', () => {
  const filled = filledDown(products, columns('name', 'price', 'stock_level'))
  expect(filled.map(({ product: { id }, field, value }) => `${id} ${field} ${value}`)).toEqual([
    '2 price 1.00',
    '2 stock_level 1',
    '3 price 1.00',
    '3 stock_level 1',
  ])
})

test('a selection is the same from any of its corners', () => {
  const selection = selectionOf({ row: 7, column: 4 }, { row: 3, column: 2 })
  expect(selection).toEqual({ top: 3, bottom: 7, left: 2, right: 4 })
  expect(rowsIn(selection)).toBe(5)
  expect([2, 3, 7, 8].map((row) => columnsSelectedIn(selection, row))).toEqual(['', '2-4', '2-4', ''])
})
