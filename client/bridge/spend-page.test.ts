/** From the money that is wasted to the product that is out of stock, in one step. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { Browser, Page } from 'playwright-core'
import { firstRunEnded, startAdsServer } from '#client/testing/ads-server.testing.ts'
import { violations } from '#client/testing/axe.testing.ts'
import { join } from 'node:path'
import { startTestServer, temporaryFolder } from '#scripts/lab/harness/test-server.ts'
import { launchBrowser } from '#scripts/lab/harness/browser.ts'
import { buildPageIfStale } from '#scripts/lab/harness/page-build.ts'
import { onPage, restOf } from '#client/testing/journey.testing.ts'
import { PATIENCE_MS, untilIs } from '#scripts/lab/harness/until.ts'
import { createKey } from '#server/keys/keys.testing.ts'
import { atKeyboard } from '#client/testing/person.testing.ts'

const DAY_MS = 86_400_000
const TEST_TIMEOUT_MS = 2 * PATIENCE_MS

const resources = new AsyncDisposableStack()
let browser: Browser
/** All is fetched, and three of what is advertised is out of stock. */
let url: string
/** The quota ended the fetch after five questions. */
let halfUrl: string

beforeAll(async () => {
  await buildPageIfStale()
  browser = resources.adopt(await launchBrowser(), (each) => each.close())
  const whole = resources.use(await startAdsServer({}, { ADS_REPORTS: 'product' }))
  const half = resources.use(
    await startAdsServer({ scenario: 'daily-quota', dailyQuota: 5 }, { ADS_REPORTS: 'product' }),
  )
  url = whole.url
  halfUrl = half.url
  const { create } = restOf(whole)
  for (const [index, stock] of [0, 0, 0, 5].entries())
    await create({
      // As the reports give it.
      sku: `as-0000${index + 1}`,
      name: `Thing ${index + 1}`,
      price: '9.50',
      stock_level: stock,
    })
  await firstRunEnded(url)
}, 2 * TEST_TIMEOUT_MS)

afterAll(() => resources.disposeAsync(), TEST_TIMEOUT_MS)

const journey = (name: string, run: () => Promise<void>) => test(name, run, TEST_TIMEOUT_MS)

describe('what is spent on products out of stock', () => {
  journey('comes most first, and adds up', () =>
    onPage(browser, { url: `${url}/out-of-stock-spend?days=90` }, async (page) => {
      await page.locator('#out-of-stock tbody a').first().waitFor()
      const perDay = (await page.locator('#out-of-stock tbody td:nth-child(4)').allTextContents()).map(
        dollars,
      )
      expect(perDay).toHaveLength(3)
      expect(perDay).toEqual(perDay.toSorted((a, b) => b - a))
      const [burning = 0, spent, report = 0] = await amountsIn(page, '.spend-figures strong')
      const [inStock, out, unknown = 0, unmatched = 0] = await amountsIn(
        page,
        '.cost-parts summary span:first-of-type',
      )
      expect(Math.abs(burning - perDay.reduce((sum, each) => sum + each, 0))).toBeLessThan(0.03)
      // The products are of today: what was spent before is not theirs to tell.
      expect([spent, out, inStock]).toEqual([0, 0, 0])
      expect(unknown).toBeGreaterThan(0)
      expect(unmatched).toBeGreaterThan(0)
      expect(Math.abs(report - unknown - unmatched)).toBeLessThan(0.03)
      expect(await page.getByText('Cannot tell yet').count()).toBe(0)
    }),
  )

  journey('leads to the product by one key, and back', () =>
    atKeyboard(browser, { url: `${url}/products` }, async (person) => {
      await person.sees('Thing 4')
      await person.press('g', 'o')
      await person.sees('3 products out of stock now')
      await person.tabTo('radio', '7 days')
      await person.press('ArrowRight', 'ArrowRight')
      await person.isAt('radio', '90 days')
      await untilIs(() => person.count('#out-of-stock tbody a'), 3)
      const [name = ''] = await person.texts('#out-of-stock tbody a')
      await person.tabTo('link', name)
      await person.press('Enter')
      await person.sees(name, 'h1')
      await person.isAt('heading', name)
      await person.tabTo('link', 'In the table')
      await person.press('Enter')
      await person.sees('Only product')
      await untilIs(() => person.texts('tr[data-row] .cell-name'), [name])
      await person.isAt('grid', 'Products')
      await person.tabTo('button', /show all$/, 'backward')
      await person.press('Enter')
      await person.isAt('grid', 'Products')
      await person.press('g', 'o')
      await person.isAt('heading', 'Out-of-stock spend')
    }),
  )

  journey('says which days it does not know, and leads to fetching them', () =>
    atKeyboard(browser, { url: `${halfUrl}/out-of-stock-spend?days=30` }, async (person) => {
      await person.sees(/\d+ dates of this period are missing/)
      const missing = /\d+/.exec((await person.texts('.unfetched-note'))[0] ?? '')?.[0] ?? ''
      expect(Number(missing)).toBeGreaterThan(20)
      await person.tabTo('link', 'See and fetch them')
      await person.press('Enter')
      await person.isAt('heading', 'Ads')
      await person.sees(`30 days: ${30 - Number(missing)} provisional, ${missing} missing`)
      await person.tabTo('button', `Fetch the ${missing} missing days`)
    }),
  )

  journey('does not call nothing what it cannot tell', () =>
    onPage(browser, { url: `${halfUrl}/out-of-stock-spend` }, async (page) => {
      await page.getByRole('heading', { name: 'Cannot tell yet' }).waitFor()
      expect(await page.getByText('No money goes').count()).toBe(0)
    }),
  )
})

