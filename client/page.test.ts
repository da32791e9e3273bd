/** The page as a person meets it: a real server, a real browser, and the keyboard. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { violations } from './testing/axe.testing.ts'
import { launchBrowser } from '#scripts/lab/harness/browser.ts'
import { buildPageIfStale } from '#scripts/lab/harness/page-build.ts'
import { editPrice, onPage, restOf, row } from './testing/journey.testing.ts'
import { PATIENCE_MS, until, untilIs } from '#scripts/lab/harness/until.ts'
import { temporaryFolder } from '#scripts/lab/harness/test-server.ts'
import { startServerProcess, type ServerProcess } from '#scripts/lab/harness/server-process.ts'

const TEST_TIMEOUT_MS = 2 * PATIENCE_MS
const CATALOGUE_SIZE = 150
/** What the demo ads advertise; see the sample catalogue. */
const ADVERTISED_SKU = 'AS-00001'
const LONG_SKU = 'SR240824609101010101'

const resources = new AsyncDisposableStack()
let browser: Browser
/** With a catalogue, and ads from the demo source. */
let shop: ServerProcess
/** Without a product, and ads from a module that fails for three days until it is told not to. */
let bare: ServerProcess
let allowBrokenDays: () => Promise<void>

beforeAll(async () => {
  await buildPageIfStale()
  browser = resources.adopt(await launchBrowser(), (each) => each.close())
  const shopFolder = resources.use(await temporaryFolder())
  const bareFolder = resources.use(await temporaryFolder())
  const permission = join(bareFolder.path, 'permission')
  const source = join(bareFolder.path, 'source.ts')
  await Bun.write(source, moduleSource(permission))
  allowBrokenDays = async () => void (await Bun.write(permission, ''))
  const started = await Promise.all([
    startServerProcess(shopFolder.path, { ADS_SOURCE: 'demo', ADS_REPORTS: 'campaign,product' }),
    startServerProcess(bareFolder.path, { ADS_SOURCE: source, ADS_REPORTS: 'campaign' }),
  ])
  ;[shop, bare] = started
  for (const server of started) resources.use(server)
  await fillCatalogue()
}, TEST_TIMEOUT_MS)

afterAll(() => resources.disposeAsync(), TEST_TIMEOUT_MS)

function moduleSource(permission: string): string {
  return `import { existsSync } from 'node:fs'
export async function fetchData(date, { customerId }) {
  if (date.endsWith('-02-03') || date.endsWith('-02-04')) {
    if (!existsSync(${JSON.stringify(permission)})) throw new Error('the warehouse was being moved')
  }
  return [{ date, customer_id: customerId, campaign_id: '1', campaign_name: 'One', campaign_status: 'ENABLED',
    impressions: 100, clicks: 10, cost_micros: '2500000', conversions: 1, conversions_value: 5 }]
}
`
}

async function fillCatalogue(): Promise<void> {
  const { create } = restOf(shop)
  await create({ sku: ADVERTISED_SKU, name: 'Water bottle, black', price: '19.45', stock_level: 0 })
  await create({ sku: 'belt', name: 'Léather belt, brown', price: '21.30', stock_level: 18 })
  await create({ sku: 'lamp', name: 'Desk lamp', price: '39.00', stock_level: 3 })
  await create({ sku: LONG_SKU, name: 'Travel mug', price: '12.00', stock_level: 7 })
  for (let n = 5; n <= CATALOGUE_SIZE; n++) {
    await create({ name: `Thing number ${n}`, price: '1.00', stock_level: n })
  }
}

const journey = (name: string, run: () => Promise<void>) => test(name, run, TEST_TIMEOUT_MS)

describe('products', () => {
  journey('are listed, loaded on as one goes down, and counted', () =>
    onPage(browser, { url: `${shop.url}/products` }, async (page) => {
      await page.getByText(`${CATALOGUE_SIZE} products`).waitFor()
      await row(page, 'Water bottle').getByText('Out of stock').waitFor()

      await page.getByRole('grid').focus()
      const last = row(page, `Thing number ${CATALOGUE_SIZE}`)
      await until('the last row is in sight', async () => {
        await page.keyboard.press('Control+End')
        return await last.isVisible()
      })
      const inDocument = await page.locator('tr[data-row]').count()
      expect(inDocument).toBeLessThan(CATALOGUE_SIZE)
    }),
  )

  journey('say that there is nothing at an unknown address, and lead back', () =>
    onPage(browser, { url: `${shop.url}/settings` }, async (page) => {
      await page.getByText('There is nothing at this address').waitFor()
      await page.getByRole('link', { name: 'Go to the products' }).click()
      await row(page, 'Desk lamp').waitFor()
      const asked = await fetch(`${shop.url}/settings`, { headers: { accept: 'text/html' } })
      expect([asked.status, (await fetch(`${shop.url}/settings`)).headers.get('content-type')]).toEqual([
        404,
        'application/problem+json',
      ])
    }),
  )

  journey('show a long SKU whole', () =>
    onPage(browser, { url: `${shop.url}/products?q=${LONG_SKU}` }, async (page) => {
      const cell = page.locator('tr[data-row] .cell-sku').first()
      await cell.getByText(LONG_SKU).waitFor()
      expect(await cell.evaluate((element: HTMLElement) => element.scrollWidth <= element.clientWidth)).toBe(
        true,
      )
    }),
  )

  journey('are searched as one types, with what was found marked', () =>
    onPage(browser, { url: `${shop.url}/ads` }, async (page) => {
      await page.getByRole('heading', { name: 'Ads' }).waitFor()
      await page.keyboard.press('/')
      await page.keyboard.type('belt leath')
      await page.getByText('1 found for “belt leath”').waitFor()
      await untilIs(() => page.locator('mark').allTextContents(), ['Léath', 'belt'])

      await page.keyboard.press('Escape')
      await page.getByText(`${CATALOGUE_SIZE} products`).waitFor()
      await page.keyboard.type(ADVERTISED_SKU)
      await row(page, 'Water bottle, black').waitFor()
      await untilIs(() => page.locator('mark').first().textContent(), ADVERTISED_SKU)

      await page.keyboard.press('Escape')
      await page.getByText(`${CATALOGUE_SIZE} products`).waitFor()
      await page.keyboard.type('xyzzy')
      await page.getByText('Nothing found for').waitFor()
    }),
  )

  journey('teach how to begin while there are none', () =>
    onPage(browser, { url: `${bare.url}/products` }, async (page) => {
      await page.getByText('No products yet').waitFor()
      await page.getByText('./scripts/adstock products import').waitFor()
      await page.getByText('sku,name,price,stock_level').waitFor()
    }),
  )
})

