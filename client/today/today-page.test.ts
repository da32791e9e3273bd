/** The morning: what burns, what the ads came to, how the night went, and what changed. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import type { Browser, Page } from 'playwright-core'
import { firstRunEnded, startAdsServer } from '#client/testing/ads-server.testing.ts'
import { violations } from '#client/testing/axe.testing.ts'
import { onPage, restOf } from '#client/testing/journey.testing.ts'
import { atKeyboard } from '#client/testing/person.testing.ts'
import { launchBrowser } from '#scripts/lab/harness/browser.ts'
import { buildPageIfStale } from '#scripts/lab/harness/page-build.ts'
import { PATIENCE_MS, until, untilIs } from '#scripts/lab/harness/until.ts'

const TEST_TIMEOUT_MS = 2 * PATIENCE_MS
const REPORTS = { ADS_REPORTS: 'campaign,product' }

const resources = new AsyncDisposableStack()
let browser: Browser
/** All is fetched, and one advertised product is out of stock. */
let url: string
let shop: ReturnType<typeof restOf>
/** Google refused the sign-in. */
let failedUrl: string

beforeAll(async () => {
  await buildPageIfStale()
  browser = resources.adopt(await launchBrowser(), (each) => each.close())
  const whole = resources.use(await startAdsServer({}, { ...REPORTS, ADS_CRON: '0 6 * * *' }))
  const failed = resources.use(await startAdsServer({ scenario: 'revoked' }, REPORTS))
  url = whole.url
  failedUrl = failed.url
  shop = restOf(whole)
  await shop.create({ sku: 'as-00001', name: 'Lamp', price: '9.50', stock_level: 0 })
  await shop.create({ sku: 'as-00002', name: 'Vase', price: '9.50', stock_level: 5 })
  await firstRunEnded(url)
  await firstRunEnded(failedUrl)
}, 2 * TEST_TIMEOUT_MS)

afterAll(() => resources.disposeAsync(), TEST_TIMEOUT_MS)

const journey = (name: string, run: () => Promise<void>) => test(name, run, TEST_TIMEOUT_MS)
const card = (page: Page, name: string) => page.getByRole('region', { name, exact: true })

journey('it is the first place, and every card opens what it is made of', () =>
  onPage(browser, { url }, async (page) => {
    await page.waitForURL('**/today')
    const burning = card(page, 'Ads on what is out of stock')
    await burning.getByText('a day', { exact: false }).first().waitFor()
    expect(await burning.getByRole('link', { name: 'Lamp' }).getAttribute('href')).toBe('/products/1')
    for (const period of ['Yesterday', 'Last 7 days'])
      await card(page, period)
        .getByText(/^Cost: .*before$/)
        .waitFor()
    await card(page, 'Campaigns that moved').getByRole('listitem').nth(4).waitFor()
    const moved = card(page, 'Products that moved').getByRole('link', { name: /^(?:Lamp|Vase)$/ })
    expect(await moved.first().getAttribute('href')).toMatch(/^\/products\/[12]$/)
    await card(page, 'Last and next run')
      .getByText(/^Next: /)
      .waitFor()
    await card(page, 'Last 7 days').getByRole('link', { name: 'See these dates' }).click()
    await page.waitForURL('**/ads?from=*')
  }),
)

journey('the title counts what needs a person, in every place, and as it changes', () =>
  onPage(browser, { url: `${url}/products` }, async (page) => {
    await untilIs(() => page.title(), '(1) Products · Adstock')
    await shop.patch(2, { stock_level: 0 })
    await page.goto(`${url}/today`)
    await untilIs(() => page.title(), '(2) Today · Adstock')
    await shop.patch(2, { stock_level: 5 })
  }),
)

journey('what changed since the last visit is told, once there was one', () =>
  // In a browser that was never here.
  onPage(browser, { url: `${url}/today`, colorScheme: 'dark' }, async (page) => {
    await card(page, 'Changed since the last visit').getByText('first visit').waitFor()
    await until('the visit is remembered', () =>
      page.evaluate(() => localStorage.getItem('adstock.last-visit') !== null),
    )
    await page.goto(`${url}/livez`)
    await shop.patch(2, { price: '12.00' })
    await page.goto(`${url}/today`)
    await page
      .getByRole('region', { name: /^Changed since/ })
      .getByText('$12.00')
      .waitFor()
  }),
)

journey('a failed night is told in every place, with the way to what to do', () =>
  onPage(browser, { url: `${failedUrl}/products` }, async (page) => {
    await page.getByRole('status').getByRole('link', { name: 'The last run of ads failed' }).click()
    await page.waitForURL('**/ads')
    await page.goto(`${failedUrl}/today`)
    await card(page, 'Last and next run').getByText('Because').waitFor()
    await card(page, 'Yesterday').getByText('Cannot tell yet').waitFor()
    for (const each of ['Ads on what is out of stock', 'Campaigns that moved', 'Products that moved'])
      await card(page, each).getByText('Cannot tell yet').waitFor()
  }),
)

journey('by keyboard it is one shortcut away', () =>
  atKeyboard(browser, { url: `${url}/products` }, async (person) => {
    await person.sees('Lamp')
    await person.press('g', 'h')
    await until('Today is there', () => Promise.resolve(person.address().pathname === '/today'))
    await person.sees('Last and next run')
  }),
)

journey('nothing jumps, and axe finds nothing to object to, at a desk and on a phone', async () => {
  for (const viewport of [
    { width: 1440, height: 900 },
    { width: 375, height: 667 },
  ])
    await onPage(browser, { url: 'about:blank', viewport }, async (page) => {
      await page.addInitScript(`
        window.shift = 0
        new PerformanceObserver((list) => {
          for (const entry of list.getEntries()) window.shift += entry.value
        }).observe({ type: 'layout-shift', buffered: true })`)
      await page.goto(`${url}/today`)
      await card(page, 'Products that moved').getByRole('listitem').first().waitFor()
      await untilIs(() => page.locator('[aria-busy=true]').count(), 0)
      expect(await page.evaluate('window.shift')).toBeLessThan(0.02)
      expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true)
      expect(await violations(page)).toEqual([])
    })
})
