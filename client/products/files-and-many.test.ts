/** Many products at once: a bulk change, an import, an export; and one product's stock. By the keyboard alone. */
import { describe, expect, test } from 'bun:test'
import { createClient } from '#client/api.ts'
import { restOf } from '#client/testing/journey.testing.ts'
import { PATIENCE_MS, untilIs } from '#scripts/lab/harness/until.ts'
import { atKeyboard, type Person } from '#client/testing/person.testing.ts'
import { SHOP_FILES, textOf } from '#server/products/import/shop-files.testing.ts'
import { openShop, prices } from '#client/testing/shop.testing.ts'

const TEST_TIMEOUT_MS = 2 * PATIENCE_MS

describe.each(['SQLite', 'PostgreSQL'] as const)('on %s', (database) => {
  const stage = openShop({ size: 40, database })

  const journey = (name: string, run: (person: Person) => Promise<void>) =>
    test(
      name,
      () =>
        atKeyboard(stage.browser, { url: `${stage.shop.url}/products` }, async (person) => {
          await person.sees('Thing 12')
          await run(person)
        }),
      TEST_TIMEOUT_MS,
    )

  journey('a selection is changed after a dry run, and undone', async (person) => {
    const { patch } = restOf(stage.shop)
    await person.press('/', 'ArrowDown', 'Shift+ArrowDown', 'Shift+ArrowDown')
    await person.tabTo('button', 'Change all…')
    await person.press('Enter')
    await person.isAt('combobox', 'What')
    await person.sees('Change 3 products', 'dialog h2')
    await person.press('Tab')
    await person.type('10')
    await person.press('Enter')
    await person.isAt('button', 'Change 3 products')
    await person.sees('$2.20', 'dialog')
    expect(await prices(stage.shop, [1, 2, 3])).toEqual(['1.00', '2.00', '3.00'])
    await person.tabTo('button', 'Back', 'backward')
    await person.press('Enter')
    await person.isAt('combobox', 'What')
    await person.press('Tab')
    await person.type('10')
    await person.press('Enter')
    await person.isAt('button', 'Change 3 products')

    // Somebody comes in between: what the preview showed of it is no longer so.
    await patch(3, { price: '33.00' })
    await person.press('Enter')
    await person.isAt('button', 'Done')
    await person.sees('2 products changed.', 'dialog')
    await person.sees('Not changed: 1 product', 'dialog')
    expect(await prices(stage.shop, [1, 2, 3])).toEqual(['1.10', '2.20', '33.00'])
    await person.press('Enter')
    await person.isAt('button', 'Change all…')
    await person.sees('$2.20')
    await person.press('Control+z')
    await untilIs(() => prices(stage.shop, [1, 2, 3]), ['1.00', '2.00', '33.00'])
  })

  journey('a stock is adjusted with a reason, and the history tells it', async (person) => {
    await person.press('/', 'ArrowDown', 'ArrowDown', 'ArrowDown', 'ArrowDown', 'h')
    await person.isAt('textbox', 'Change by')
    await person.sees('Thing 4', 'dialog h2')
    await person.sees('Imported', 'dialog')
    await person.type('-9')
    await person.press('Enter')
    await person.sees('The stock stays as it is.')
    await person.press('Control+A')
    await person.type('-3')
    // What is taken was sold, until something else is chosen; nothing came back.
    await person.press('Tab', 'r', 'Tab', 'Enter')
    await person.sees('“Returned” adds to the stock')
    await person.isAt('textbox', 'Change by')
    await person.press('Tab', 's', 'Tab')
    await person.type('order-1001')
    await person.press('Enter')
    await person.sees('order-1001', 'dialog table')
    const [newest] = await person.texts('.stock-history tbody tr')
    expect(newest).toContain('Sold')
    expect(newest).toEndWith('-31')
    await person.press('Escape')
    await person.isAtCell(3, 'id')
    await person.isAt('grid')
    await person.sees('Low', 'tr[data-row="3"]')
    expect((await restOf(stage.shop).get(4)).stock_level).toBe(1)
  })

  const csv =
    'sku,name,price,stock_level\nT-30,Thing 30,3.50,30\nnew-1,Brand new,5.00,1\nnew-2,Broken,free,1\n'

  journey('a file is previewed line by line, and imported only then', async (person) => {
    await person.press('i')
    await person.isAt('button', 'CSV file')
    await person.choosesFile(() => person.press('Enter'), { name: 'catalogue.csv', text: csv })
    await person.isAt('button', 'Import 2 products')
    await person.sees('1 line cannot be imported')
    await person.sees('price: must be')
    await person.sees('Brand new', 'dialog')
    expect(await prices(stage.shop, [30])).toEqual(['30.00'])
    await person.press('Enter')
    await person.isAt('button', 'Done')
    await untilIs(() => person.texts('.tally dd'), ['1', '1', '0', '1'])
    await person.tabTo('link', /^Save these lines/, 'backward')
    const rest = await person.downloads(() => person.press('Enter'))
    expect(rest.split('\n')[0]).toEndWith('sku,name,price,stock_level,rejected_because')
    expect(rest).toContain('new-2,Broken,free,1,')
    await person.tabTo('button', 'Done')
    expect(await prices(stage.shop, [30])).toEqual(['3.50'])
    await person.press('Enter')
    await person.isAt('grid')
    await person.sees('41 products')
  })

  journey('an import is undone, at once or later, and what was changed since is named', async (person) => {
    const before = (await restOf(stage.shop).get(31)).price
    await person.press('i')
    await person.isAt('button', 'CSV file')
    const text = 'sku,name,price\nT-31,,7.77\nundo-1,Unwanted,5.00\nundo-2,Kept after all,5.00\n'
    await person.choosesFile(() => person.press('Enter'), { name: 'wrong.csv', text })
    await person.isAt('button', 'Import 3 products')
    await person.press('Enter')
    await person.isAt('button', 'Done')
    await person.press('Enter')
    await person.isAt('grid')
    await person.sees('43 products')
    const found = await (await fetch(`${stage.shop.url}/v1/products/by-sku/undo-2`)).json()
    await restOf(stage.shop).patch(found.id, { name: 'Kept indeed' })
    await person.press('i')
    await person.tabTo('button', /^Undo the import of/)
    await person.press('Enter')
    await person.sees('1 product restored, 1 removed.')
    await person.sees('Kept indeed, undo-2: was changed after the import')
    await person.isAt('button', 'Done')
    await person.press('Enter')
    await person.sees('42 products')
    expect((await restOf(stage.shop).get(31)).price).toBe(before)
    await restOf(stage.shop).remove(found.id)
  })

  journey('a file that is not ours is refused in words, and another one chosen', async (person) => {
    await person.tabTo('button', 'Import')
    await person.press('Enter')
    await person.isAt('button', 'CSV file')
    const other = { name: 'other.csv', text: 'colour;size\nred;5\n' }
    await person.choosesFile(() => person.press('Space'), other)
    await person.sees('unknown column')
    await person.sees('Request')
    await person.isAt('button', 'Try again')
    await person.tabTo('button', 'Choose another file')
    await person.press('Enter')
    await person.isAt('button', 'CSV file')
    await person.press('Escape')
    await person.isAt('button', 'Import')
  })

  journey(
    'another shop’s export is told by its headings, once its other columns may be left out',
    async (person) => {
      await person.press('i')
      await person.isAt('button', 'CSV file')
      const text =
        'Handle;Title;Variant SKU;Variant Price;Vendor\nthing;Thing 29;T-29;"2,90";Us\nthing;;T-28;"1.002,80";Us\n'
      await person.choosesFile(() => person.press('Enter'), { name: 'shopify.csv', text })
      await person.sees('unknown columns of this Shopify file: "Handle", "Vendor"')
      await person.tabTo('checkbox', 'Leave out columns that are not known')
      await person.press('Space')
      await person.isAt('button', 'Import 2 products')
      await person.sees('This is an export of Shopify. Left out: Handle, Vendor.')
      expect(await person.violations()).toEqual([])
      await person.press('Enter')
      await person.isAt('button', 'Done')
      expect(await prices(stage.shop, [28, 29])).toEqual(['1002.80', '2.90'])
      await person.press('Enter')
    },
  )

  journey(
    'a file with headings of its own is read as its columns are chosen, and the next one as this one',
    async (person) => {
      const file = (sku: string) => ({
        name: 'list.csv',
        text: `Code;Text;Worth;Colour\n${sku};Mapped;"2,50";red\n`,
      })
      const choose = async (sku: string) => {
        await person.press('i')
        await person.isAt('button', 'CSV file')
        await person.choosesFile(() => person.press('Enter'), file(sku))
      }
      await choose('MAP-1')
      await person.sees('unknown columns')
      for (const [heading, letter] of [
        ['Code', 'S'],
        ['Text', 'N'],
        ['Worth', 'P'],
        ['Colour', 'l'],
      ] as const) {
        await person.tabTo('combobox', `What ${heading} is`)
        await person.press(letter)
      }
      await person.isAt('button', 'Import 1 product')
      await person.sees('Left out: Colour.')
      expect(await person.violations()).toEqual([])
      await person.press('Enter')
      await person.isAt('button', 'Done')
      await person.press('Enter')
      await choose('MAP-2')
      await person.isAt('button', 'Import 1 product')
      await person.press('Enter')
      await person.isAt('button', 'Done')
      const { products } = createClient(stage.shop.url)
      const { items } = await products.list.query({ sku: 'MAP-1,MAP-2' })
      expect(items.map(({ sku, name, price }) => [sku, name, price])).toEqual([
        ['MAP-1', 'Mapped', '2.50'],
        ['MAP-2', 'Mapped', '2.50'],
      ])
      for (const { id } of items) await products.remove.mutate({ id })
    },
  )

  // The database has no part in how a file is read.
  if (database === 'SQLite')
    journey('every shop’s export goes in once its other columns may be left out', async (person) => {
      await person.press('i')
      await person.isAt('button', 'CSV file')
      for (const file of SHOP_FILES) {
        const name = `${file.shop} ${file.kind}.csv`
        await person.choosesFile(() => person.press('Enter'), { name, text: textOf(file) })
        await person.sees(`unknown columns of this ${file.shop} file`)
        await person.tabTo('checkbox', 'Leave out columns that are not known')
        await person.press('Space')
        await person.isAt('button', `Import ${file.rows.length} products`)
        await person.sees(`This is an export of ${file.shop}.`)
        await person.tabTo('button', 'Choose another file', 'backward')
        await person.press('Enter')
        await person.isAt('button', 'CSV file')
      }
    })

  journey('a stock file without headings is read by its columns', async (person) => {
    await person.press('i')
    await person.isAt('button', 'CSV file')
    const file = { name: 'stock.csv', text: 'T-30;Thing;77\nT-31;Thing;78\n' }
    await person.choosesFile(() => person.press('Enter'), file)
    await person.sees('unknown columns')
    await person.tabTo('checkbox', 'The first line is a product: there are no headings')
    await person.press('Space')
    await person.tabTo('combobox', 'What column 1 is')
    await person.press('S')
    await person.sees('Import 0 products')
    await person.tabTo('combobox', 'What column 3 is')
    await person.press('S', 'S')
    await person.sees('Import 2 products')
    await person.tabTo('button', 'Import 2 products')
    await person.press('Enter')
    await person.isAt('button', 'Done')
    const { items } = await createClient(stage.shop.url).products.list.query({ sku: 'T-30,T-31' })
    expect(items.map(({ stock_level }) => stock_level)).toEqual([77, 78])
  })

  journey('an export has exactly what is filtered', async (person) => {
    await person.tabTo('radio', 'All')
    await person.press('ArrowRight', 'ArrowRight')
    await person.tabTo('textbox', 'Price from')
    await person.type('6')
    await person.press('Tab')
    await person.type('10')
    await person.press('Enter')
    await untilIs(() => person.count('tr[data-row]'), 5)
    const shown = await person.texts('tr[data-row] td.cell-sku')
    await person.tabTo('link', 'Export')
    expect(skusOf(await person.downloads(() => person.press('Enter')))).toEqual(shown)

    await person.press('/')
    await person.type('thing 7')
    await person.sees('1 found for “thing 7”')
    await person.press('ArrowDown')
    expect(skusOf(await person.downloads(() => person.press('e')))).toEqual(['T-7'])
  })
})

function skusOf(csv: string): string[] {
  return csv
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(',')[1] ?? '')
}
