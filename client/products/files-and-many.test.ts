/** Many products at once: a bulk change, an import, an export; and one product's stock. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { Browser, Page } from 'playwright-core'
import { launchBrowser } from '#client/testing/browser.ts'
import { buildPageIfStale } from '#client/testing/build.ts'
import { onPage, PATIENCE_MS, restOf, rowOf, until } from '#client/testing/journey.ts'
import type { ServerProcess } from '#client/testing/server-process.ts'
import { prices, startShop } from '#client/testing/shop.testing.ts'

const TEST_TIMEOUT_MS = 2 * PATIENCE_MS

describe.each(['SQLite', 'PostgreSQL'] as const)('on %s', (database) => {
  const resources = new AsyncDisposableStack()
  let browser: Browser
  let shop: ServerProcess

  beforeAll(async () => {
    await buildPageIfStale()
    browser = resources.adopt(await launchBrowser(), (each) => each.close())
    shop = await startShop(resources, { size: 40, database })
  }, TEST_TIMEOUT_MS)
  afterAll(() => resources.disposeAsync(), TEST_TIMEOUT_MS)

  const journey = (name: string, run: (page: Page) => Promise<void>) =>
    test(
      name,
      () =>
        onPage(browser, { url: `${shop.url}/products` }, async (page) => {
          await rowOf(page, 'T-12').waitFor()
          await run(page)
        }),
      TEST_TIMEOUT_MS,
    )

  journey('a selection is changed after a dry run, by the keyboard alone, and undone', async (page) => {
    const { patch } = restOf(shop)
    await page.getByRole('grid').focus()
    for (const key of ['Shift+ArrowDown', 'Shift+ArrowDown', 'b']) await page.keyboard.press(key)
    const dialog = page.getByRole('dialog', { name: 'Change 3 products' })
    await dialog.getByLabel('What').waitFor()
    await page.keyboard.press('Tab')
    await page.keyboard.type('10')
    await page.keyboard.press('Enter')
    await dialog.getByText('3 products would change').waitFor()
    await dialog.getByRole('cell', { name: '$2.20' }).waitFor()
    expect(await prices(shop, [1, 2, 3])).toEqual(['1.00', '2.00', '3.00'])

    // Somebody comes in between: what the preview showed of it is no longer so.
    await patch(3, { price: '33.00' })
    await page.keyboard.press('Enter')
    await dialog.getByText('2 products changed.').waitFor()
    await dialog.getByText('Not changed: 1 product').waitFor()
    expect(await prices(shop, [1, 2, 3])).toEqual(['1.10', '2.20', '33.00'])
    await page.keyboard.press('Enter')
    await dialog.waitFor({ state: 'detached' })
    await rowOf(page, 'T-2').getByText('$2.20').waitFor()
    await page.keyboard.press('z')
    await until(
      () => prices(shop, [1, 2, 3]),
      (found) => found.join() === '1.00,2.00,33.00',
    )
  })

  journey('a stock is adjusted with a reason, and the history tells it', async (page) => {
    await page.getByRole('grid').focus()
    for (const key of ['ArrowDown', 'ArrowDown', 'ArrowDown', 'h']) await page.keyboard.press(key)
    const drawer = page.getByRole('dialog', { name: 'Thing 4' })
    await drawer.getByText('Imported').waitFor()
    await page.keyboard.type('-9')
    await page.keyboard.press('Enter')
    await drawer.getByText('The stock stays as it is.').waitFor()
    await page.keyboard.press('Control+A')
    await page.keyboard.type('-3')
    await page.keyboard.press('Tab')
    await page.keyboard.press('s')
    await page.keyboard.press('Tab')
    await page.keyboard.type('order-1001')
    await page.keyboard.press('Enter')
    const entry = drawer.getByRole('row', { name: 'order-1001' })
    await entry.getByText('Sold').waitFor()
    expect(await entry.locator('.number').allTextContents()).toEqual(['-3', '1'])
    await page.keyboard.press('Escape')
    await drawer.waitFor({ state: 'detached' })
    await rowOf(page, 'T-4').getByText('Low').waitFor()
    expect((await restOf(shop).get(4)).stock_level).toBe(1)
  })

  journey('a file is previewed line by line, and imported only then', async (page) => {
    const csv =
      'sku,name,price,stock_level\nT-30,Thing 30,3.50,30\nnew-1,Brand new,5.00,1\nnew-2,Broken,free,1\n'
    await page.keyboard.press('i')
    const dialog = page.getByRole('dialog', { name: 'Import products' })
    const file = { name: 'catalogue.csv', mimeType: 'text/csv', buffer: Buffer.from(csv) }
    await dialog.getByLabel('CSV file').setInputFiles(file)
    await dialog.getByText('1 line cannot be imported').waitFor()
    await dialog.getByRole('row', { name: '4 price: must be' }).waitFor()
    await dialog.getByRole('cell', { name: 'Brand new' }).waitFor()
    expect(await prices(shop, [30])).toEqual(['30.00'])
    await page.keyboard.press('Enter')
    await dialog.getByText('created', { exact: true }).waitFor()
    expect(await dialog.locator('.tally dd').allTextContents()).toEqual(['1', '1', '0', '1'])
    expect(await prices(shop, [30])).toEqual(['3.50'])
    await page.keyboard.press('Enter')
    await page.getByText('41 products').waitFor()
  })

  journey('a file that is not ours is refused in words', async (page) => {
    await page.getByRole('button', { name: 'Import' }).click()
    const dialog = page.getByRole('dialog', { name: 'Import products' })
    await dialog.getByLabel('CSV file').setInputFiles({
      name: 'other.csv',
      mimeType: 'text/csv',
      buffer: Buffer.from('colour;size\nred;5\n'),
    })
    await dialog.getByText('unknown column').waitFor()
    await dialog.getByText('Request').waitFor()
  })

  journey('an export has exactly what is filtered', async (page) => {
    await page.getByText('Low', { exact: true }).first().click()
    await page.getByLabel('Price from').fill('6')
    await page.getByLabel('Price to').fill('10')
    await page.keyboard.press('Enter')
    await until(
      () => page.locator('tr[data-row]').count(),
      (rows) => rows === 5,
    )
    const shown = await page.locator('tr[data-row] td.cell-sku').allTextContents()
    expect(await exported(page)).toEqual(shown)

    await page.keyboard.press('/')
    await page.keyboard.type('thing 7')
    await page.getByText('1 found for “thing 7”').waitFor()
    expect(await exported(page)).toEqual(['T-7'])
  })
})

/** The SKUs of the file that the page offers. */
async function exported(page: Page): Promise<string[]> {
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: 'Export' }).click(),
  ])
  const text = await Bun.file(await download.path()).text()
  return text
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(',')[1] ?? '')
}
