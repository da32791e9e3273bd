/** An answer that is lost on its way: what is sent again has its effect once. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import type { Browser, Page } from 'playwright-core'
import { createClient } from '#client/api.ts'
import { onPage, restOf } from '#client/testing/journey.testing.ts'
import { launchBrowser } from '#scripts/lab/harness/browser.ts'
import { buildPageIfStale } from '#scripts/lab/harness/page-build.ts'
import { startServerProcess } from '#scripts/lab/harness/server-process.ts'
import { temporaryFolder } from '#scripts/lab/harness/test-server.ts'
import { PATIENCE_MS } from '#scripts/lab/harness/until.ts'

const TEST_TIMEOUT_MS = 3 * PATIENCE_MS
const resources = new AsyncDisposableStack()
let browser: Browser
let url: string
let shop: ReturnType<typeof restOf>

beforeAll(async () => {
  await buildPageIfStale()
  browser = resources.adopt(await launchBrowser(), (each) => each.close())
  const { path } = resources.use(await temporaryFolder())
  const server = resources.use(await startServerProcess(path))
  url = server.url
  shop = restOf(server)
  await shop.create({ sku: 'T-1', name: 'Lamp', price: '9.50', stock_level: 10 })
}, TEST_TIMEOUT_MS)
afterAll(() => resources.disposeAsync(), TEST_TIMEOUT_MS)

/** The server does it, and the page does not learn of it. */
async function loseOneAnswer(page: Page, operation: string): Promise<void> {
  await page.route(
    `**/trpc/${operation}*`,
    async (route) => {
      await route.fetch()
      await route.abort()
    },
    { times: 1 },
  )
}

test(
  'an adjustment of a stock is counted once, and until then the page does not say that nothing was changed',
  () =>
    onPage(browser, { url: `${url}/products/1` }, async (page) => {
      await loseOneAnswer(page, 'products.adjustStock')
      await page.getByLabel('Change by').fill('-3')
      await page.getByRole('button', { name: 'Adjust stock' }).click()
      await page.getByText('Whether the stock was changed is not known.').waitFor()
      expect((await shop.get(1)).stock_level).toBe(7)
      await page.getByRole('button', { name: 'Adjust stock' }).click()
      await page.locator('.stock-history').getByText('-3').waitFor()
      expect((await shop.get(1)).stock_level).toBe(7)
      // The next one is another one, however equal.
      await page.getByLabel('Change by').fill('-3')
      await page.getByRole('button', { name: 'Adjust stock' }).click()
      await page.locator('.stock-history').getByText('-3').nth(1).waitFor()
      expect((await shop.get(1)).stock_level).toBe(4)
    }),
  TEST_TIMEOUT_MS,
)

test(
  'a new product is made once',
  () =>
    onPage(browser, { url: `${url}/products` }, async (page) => {
      await page.locator('tr[data-row]').first().waitFor()
      await loseOneAnswer(page, 'products.create')
      await page.getByRole('button', { name: 'New product' }).click()
      const dialog = page.getByRole('dialog')
      await dialog.getByLabel('Name').fill('Chair')
      await dialog.getByLabel('Price').fill('5.00')
      await dialog.getByRole('button', { name: 'Create' }).click()
      await dialog.getByText('Whether it was saved is not known.').waitFor()
      await dialog.getByRole('button', { name: 'Create' }).click()
      await page.waitForURL('**/products/2')
      const client = createClient(url)
      const { items } = await client.products.list.query({ limit: 10 })
      expect(items.map(({ name }) => name)).toEqual(['Lamp', 'Chair'])
    }),
  TEST_TIMEOUT_MS,
)

test('the typed client sends a key with its one call, beside calls that have none', async () => {
  const client = createClient(url)
  const once = { context: { idempotencyKey: crypto.randomUUID() } }
  const adjustment = { id: 1, delta: 5, reason: 'received' as const }
  const before = (await shop.get(1)).stock_level
  const [first, again] = await Promise.all([
    client.products.adjustStock.mutate(adjustment, once),
    client.products.adjustStock.mutate(adjustment),
  ])
  expect(first.adjustment.id).not.toBe(again.adjustment.id)
  expect(await client.products.adjustStock.mutate(adjustment, once)).toEqual(first)
  expect((await shop.get(1)).stock_level).toBe(before + 10)
})