journey('a shop with Shopify’s item ids goes from nothing matched to all of it', async () => {
  await using folder = await temporaryFolder()
  const source = join(folder.path, 'shopify.mjs')
  await Bun.write(source, SHOPIFY_SOURCE)
  await using shop = await startTestServer({ ADS_SOURCE: source, ADS_REPORTS: 'product' })
  for (const sku of ['V1', 'V2', 'V3', 'V4'])
    await restOf(shop).create({ sku, name: `Variant ${sku}`, price: '1.00', stock_level: 0 })
  const from = new Date(Date.now() - 9 * 86_400_000).toISOString().slice(0, 10)
  await shop.rest('POST /ads/runs', { body: { from } })
  await firstRunEnded(shop.url)
  await atKeyboard(browser, { url: `${shop.url}/out-of-stock-spend` }, async (person) => {
    await person.sees('4 item ids without a product')
    await person.tabTo('textbox', /^Rule for item ids/)
    await person.type('shopify_{country}')
    await person.press('Enter')
    await person.sees('needs one of')
    await person.type('_{product}_{variant}')
    await person.press('Enter')
    await person.sees('Matches 3 of 4 item ids')
    await person.tabTo('button', 'Use this rule')
    await person.press('Enter')
    await person.sees('1 item id without a product')
    await untilIs(() => person.count('#out-of-stock tbody a'), 3)
    await person.tabTo('textbox', 'Product of odd-one')
    await person.type('no such thing')
    await person.press('Enter')
    await person.sees('No product is found')
    await person.press('Control+A')
    await person.type('V4')
    await person.sees('Variant V4')
    await person.press('Enter')
    await untilIs(() => person.count('#out-of-stock tbody a'), 4)
    await person.seesNo('item id without a product')
    await person.tabTo('button', 'Times without stock and status of Variant V4', 'backward')
    await person.press('Enter')
    await person.sees(/Out of stock since/)
    await person.tabToSummary('Unmatched', 'backward')
    await person.press('Enter')
    await person.sees('For item ids that no product has.')
    expect(await person.violations()).toEqual([])
  })
})

journey(
  'a status is set by the keyboard, kept, filtered by, and ends when the product runs out again',
  async () => {
    await using folder = await temporaryFolder()
    const source = join(folder.path, 'shopify.mjs')
    await Bun.write(source, SHOPIFY_SOURCE)
    await using shop = await startTestServer({ ADS_SOURCE: source, ADS_REPORTS: 'product' })
    const rest = restOf(shop)
    for (const sku of ['shopify_us_77_v1', 'shopify_us_77_v2'])
      await rest.create({ sku, name: `Variant ${sku.at(-1)}`, price: '1.00', stock_level: 0 })
    await shop.rest('POST /ads/runs', {
      body: { from: new Date(Date.now() - 9 * DAY_MS).toISOString().slice(0, 10) },
    })
    await firstRunEnded(shop.url)
    const tags = '#out-of-stock .tag'
    await atKeyboard(browser, { url: `${shop.url}/out-of-stock-spend` }, async (person) => {
      await untilIs(() => person.texts(tags), ['New', 'New'])
      await person.tabTo('button', 'Times without stock and status of Variant 1')
      await person.press('Enter')
      await person.tabTo('combobox', 'Status')
      await person.type('Ack')
      await person.tabTo('combobox', 'For')
      await person.press('ArrowDown', 'ArrowDown')
      await person.tabTo('button', 'Set status')
      await person.press('Enter')
      await untilIs(async () => (await person.texts(tags)).toSorted(), ['Acknowledged', 'New'])
      await person.isAt('button', 'Set status')
      await person.sees('by anyone', '.spend-times')
      const set = await shop.rest('GET /products/1/stock-out-status')
      expect(Date.parse(set.body.status_until) - Date.now()).toBeGreaterThan(6 * DAY_MS)
      const burning = await person.texts('.spend-figures strong')
      await person.reload()
      await untilIs(async () => (await person.texts(tags)).toSorted(), ['Acknowledged', 'New'])
      await person.tabTo('radio', 'All')
      await person.press('ArrowRight')
      await untilIs(() => person.texts(tags), ['New'])
      // What it costs is the same, whatever is shown.
      expect(await person.texts('.spend-figures strong')).toEqual(burning)
      await person.press('ArrowRight', 'ArrowRight')
      await person.sees('No product has this status')
      await person.press('ArrowLeft')
      await untilIs(() => person.texts(tags), ['Acknowledged'])
      expect(person.address().searchParams.get('status')).toBe('acknowledged')
      expect(await person.violations()).toEqual([])
      await rest.patch(1, { stock_level: 3 })
      await rest.patch(1, { stock_level: 0 })
      await person.reload()
      await person.sees('No product has this status')
    })
  },
)

