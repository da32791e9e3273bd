/** The table that compares, in a real browser, on demo ads whose products are in the catalogue. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { Browser, Page } from 'playwright-core'
import { violations } from '#client/testing/axe.testing.ts'
import { firstRunEnded } from '#client/testing/ads-server.testing.ts'
import { onPage, restOf } from '#client/testing/journey.testing.ts'
import { atKeyboard } from '#client/testing/person.testing.ts'
import { launchBrowser } from '#scripts/lab/harness/browser.ts'
import { buildPageIfStale } from '#scripts/lab/harness/page-build.ts'
import { startServerProcess } from '#scripts/lab/harness/server-process.ts'
import { temporaryFolder } from '#scripts/lab/harness/test-server.ts'
import { PATIENCE_MS, until, untilIs } from '#scripts/lab/harness/until.ts'

const TEST_TIMEOUT_MS = 3 * PATIENCE_MS

const resources = new AsyncDisposableStack()
let browser: Browser
let url: string
let item: string
/** The last October that is over, and the one before. */
let october: string
let octoberBefore: string

beforeAll(async () => {
  await buildPageIfStale()
  browser = resources.adopt(await launchBrowser(), (each) => each.close())
  const { path } = resources.use(await temporaryFolder())
  const server = resources.use(
    await startServerProcess(path, { ADS_SOURCE: 'demo', ADS_REPORTS: 'campaign,product' }),
  )
  url = server.url
  await firstRunEnded(url)
  // In sight from the start, because most is spent on it.
  const { rows } = await answer<{ rows: { product_item_id: string }[] }>('report?group_by=product')
  item = rows[0]?.product_item_id ?? ''
  await restOf(server).create({ sku: item, name: 'Walking boot', price: '90.00', stock_level: 3 })
  const { days } = await answer<{ days: { date: string }[] }>('days?report=campaign')
  const year = Number(days.findLast(({ date }) => date.slice(5) === '10-31')?.date.slice(0, 4))
  october = `${year}-10`
  octoberBefore = `${year - 1}-10`
}, TEST_TIMEOUT_MS)

afterAll(() => resources.disposeAsync(), TEST_TIMEOUT_MS)

const journey = (name: string, run: () => Promise<void>) => test(name, run, TEST_TIMEOUT_MS)

async function answer<T>(path: string): Promise<T> {
  return (await (await fetch(`${url}/v1/ads/${path}`)).json()) as T
}

const NAMES = '.compare-scroll tbody th'

describe('which campaign grew most, October against October', () => {
  /** As the sums of each October say, asked for apart. */
  async function grewMost(): Promise<string> {
    const costs = async (month: string) => {
      const { rows } = await answer<{ rows: { campaign_name: string; cost_micros: string }[] }>(
        `report?group_by=campaign&from=${month}-01&to=${month}-31`,
      )
      return new Map(rows.map((row) => [row.campaign_name, Number(row.cost_micros)]))
    }
    const [now, then] = [await costs(october), await costs(octoberBefore)]
    const grown = [...now].toSorted(
      ([a, one], [b, two]) => two - (then.get(b) ?? 0) - (one - (then.get(a) ?? 0)),
    )
    return grown[0]?.[0] ?? ''
  }

  journey('is answered in three actions by the mouse', () =>
    onPage(browser, { url: `${url}/ads`, viewport: { width: 1440, height: 900 } }, async (page) => {
      await page.locator(NAMES).first().waitFor()
      await page.getByRole('combobox', { name: 'Dates' }).selectOption(october)
      await page.getByRole('combobox', { name: 'Compared with' }).selectOption(octoberBefore)
      await page.getByRole('button', { name: 'Change of Cost', exact: true }).click()
      await untilIs(async () => (await page.locator(NAMES).allTextContents())[0], await grewMost())
      expect(new URL(page.url()).search).toBe(`?period=${october}&against=${octoberBefore}&sort=-cost.change`)
    }),
  )

  journey('is answered in three choices by the keyboard', () =>
    atKeyboard(browser, { url: `${url}/ads` }, async (person) => {
      await until(
        'rows are there',
        () => person.count(NAMES),
        (rows) => rows > 1,
      )
      const month = `Oct ${october.slice(0, 4)}`
      await person.tabTo('combobox', 'Dates')
      await person.type(month)
      await until(
        'the address says it',
        async () => person.address().search,
        (search) => search.includes(october),
      )
      await person.tabTo('combobox', 'Compared with')
      await person.type('Same')
      await person.tabTo('combobox', 'Sorted by')
      await person.type('Change of Cost')
      const most = await grewMost()
      await untilIs(async () => (await person.texts(NAMES))[0], most)
      await person.tabTo('button', most)
      await person.press('ArrowDown')
      await person.press('Home')
      await person.isAt('button', most)
      await person.press('Enter')
      await person.isAt('radio', 'Cost')
      await person.sees('in the same days of the year before', 'dialog')
      await person.press('Escape')
      await person.isAt('button', most)
    }),
  )
})

