/** Columns, widths and views are chosen, kept by the browser, and filled by one request for all rows. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import type { Browser, Page } from 'playwright-core'
import { firstRunEnded, startAdsServer } from '#client/testing/ads-server.testing.ts'
import { violations } from '#client/testing/axe.testing.ts'
import { onPage, restOf, row } from '#client/testing/journey.testing.ts'
import { launchBrowser } from '#scripts/lab/harness/browser.ts'
import { buildPageIfStale } from '#scripts/lab/harness/page-build.ts'
import { PATIENCE_MS, untilIs } from '#scripts/lab/harness/until.ts'

const TEST_TIMEOUT_MS = 3 * PATIENCE_MS
const resources = new AsyncDisposableStack()
let browser: Browser
let url: string

beforeAll(async () => {
  await buildPageIfStale()
  browser = resources.adopt(await launchBrowser(), (each) => each.close())
  const server = resources.use(await startAdsServer({}, { ADS_REPORTS: 'product' }))
  const shop = restOf(server)
  await shop.create({ sku: 'as-00001', name: 'Lamp', price: '9.50', stock_level: 0 })
  await shop.create({ sku: 'as-00002', name: 'Vase', price: '9.50', stock_level: 5 })
  await shop.create({ sku: 'not-advertised', name: 'Chair', price: '9.50', stock_level: 0 })
  await firstRunEnded(server.url)
  url = `${server.url}/products`
}, 2 * TEST_TIMEOUT_MS)
afterAll(() => resources.disposeAsync(), TEST_TIMEOUT_MS)

const cells = (page: Page, column: string) => page.locator(`tr[data-row] .cell-${column}`)
const widthOf = async (page: Page, column: string) =>
  Math.round((await page.locator(`th.cell-${column}`).boundingBox())?.width ?? 0)

test(
  'a column of the ads is chosen by the keyboard, and one request fills all rows',
  () =>
    onPage(browser, { url, viewport: { width: 1440, height: 900 } }, async (page) => {
      const asked: string[] = []
      page.on('request', (request) => {
        if (request.url().includes('adsFigures')) asked.push(request.url())
      })
      await row(page, 'Lamp').waitFor()
      await page.keyboard.press('c')
      await page.getByRole('checkbox', { name: 'Cost, 30 days' }).focus()
      await page.keyboard.press('Space')
      await page.getByLabel('Width of SKU').fill('260')
      expect(await violations(page)).toEqual([])
      await page.keyboard.press('Escape')
      await cells(page, 'cost_30').getByText('$').nth(1).waitFor()
      expect(await cells(page, 'cost_30').nth(2).textContent()).toBe('–')
      expect(asked).toHaveLength(1)
      expect(await widthOf(page, 'sku')).toBe(260)
      await page.reload()
      await cells(page, 'cost_30').getByText('$').nth(1).waitFor()
      expect(await widthOf(page, 'sku')).toBe(260)
    }),
  TEST_TIMEOUT_MS,
)

test(
  'the edge of a column is dragged, and a double click leaves its width to the style again',
  () =>
    onPage(browser, { url, viewport: { width: 1440, height: 900 } }, async (page) => {
      await row(page, 'Lamp').waitFor()
      const before = await widthOf(page, 'price')
      const edge = page.locator('th.cell-price .column-edge')
      const box = await edge.boundingBox()
      if (!box) throw new Error('The column has no edge.')
      const [x, y] = [box.x + box.width / 2, box.y + box.height / 2]
      await page.mouse.move(x, y)
      await page.mouse.down()
      await page.mouse.move(x + 60, y, { steps: 4 })
      await page.mouse.up()
      expect(await widthOf(page, 'price')).toBe(before + 60)
      await edge.dblclick()
      expect(await widthOf(page, 'price')).toBe(before)
    }),
  TEST_TIMEOUT_MS,
)

test(
  'views tell how many they have, and one that is named is there the next time',
  () =>
    onPage(browser, { url, viewport: { width: 1440, height: 900 } }, async (page) => {
      await row(page, 'Chair').waitFor()
      await page.keyboard.press('v')
      const line = (name: string) => page.locator('.views-list li', { hasText: name })
      await untilIs(() => line('Out but advertised').textContent(), 'Out but advertised1')
      await untilIs(() => line('Out of stock').textContent(), 'Out of stock2')
      expect(await violations(page)).toEqual([])
      await page.getByRole('button', { name: 'Out but advertised' }).click()
      await row(page, 'Chair').waitFor({ state: 'detached' })
      expect(await cells(page, 'name').allTextContents()).toEqual(['Lamp'])
      await page.getByText('Advertised · show all').waitFor()

      await page.getByRole('button', { name: 'Views' }).click()
      await page.getByLabel('Name for the view that is shown').fill('Burning')
      await page.keyboard.press('Enter')
      await line('Burning').waitFor()
      await page.goto(url)
      await row(page, 'Chair').waitFor()
      await page.keyboard.press('v')
      await page.getByRole('button', { name: 'Burning', exact: true }).click()
      await row(page, 'Chair').waitFor({ state: 'detached' })
      await page.keyboard.press('v')
      await page.getByRole('button', { name: 'Forget the view Burning' }).click()
      await line('Burning').waitFor({ state: 'detached' })
    }),
  TEST_TIMEOUT_MS,
)
