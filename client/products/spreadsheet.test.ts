/** The table as a spreadsheet: select, copy, paste, fill, undo; with the keyboard alone. */
import { expect, test } from 'bun:test'
import type { Page } from 'playwright-core'
import { editPrice, onPage, restOf, rowOf } from '#client/testing/journey.testing.ts'
import { PATIENCE_MS, untilIs } from '#scripts/lab/harness/until.ts'
import { openShop, prices } from '#client/testing/shop.testing.ts'

const TEST_TIMEOUT_MS = 2 * PATIENCE_MS
const stage = openShop({ size: 2_500, database: 'SQLite' })

const journey = (name: string, run: (page: Page) => Promise<void>) =>
  test(
    name,
    () =>
      onPage(
        stage.browser,
        { url: `${stage.shop.url}/products`, permissions: ['clipboard-read', 'clipboard-write'] },
        async (page) => {
          await rowOf(page, 'T-1').waitFor()
          await run(page)
        },
      ),
    TEST_TIMEOUT_MS,
  )

async function press(page: Page, ...keys: string[]): Promise<void> {
  for (const key of keys) await page.keyboard.press(key)
}

/** To the price of a rowOf, counted from 0. */
async function toPrice(page: Page, place: number): Promise<void> {
  await page.getByRole('grid').focus()
  await press(page, 'Control+Home', 'Home', 'ArrowRight', 'ArrowRight', 'ArrowRight')
  for (let steps = 0; steps < place; steps++) await page.keyboard.press('ArrowDown')
}

const setClipboard = (page: Page, text: string) =>
  page.evaluate(`navigator.clipboard.writeText(${JSON.stringify(text)})`)

const untilPrices = (ids: number[], expected: string[]) => untilIs(() => prices(stage.shop, ids), expected)

journey('a pasted column is saved as a whole, and undone and done again as a whole', async (page) => {
  await toPrice(page, 0)
  await setClipboard(page, '10\r\n20.5\r\n1,030\r\n')
  await press(page, 'Control+V')
  await untilPrices([1, 2, 3], ['10.00', '20.50', '1030.00'])
  await page.getByRole('button', { name: 'Undo' }).waitFor()
  await press(page, 'z')
  await untilPrices([1, 2, 3], ['1.00', '2.00', '3.00'])
  await press(page, 'Shift+Z')
  await untilPrices([1, 2, 3], ['10.00', '20.50', '1030.00'])
})

journey('a block with a cell that cannot be read is not pasted at all', async (page) => {
  await toPrice(page, 4)
  await setClipboard(page, '1\t2\nx\t3')
  await press(page, 'Control+V')
  await page.getByText('“x” in row 2').waitFor()
  expect(await prices(stage.shop, [5, 6])).toEqual(['5.00', '6.00'])
})

journey('cells are copied as text, and fill a selection', async (page) => {
  await toPrice(page, 7)
  await press(page, 'Control+C')
  expect(await page.evaluate<string>('navigator.clipboard.readText()')).toBe('8.00')
  await press(page, 'ArrowDown', 'Shift+ArrowDown', 'Shift+ArrowDown', 'Control+V')
  await untilPrices([9, 10, 11], ['8.00', '8.00', '8.00'])
})

journey('a column is filled down, even further than what is in view', async (page) => {
  await toPrice(page, 19)
  for (let pages = 0; pages < 15; pages++) await press(page, 'Shift+PageDown')
  await press(page, 'Control+D')
  await untilPrices([20, 220], ['20.00', '20.00'])
  const rows = Number(/(\d+) rows selected/.exec(await page.locator('.status-words').innerText())?.[1])
  expect(rows).toBeGreaterThan(200)
  await untilPrices([19 + rows, 20 + rows], ['20.00', `${20 + rows}.00`])
})

journey('cells are selected by dragging and with Shift', async (page) => {
  await rowOf(page, 'T-2').locator('.cell-price').hover()
  await page.mouse.down()
  await page.locator('tr[data-row="5"] .cell-stock_level').hover()
  await page.mouse.up()
  await untilIs(() => page.locator('td[data-selected]').count(), 10)
  await page.locator('tr[data-row="2"] .cell-price').click({ modifiers: ['Shift'] })
  await untilIs(() => page.locator('td[data-selected]').count(), 2)
  await press(page, 'Escape')
  await untilIs(() => page.locator('td[data-selected]').count(), 0)
})

journey('the middle and the end of the list are a jump away', async (page) => {
  await page.getByRole('grid').focus()
  await press(page, 'Control+ArrowDown')
  await rowOf(page, 'T-2500').waitFor()
  await page
    .locator('.table-scroll')
    .evaluate((element) => element.scrollTo({ top: (element.scrollHeight - element.clientHeight) / 2 }))
  await rowOf(page, 'T-1250').waitFor()
  expect(await page.locator('tr[data-row]').count()).toBeLessThan(80)
})

journey('several changes are undone one after the other', async (page) => {
  await editPrice(rowOf(page, 'T-15'), '70')
  await rowOf(page, 'T-15').getByText('$70.00').waitFor()
  await editPrice(rowOf(page, 'T-16'), '71')
  await untilPrices([15, 16], ['70.00', '71.00'])
  await page.getByRole('button', { name: 'Undo' }).click()
  await untilPrices([15, 16], ['70.00', '16.00'])
  await page.getByRole('grid').focus()
  await press(page, 'z')
  await untilPrices([15, 16], ['15.00', '16.00'])
  expect((await restOf(stage.shop).get(15)).version).toBe(3)
})