describe('a server that goes away', () => {
  journey('is told in words, loses no edit, and is gone on with when it is back', () =>
    onPage(browser, { url: `${shop.url}/products` }, async (page) => {
      const { get, create } = restOf(shop)
      const bowl = await create({ sku: 'bowl', name: 'Wooden bowl', price: '15.00', stock_level: 4 })
      await page.goto(`${shop.url}/products?id=${bowl.id}`)
      await row(page, 'Wooden bowl').waitFor()
      await shop.stop()

      await editPrice(row(page, 'Wooden bowl'), '16.00')
      await page.getByText('was not saved').waitFor()
      await row(page, 'Wooden bowl').getByText('$15.00').waitFor()
      await page.getByText('The server does not answer.').waitFor()
      await page.getByRole('button', { name: 'show all' }).click()
      await page.getByRole('alert').getByText('The server did not answer').waitFor()

      await shop.start()
      await row(page, 'Water bottle').waitFor()
      await page.getByText('The server does not answer.').waitFor({ state: 'detached' })
      await page.getByRole('button', { name: 'Try $16.00 again' }).click()
      await untilIs(async () => (await get(bowl.id)).price, '16.00')
    }),
  )
})

describe('ads', () => {
  journey('show what failed and why, and fetch it', () =>
    onPage(browser, { url: `${bare.url}/ads` }, async (page) => {
      const fetchMissing = page.getByRole('button', {
        name: /Fetch what is missing \(4 days, about 4 requests\)/,
      })
      await fetchMissing.waitFor()
      await page.locator('.run-strip').getByText('4 days failed').waitFor()
      await untilIs(() => page.locator('.day[data-state="failed"]').count(), 4)
      await page.locator('.day[data-state="failed"]').first().click()
      await page.getByText('the source of the figures gave an error').first().waitFor()

      await allowBrokenDays()
      await fetchMissing.click()
      await page.getByRole('button', { name: 'Nothing is missing' }).waitFor()
      await untilIs(() => page.locator('.day[data-state="failed"]').count(), 0)
      await page.locator('.run-strip').getByText('Done: 4 of 4 fetched').waitFor()
      expect(await page.getByText('Demo data', { exact: true }).count()).toBe(0)
    }),
  )

  journey('are two years of days, labelled as demo data', () =>
    onPage(browser, { url: `${shop.url}/products` }, async (page) => {
      await page.getByRole('grid').focus()
      await page.keyboard.press('g')
      await page.keyboard.press('a')
      await page.getByText('Demo data', { exact: true }).waitFor()
      const squares = await until('days are there', () => page.locator('.day').count())
      expect([730, 731]).toContain(squares)
      await page.getByRole('button', { name: 'Nothing is missing' }).waitFor()
      expect(await page.locator('.day[data-state="complete"]').count()).toBeGreaterThan(600)
    }),
  )
})

const VIEWS: readonly { name: string; path: string; keys: readonly string[]; ready: string }[] = [
  { name: 'today', path: '/today', keys: [], ready: '.today-lines a' },
  { name: 'products', path: '/products', keys: [], ready: 'tr[data-row]' },
  { name: 'ads', path: '/ads', keys: [], ready: '.day' },
  { name: 'spend', path: '/out-of-stock-spend', keys: [], ready: 'table.spend tbody a' },
  { name: 'nothing found', path: '/products?q=nothing+like+it', keys: [], ready: '.state' },
  { name: 'a selection', path: '/products', keys: ['Shift+ArrowDown'], ready: '[data-selected]' },
  { name: 'stock', path: '/products', keys: ['h'], ready: '.stock-history time' },
  { name: 'bulk change', path: '/products', keys: ['b'], ready: '.bulk-form' },
  { name: 'import', path: '/products', keys: ['i'], ready: '.file-choice' },
]

describe('axe finds nothing to object to', () => {
  const looks = [{ colorScheme: 'light' }, { colorScheme: 'dark' }] as const
  for (const look of looks) {
    journey(`in any view, ${look.colorScheme}`, () =>
      onPage(browser, { url: shop.url, ...look, reducedMotion: 'reduce' }, async (page) => {
        for (const { name, path, keys, ready } of VIEWS) {
          await page.goto(shop.url + path)
          if (keys.length > 0) {
            await page.locator('tr[data-row]').first().waitFor()
            await page.getByRole('grid').focus()
            for (const key of keys) await page.keyboard.press(key)
          }
          await page.locator(ready).first().waitFor()
          expect([name, await violations(page)]).toEqual([name, []])
          expect([name, await page.evaluate('document.documentElement.scrollWidth <= innerWidth')]).toEqual([
            name,
            true,
          ])
        }
      }),
    )
  }
})
