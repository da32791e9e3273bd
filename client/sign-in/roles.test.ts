/** Controls that a key may not use are not there; those that it may are. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { firstRunEnded } from '#client/testing/ads-server.testing.ts'
import { onPage, restOf, row } from '#client/testing/journey.testing.ts'
import { launchBrowser } from '#scripts/lab/harness/browser.ts'
import { buildPageIfStale } from '#scripts/lab/harness/page-build.ts'
import { startServerProcess } from '#scripts/lab/harness/server-process.ts'
import { temporaryFolder } from '#scripts/lab/harness/test-server.ts'
import { PATIENCE_MS } from '#scripts/lab/harness/until.ts'
import { createKey } from '#server/keys/keys.testing.ts'

const TEST_TIMEOUT_MS = 3 * PATIENCE_MS

const resources = new AsyncDisposableStack()
let browser: Browser
let url: string
const keys = { reader: '', writer: '' }

beforeAll(async () => {
  await buildPageIfStale()
  browser = resources.adopt(await launchBrowser(), (each) => each.close())
  const { path } = resources.use(await temporaryFolder())
  const databaseUrl = `file:${join(path, 'adstock.db')}`
  const ads = { ADS_SOURCE: 'demo', ADS_REPORTS: 'product', DATABASE_URL: databaseUrl }
  {
    await using open = await startServerProcess(path, ads)
    await restOf(open).create({ sku: 'as-00001', name: 'Lamp', price: '9.50', stock_level: 0 })
    await firstRunEnded(open.url)
  }
  const read = ['products:read', 'ads:read']
  keys.reader = await createKey(databaseUrl, 'reader', ...read)
  keys.writer = await createKey(databaseUrl, 'writer', ...read, 'products:write', 'ads:write')
  url = resources.use(await startServerProcess(path, { ...ads, AUTH: 'keys' })).url
}, TEST_TIMEOUT_MS)

afterAll(() => resources.disposeAsync(), TEST_TIMEOUT_MS)

/** For each place, when it is there, and what of its controls changes something. */
const PLACES: readonly {
  path: string
  ready: (page: Page) => Promise<void>
  controls: (page: Page) => ReturnType<Page['locator']>[]
}[] = [
  {
    path: '/products',
    async ready(page) {
      await row(page, 'Lamp').locator('.cell-price').dblclick()
      await page.keyboard.press('Escape')
      await row(page, 'Lamp')
        .getByRole('button', { name: /^Stock history/ })
        .click()
      await page.locator('.stock-history time').waitFor()
    },
    controls: (page) => [
      page.getByRole('button', { name: 'Import', exact: true, includeHidden: true }),
      page.getByRole('button', { name: 'New product', includeHidden: true }),
      page.locator('td[aria-readonly="false"]').first(),
      page.locator('dialog form').first(),
    ],
  },
  {
    path: '/products/1',
    ready: async (page) => await page.locator('.stock-history time').waitFor(),
    controls: (page) => [
      page.getByRole('button', { name: 'Delete…' }),
      page.getByRole('region', { name: 'Fields' }),
      page.getByRole('region', { name: 'Stock', exact: true }).locator('form'),
    ],
  },
  {
    path: '/ads?from=2025-10-01&to=2025-10-02',
    ready: async (page) => await page.getByRole('heading', { name: /Oct 1, 2025/ }).waitFor(),
    controls: (page) => [
      page.getByRole('button', { name: 'Nothing is missing' }),
      page.getByRole('button', { name: 'Fetch all 2 days again' }),
    ],
  },
  {
    path: '/out-of-stock-spend?days=90',
    async ready(page) {
      await page.getByText('without a product').first().waitFor()
      await page.locator('#out-of-stock tbody button').first().click()
    },
    controls: (page) => [
      page.getByRole('button', { name: 'Assign' }).first(),
      page.getByRole('button', { name: 'Try', exact: true }),
      page.getByRole('button', { name: 'Set status' }),
    ],
  },
]

for (const [role, expected] of [
  ['reader', 0],
  ['writer', 1],
] as const)
  test(
    `with the key of a ${role}`,
    () =>
      onPage(browser, { url, userAgent: role }, async (page) => {
        await page.getByLabel('API key').fill(keys[role])
        await page.getByRole('button', { name: 'Sign in' }).click()
        await page.getByRole('heading', { name: 'Today' }).waitFor()
        for (const { path, ready, controls } of PLACES) {
          await page.goto(url + path)
          await ready(page)
          for (const control of controls(page)) {
            if (expected === 1) await control.waitFor({ state: 'attached' })
            expect([path, String(control), await control.count()]).toEqual([path, String(control), expected])
          }
        }
        await page.goto(`${url}/operations`)
        await page.getByText('Operations needs another key').waitFor()
        expect(await page.getByRole('link', { name: 'Operations' }).count()).toBe(0)

        await page.goto(`${url}/products`)
        await row(page, 'Lamp').waitFor()
        await page.keyboard.press('Control+k')
        await page.getByRole('combobox').fill('import')
        const offered = page.getByRole('option', { name: /^Action\s*Import/ })
        if (expected === 1) await offered.waitFor()
        else await page.getByText('Nothing is called so').waitFor()
        expect(await offered.count()).toBe(expected)
      }),
    TEST_TIMEOUT_MS,
  )
