/** Signing in and out as a person does: real servers, a real browser. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { source as axeSource } from 'axe-core'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { launchBrowser } from '#client/testing/browser.ts'
import { buildPageIfStale } from '#client/testing/build.ts'
import { onPage, PATIENCE_MS, until } from '#client/testing/journey.ts'
import { startServerProcess, type ServerProcess } from '#client/testing/server-process.ts'
import { bearer, createKey, revokeKey } from '#server/keys/keys.testing.ts'
import { temporaryFolder } from '#server/testing.ts'

const TEST_TIMEOUT_MS = 2 * PATIENCE_MS
const ADMIN_KEY = 'an-admin-key-for-tests-only'

const resources = new AsyncDisposableStack()
let browser: Browser
let shop: ServerProcess
/** On the same database. */
let openShop: ServerProcess
let databaseUrl: string

beforeAll(async () => {
  await buildPageIfStale()
  browser = resources.adopt(await launchBrowser(), (each) => each.close())
  const { path } = resources.use(await temporaryFolder())
  databaseUrl = `file:${join(path, 'adstock.db')}`
  const settings = {
    AUTH: 'keys',
    ADMIN_KEY,
    ADS_SOURCE: join(import.meta.dir, '../../scripts/consistency/no-ads.ts'),
  }
  shop = resources.use(await startServerProcess(path, settings))
  openShop = resources.use(await startServerProcess(path, { ...settings, PUBLIC_READS: 'true' }))
  for (const name of ['Leather belt', 'Desk lamp']) {
    const made = await fetch(`${shop.url}/v1/products`, {
      method: 'POST',
      headers: { ...bearer(ADMIN_KEY), 'content-type': 'application/json' },
      body: JSON.stringify({ name, price: '21.30', stock_level: 3 }),
    })
    expect(made.status).toBe(201)
  }
}, TEST_TIMEOUT_MS)

afterAll(() => resources.disposeAsync(), TEST_TIMEOUT_MS)

/** Each with a browser of its own, in so far as cookies go. */
function journey(name: string, run: (page: Page) => Promise<void>, server = () => shop) {
  test(name, () => onPage(browser, { url: server().url, userAgent: name }, run), TEST_TIMEOUT_MS)
}

async function enter(page: Page, key: string): Promise<void> {
  await page.getByLabel('API key').fill(key)
  await page.keyboard.press('Enter')
}

async function editPrice(page: Page, name: string, price: string): Promise<void> {
  await page.locator('tr[data-row]', { hasText: name }).locator('.cell-price').dblclick()
  await page.keyboard.type(price)
  await page.keyboard.press('Enter')
}

describe('where keys are needed', () => {
  journey('one signs in with one, works, and signs out', async (page) => {
    const key = await createKey(databaseUrl, 'Ana', 'products:read', 'products:write', 'ads:read')
    await enter(page, 'ak_wrong')
    await page.getByRole('alert').getByText('unknown, revoked or expired').waitFor()

    await enter(page, key)
    await page.getByText('Leather belt').waitFor()
    await page.getByText('Ana', { exact: true }).waitFor()
    expect(
      await page.evaluate('document.cookie + JSON.stringify(localStorage) + JSON.stringify(sessionStorage)'),
    ).toBe('{}{}')
    await editPrice(page, 'Leather belt', '19.99')
    await until(
      async () => await (await fetch(`${shop.url}/v1/products/1`, { headers: bearer(key) })).json(),
      (product) => (product as { price: string }).price === '19.99',
    )

    const lastEvent = `new Promise((resolve) => {
      const events = new EventSource('/v1/changes?after=2')
      events.onmessage = ({ data }) => { events.close(); resolve(JSON.parse(data).kind) }
    })`
    expect(await page.evaluate<string>(lastEvent)).toBe('updated')

    await page.reload()
    await page.getByText('Leather belt').waitFor()
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByLabel('API key').waitFor()
    await page.goto(`${shop.url}/ads`)
    await page.getByLabel('API key').waitFor()
    expect(await page.getByText('Leather belt').count()).toBe(0)
  })

  journey(
    'a place that the key may not see is not offered, an edit that it may not make is refused in words',
    async (page) => {
      await enter(page, await createKey(databaseUrl, 'Ben', 'products:read'))
      await page.getByText('Desk lamp').waitFor()
      const places = page.getByRole('navigation', { name: 'Places' }).getByRole('link')
      expect(await places.allInnerTexts()).toEqual([expect.stringContaining('Products')])
      await editPrice(page, 'Desk lamp', '1.00')
      await page.getByText('This key may not do that').waitFor()
      await page.goto(`${shop.url}/ads`)
      await page.getByText('This needs the scope ads:read.').first().waitFor()
    },
  )

  journey('one is asked again when the key was revoked meanwhile', async (page) => {
    const key = await createKey(databaseUrl, 'Cleo', 'products:read', 'ads:read')
    await enter(page, key)
    await page.getByText('Desk lamp').waitFor()
    await revokeKey(databaseUrl, key)
    await page.getByRole('link', { name: 'Ads' }).click()
    await page.getByLabel('API key').waitFor()
    await enter(page, key)
    await page.getByRole('alert').getByText('unknown, revoked or expired').waitFor()
  })

  for (const colorScheme of ['light', 'dark'] as const) {
    test(
      `axe finds nothing to object to, ${colorScheme}`,
      () =>
        onPage(browser, { url: shop.url, colorScheme }, async (page) => {
          await enter(page, 'ak_wrong')
          await page.getByRole('alert').getByText('unknown').waitFor()
          await page.evaluate(axeSource)
          const violations = `axe.run({ resultTypes: ['violations'] }).then(({ violations }) => violations.map(({ id }) => id))`
          expect(await page.evaluate<string[]>(violations)).toEqual([])
        }),
      TEST_TIMEOUT_MS,
    )
  }
})

describe('where products are public', () => {
  journey(
    'they are shown at once, and one signs in for more',
    async (page) => {
      await page.getByText('Desk lamp').waitFor()
      expect(await page.getByRole('link', { name: 'Ads' }).count()).toBe(0)
      await page.getByRole('link', { name: 'Sign in' }).click()
      await enter(page, ADMIN_KEY)
      await page.getByText('admin key').waitFor()
      await page.getByRole('link', { name: 'Ads' }).waitFor()
      expect(new URL(page.url()).pathname).toBe('/products')
    },
    () => openShop,
  )
})