const products = (journeyOf: (page: Page) => Promise<void>, look: object = {}) =>
  onPage(
    browser,
    { url: `${url}/ads?report=product&period=30`, viewport: { width: 1440, height: 900 }, ...look },
    async (page) => {
      await page.getByRole('link', { name: 'Walking boot' }).waitFor()
      await journeyOf(page)
    },
  )

describe('the products of the ads', () => {
  journey(
    'have the names of the catalogue, and lead to it; all are there, in a few rows of the document',
    () =>
      products(async (page) => {
        const { rows } = await answer<{ rows: object[] }>('report?group_by=product')
        const count = Number(await page.locator('.compare-scroll table').getAttribute('aria-rowcount'))
        expect(count).toBeGreaterThanOrEqual(rows.length)
        expect(await page.locator('.compare-scroll tbody tr').count()).toBeLessThan(60)
        await page.getByLabel('Search the products').fill('boot walking')
        await untilIs(() => page.locator(NAMES).count(), 1)
        await page.getByRole('link', { name: 'Walking boot' }).click()
        await page.getByText('Walking boot').first().waitFor()
        expect(new URL(page.url()).pathname).toStartWith('/products')
      }),
  )

  journey('are saved as they are shown; a column that is put away stays away', () =>
    products(async (page) => {
      await page.getByText('Columns', { exact: true }).click()
      for (const name of ['Impressions', 'CTR']) await page.getByRole('checkbox', { name }).uncheck()
      await page.reload()
      await page.getByRole('link', { name: 'Walking boot' }).waitFor()
      await page.getByLabel('Search the products').fill('walking')
      await untilIs(() => page.locator(NAMES).count(), 1)
      const [file] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name: 'CSV' }).click(),
      ])
      const [head = '', row = '', ...others] = (await Bun.file(await file.path()).text()).split('\r\n')
      expect(others).toEqual([])
      expect(head).toStartWith('Product,ID,Currency,Cost,Cost before,Cost change,Clicks,')
      expect(head).not.toMatch(/Impressions|CTR/)
      expect(row).toStartWith(`Walking boot,${item},USD,`)
      await page.evaluate('localStorage.clear()')
    }),
  )
})

describe('axe finds nothing to object to in the table and the chart of a row', () => {
  for (const colorScheme of ['light', 'dark'] as const)
    journey(colorScheme, () =>
      products(
        async (page) => {
          await page.locator('.u-over').waitFor()
          expect(await violations(page)).toEqual([])
          await page.getByRole('button', { name: 'Chart of Walking boot' }).click()
          await page.locator('dialog .u-over').waitFor()
          expect(await violations(page)).toEqual([])
        },
        { colorScheme, deviceScaleFactor: 2 },
      ),
    )
})