journey('a feed address is made and revoked, and a webhook made, paused and removed', async () => {
  await using shop = await startTestServer({ WEBHOOKS_ALLOW_PRIVATE: 'true' })
  await restOf(shop).create({ sku: "It's", name: 'Odd', price: '1.00', stock_level: 0 })
  await atKeyboard(browser, { url: `${shop.url}/out-of-stock-spend` }, async (person) => {
    await person.tabToSummary('Files for Google')
    await person.press('Enter')
    await person.sees(/1 item id with an apostrophe is not in the file/)
    await person.tabTo('button', 'Make a feed address')
    await person.press('Enter')
    await person.sees('it is not shown again')
    const address = await person.value('.shown-once input')
    expect(address).toMatch(/^http.+availability\.tsv\?excluded_destination=Shopping_ads&key=feed_/)
    expect((await fetch(address)).status).toBe(200)
    await person.tabTo('button', /^Revoke Feed/)
    await person.press('Enter')
    await untilIs(() => person.count('[aria-label="Feed keys"] li'), 0)
    await person.tabTo('link', 'Webhooks and keys are in Operations')
    await person.press('Enter')
    await person.sees('Daily fetch')
    await person.tabToSummary('Webhooks')
    await person.press('Enter')
    await person.tabTo('textbox', 'URL')
    await person.type('ftp://nowhere')
    await person.press('Enter')
    await person.sees('must be a URL that begins with https://')
    await person.press('Control+A')
    await person.type('http://127.0.0.1:9/hook')
    await person.press('Enter')
    await untilIs(async () => (await person.value('.shown-once input')).slice(0, 6), 'whsec_')
    await person.tabTo('button', 'Pause http://127.0.0.1:9/hook', 'backward')
    await person.press('Enter')
    await person.sees('Paused')
    await person.tabTo('button', 'Deliveries to http://127.0.0.1:9/hook', 'backward')
    await person.press('Enter')
    await person.sees('Nothing was sent yet.')
    expect(await person.violations()).toEqual([])
    await person.tabTo('button', 'Remove http://127.0.0.1:9/hook')
    await person.press('Enter', 'Enter')
    await person.sees('There is none yet.')
  })
})

journey('a key that may only read sees the item ids, and no control that changes them', async () => {
  await using folder = await temporaryFolder()
  const source = join(folder.path, 'shopify.mjs')
  await Bun.write(source, SHOPIFY_SOURCE)
  const databaseUrl = `file:${join(folder.path, 'adstock.db')}`
  const stored = {
    ADS_SOURCE: source,
    ADS_REPORTS: 'product',
    ADS_DIR: join(folder.path, 'ads'),
    DATABASE_URL: databaseUrl,
  }
  {
    await using open = await startTestServer(stored)
    const from = new Date(Date.now() - 9 * 86_400_000).toISOString().slice(0, 10)
    await open.rest('POST /ads/runs', { body: { from } })
    await firstRunEnded(open.url)
  }
  const reader = await createKey(databaseUrl, 'Reader', 'products:read', 'ads:read')
  await using shop = await startTestServer({ ...stored, AUTH: 'keys' })
  const asReader = { url: `${shop.url}/out-of-stock-spend`, userAgent: 'reader' }
  await atKeyboard(browser, asReader, async (person) => {
    await person.isAt('textbox', 'API key')
    await person.type(reader)
    await person.press('Enter')
    await person.sees('4 item ids without a product')
    await untilIs(() => person.count('#unmatched li'), 4)
    await untilIs(() => person.count('#unmatched :is(input, button)'), 0)
  })
})

const SHOPIFY_SOURCE = `const ITEMS = ['shopify_us_77_v1', 'shopify_us_77_v2', 'shopify_us_78_v3', 'odd-one']
export const fetchData = async () =>
  ITEMS.map((product_item_id, n) => ({ campaign_id: 1, ad_group_id: 1, product_item_id, clicks: n, cost_micros: 1e6 }))
`

for (const colorScheme of ['light', 'dark'] as const)
  journey(`axe finds nothing to object to, ${colorScheme}, and it fits a phone`, () =>
    onPage(browser, { url, colorScheme, viewport: { width: 360, height: 740 } }, async (page) => {
      for (const place of [`${url}/out-of-stock-spend?days=90`, `${halfUrl}/out-of-stock-spend`]) {
        await page.goto(place)
        await page.locator('table.spend tbody a, .unfetched-note').first().waitFor()
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360)
        expect(await violations(page)).toEqual([])
      }
    }),
  )

async function amountsIn(page: Page, selector: string): Promise<number[]> {
  return (await page.locator(selector).allTextContents()).map(dollars)
}

function dollars(text: string): number {
  return Number(text.replaceAll(/[^0-9.]/g, ''))
}
