/** Files in the shape of each shop's export, made up, through the command line with one option. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { parse } from 'csv-parse/sync'
import { join } from 'node:path'
import { temporaryFolder } from '#scripts/lab/harness/test-server.ts'
import { SHOP_FILES, textOf, type Row } from '#server/products/import/shop-files.testing.ts'
import { runProducts } from './products.testing.ts'

let folder: Awaited<ReturnType<typeof temporaryFolder>>

beforeAll(async () => {
  folder = await temporaryFolder()
})
afterAll(() => folder[Symbol.asyncDispose]())

const products = (database: string, ...args: string[]) =>
  runProducts(`file:${join(folder.path, database)}`, ...args)

async function catalogueOf(database: string): Promise<Row[]> {
  const { stdout } = await products(database, 'export')
  const rows = parse<Record<string, string>>(stdout, { columns: true })
  return rows.map(({ sku = '', name = '', price = '', stock_level = '' }) => [sku, name, price, stock_level])
}

async function write(name: string, text: string): Promise<string> {
  const path = join(folder.path, name)
  await Bun.write(path, text)
  return path
}

test.each(SHOP_FILES.map((file, place) => [file.shop, file.kind, file, place] as const))(
  'a file of %s %s is imported with one option',
  async (shop, _, shopFile, place) => {
    const { rows } = shopFile
    const file = await write(`${place}.csv`, textOf(shopFile))
    const { stdout, stderr, code } = await products(`${place}.db`, 'import', file, '--ignore-unknown')
    expect(stderr).toContain(`This is a file of ${shop}.`)
    expect(stdout).toBe(`${rows.length} created, 0 updated, 0 unchanged, 0 rejected\n`)
    expect(code).toBe(0)
    expect(await catalogueOf(`${place}.db`)).toEqual(rows)
  },
)

test('a stock file without a header changes the stock of the catalogue with one option', async () => {
  const catalogue = await write(
    'catalogue.csv',
    'sku,name,price,stock_level\nART0815,Bolt,0.35,5\nART0816,Nut,0.2,5\nART0817,Nail,0.1,5\n',
  )
  await products('stock.db', 'import', catalogue)
  const stock = await write('stock.csv', 'ART0815;1200\r\nART0817;0\r\nART0816;5\r\n')
  const { stdout, stderr, code } = await products('stock.db', 'import', stock, '--columns', 'sku,stock_level')
  expect(stderr).toBe('To take it back: ./scripts/adstock products undo 2\n')
  expect(stdout).toBe('0 created, 2 updated, 1 unchanged, 0 rejected\n')
  expect(code).toBe(0)
  expect(await catalogueOf('stock.db')).toEqual([
    ['ART0815', 'Bolt', '0.35', '1200'],
    ['ART0816', 'Nut', '0.20', '5'],
    ['ART0817', 'Nail', '0.10', '0'],
  ])
})
