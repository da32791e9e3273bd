/** A shop owner's day: a new product, a file from another shop, other prices, and all of it taken back. */
import { describe, expect, test } from 'bun:test'
import type { Page } from 'playwright-core'
import { onPage, restOf, rowOf, editPrice } from '#client/testing/journey.testing.ts'
import { atKeyboard } from '#client/testing/person.testing.ts'
import { openShop, prices } from '#client/testing/shop.testing.ts'
import { PATIENCE_MS, untilIs } from '#scripts/lab/harness/until.ts'
import { SHOP_FILES, textOf } from '#server/products/import/shop-files.testing.ts'

const TEST_TIMEOUT_MS = 4 * PATIENCE_MS
const SIZE = 12
const [SHOPIFY] = SHOP_FILES

describe.each(['SQLite', 'PostgreSQL'] as const)('on %s', (database) => {
  const stage = openShop({ size: SIZE, database })
  const url = () => `${stage.shop.url}/products`
  const file = () => {
    if (!SHOPIFY) throw new Error('There is no file in the shape of Shopify’s export.')
    return { name: 'products_export.csv', text: textOf(SHOPIFY) }
  }
  /** The same with other keys, so that its products are new as well. */
  const otherFile = () => {
    const { name, text } = file()
    const renamed = text.replaceAll('LIN-', 'LON-').replaceAll('TOTE-', 'BAG-')
    return { name, text: renamed.replaceAll('0036000291452', '4006381333931') }
  }
  const total = async () => {
    const answer = await fetch(`${stage.shop.url}/v1/products?limit=1&count=exact`)
    return ((await answer.json()) as { total: { value: number } }).total.value
  }

  test(
    'by the keyboard: create, import, reprice, undo each, and do it again',
    () =>
      atKeyboard(stage.browser, { url: url() }, async (person) => {
        await person.sees('Thing 12')
        await person.press('n')
        await person.isAt('textbox', 'Name')
        await person.press('Enter')
        await person.sees('A product needs a name.')
        await person.isAt('textbox', 'Name')
        await person.type('Desk lamp')
        await person.tabTo('textbox', 'SKU')
        await person.type('T-3')
        await person.tabTo('textbox', 'Price')
        await person.type('12.345')
        await person.press('Enter')
        // What only the server knows stands at its field as well.
        await person.sees('USD has 2 decimals, not 3.')
        await person.isAt('textbox', 'Price')
        await person.press('Control+A')
        await person.type('12.50')
        await person.press('Enter')
        await person.sees('Another product has this SKU.')
        await person.isAt('textbox', 'SKU')
        await person.press('Control+A')
        await person.type('LAMP-1')
        await person.tabTo('textbox', 'In stock')
        await person.type('5')
        expect(await person.violations()).toEqual([])
        await person.press('Enter')
        await person.sees('Desk lamp', 'h1')
        expect(person.address().pathname).toMatch(/^\/products\/\d+$/)
        await person.sees('$12.50', '.key-figures')
        await person.isAt('heading', 'Desk lamp')

        await person.press('g', 'p')
        await person.sees('13 products')
        await person.press('i')
        await person.isAt('button', 'CSV file')
        await person.choosesFile(() => person.press('Enter'), file())
        await person.tabTo('checkbox', 'Leave out columns that are not known')
        await person.press('Space')
        await person.isAt('button', 'Import 3 products')
        await person.press('Enter')
        await person.isAt('button', 'Done')
        await person.press('Enter')
        await person.isAt('grid')
        await person.sees('16 products')

        await person.press('Control+Home', 'ArrowRight', 'ArrowRight', 'ArrowRight')
        await person.isAtCell(0, 'price')
        await person.type('7')
        await person.press('Enter')
        await untilIs(() => prices(stage.shop, [1]), ['7.00'])
        await person.press('Control+z')
        await untilIs(() => prices(stage.shop, [1]), ['1.00'])
        await person.press('Control+z')
        await untilIs(total, SIZE + 1)
        await person.press('Control+Shift+z')
        await untilIs(total, SIZE + 4)
        await person.press('Control+Shift+z')
        await untilIs(() => prices(stage.shop, [1]), ['7.00'])

        // Enter on a name opens its product; what is adjusted there is undone there.
        await person.press('ArrowLeft', 'Enter')
        await person.sees('Thing 1', 'h1')
        await person.sees('$1.00', '[aria-label="Price history"]')
        await person.tabTo('textbox', 'Change by')
        await person.type('4')
        await person.press('Enter')
        await untilIs(async () => (await restOf(stage.shop).get(1)).stock_level, 5)
        await person.tabTo('button', 'Adjust stock')
        await person.press('Control+z')
        await untilIs(async () => (await restOf(stage.shop).get(1)).stock_level, 1)
        await person.sees(/undo of entry/, '[aria-label="Stock history"]')
        expect(await person.violations()).toEqual([])
      }),
    TEST_TIMEOUT_MS,
  )

  test(
    'by the mouse: create, import, reprice, undo, and delete',
    () =>
      onPage(stage.browser, { url: url() }, async (page) => {
        const button = (name: string | RegExp) => page.getByRole('button', { name, exact: true })
        const field = (name: string) => page.getByRole('textbox', { name, exact: true })
        const before = await total()
        await button('New product').click()
        await field('Name').fill('Side table')
        await field('SKU').fill('TABLE-1')
        await field('Price').fill('80')
        await button('Create').click()
        await page.getByRole('heading', { name: 'Side table', level: 1 }).waitFor()
        await page.reload()
        await page.getByRole('heading', { name: 'Side table', level: 1 }).waitFor()

        await page.goBack()
        await rowOf(page, 'T-2').waitFor()
        await chooseFile(page, otherFile())
        await page.getByLabel('Leave out columns that are not known').check()
        await button('Import 3 products').click()
        await button('Done').click()
        await editPrice(rowOf(page, 'T-2'), '22.22')
        await untilIs(() => prices(stage.shop, [2]), ['22.22'])
        await button('Undo').click()
        await untilIs(() => prices(stage.shop, [2]), ['2.00'])

        await page.getByLabel('Search products').fill('TABLE-1')
        await page.getByRole('link', { name: 'Side table' }).click()
        await button('Delete…').click()
        await page.getByText('begins with a new ledger').waitFor()
        await button('Delete it').click()
        await page.waitForURL('**/products')
        await untilIs(total, before + 3)
      }),
    TEST_TIMEOUT_MS,
  )
})

async function chooseFile(page: Page, { name, text }: { name: string; text: string }): Promise<void> {
  await page.getByRole('button', { name: 'Import', exact: true }).click()
  await page.getByLabel('CSV file').setInputFiles({ name, mimeType: 'text/csv', buffer: Buffer.from(text) })
}
