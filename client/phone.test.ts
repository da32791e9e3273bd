/** The page on a phone: every place and every dialog of it, opened by a finger. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import type { Browser, Page } from 'playwright-core'
import { violations } from './testing/axe.testing.ts'
import { launchBrowser } from '#scripts/lab/harness/browser.ts'
import { buildPageIfStale } from '#scripts/lab/harness/page-build.ts'
import { onPage, restOf } from './testing/journey.testing.ts'
import { PATIENCE_MS, until, untilIs } from '#scripts/lab/harness/until.ts'
import { startServerProcess } from '#scripts/lab/harness/server-process.ts'
import { temporaryFolder } from '#scripts/lab/harness/test-server.ts'

const TEST_TIMEOUT_MS = 3 * PATIENCE_MS
const KEY = 'a-key-for-a-phone-only'
const LONG_NAME = 'Everyday Backpack with Laptop Sleeve and Rain Cover, White, M'

const resources = new AsyncDisposableStack()
let browser: Browser
let url: string
/** The same products, where one has to sign in. */
let lockedUrl: string

beforeAll(async () => {
  await buildPageIfStale()
  browser = resources.adopt(await launchBrowser(), (each) => each.close())
  const { path } = resources.use(await temporaryFolder())
  const open = resources.use(
    await startServerProcess(path, { ADS_SOURCE: 'demo', ADS_REPORTS: 'campaign,product' }),
  )
  const locked = resources.use(await startServerProcess(path, { AUTH: 'keys', ADMIN_KEY: KEY }))
  url = open.url
  lockedUrl = locked.url
  const { create } = restOf(open)
  await create({ sku: 'AS-00001', name: LONG_NAME, price: '1957.75', stock_level: 0 })
  for (let n = 2; n <= 30; n++) await create({ name: `Thing ${n}`, price: '9.00', stock_level: n })
}, TEST_TIMEOUT_MS)
afterAll(() => resources.disposeAsync(), TEST_TIMEOUT_MS)

const CSV = 'sku,name,price,stock_level\nAS-00001,Renamed,19.95,40\nNEW-1,Broken,free,3\n'

const VIEWS: Readonly<Record<string, (page: Page) => Promise<void>>> = {
  'signing in': async (page) => {
    await page.goto(lockedUrl)
    await page.getByLabel('API key').waitFor()
  },
  'being signed in': async (page) => {
    await page.goto(`${lockedUrl}/products`)
    await page.getByLabel('API key').fill(KEY)
    await page.getByRole('button', { name: 'Sign in' }).tap()
    await page.getByText('Thing 2', { exact: true }).waitFor()
    await page.getByRole('button', { name: 'Sign out' }).waitFor()
  },
  today: async (page) => {
    await page.goto(`${url}/today`)
    await page.getByRole('region', { name: 'Products that moved' }).getByRole('listitem').first().waitFor()
  },
  products,
  'a product': async (page) => {
    await page.goto(`${url}/products/3`)
    await page.locator('.history-drawing canvas').nth(1).waitFor()
    await page.getByText('Recorded since').or(page.getByText('No change since')).waitFor()
  },
  'the stock': async (page) => {
    await products(page)
    await page.getByRole('button', { name: 'Stock history of Thing 3', exact: true }).tap()
    await page.locator('.stock-history time').waitFor()
  },
  'a bulk change': openBulk,
  'a dry run': async (page) => {
    await openBulk(page)
    await page.getByLabel('Value').fill('10')
    await page.getByRole('button', { name: 'Preview' }).tap()
    await page.getByText('30 products would change').waitFor()
  },
  'an import': async (page) => {
    await products(page)
    await page.getByRole('button', { name: 'Import' }).tap()
    const file = { name: 'catalogue.csv', mimeType: 'text/csv', buffer: Buffer.from(CSV) }
    await page.getByLabel('CSV file').setInputFiles(file)
    await page.getByText('1 line cannot be imported').waitFor()
  },
  'a conflict': async (page) => {
    await products(page)
    const cell = page.locator('tr[data-row="0"] .cell-price')
    await cell.tap()
    await cell.tap()
    await page.getByRole('textbox', { name: /New price/ }).fill('41.50')
    await restOf({ url }).patch(1, { price: '2222.50' })
    await page.getByText('Saving will ask which one stays').waitFor()
    await page.keyboard.press('Enter')
    await page.locator('.versions').waitFor()
  },
  'the calendar': ads,
  'a day of it': async (page) => {
    await ads(page)
    await page.locator('.day[data-date$="-06-17"]').last().tap()
    await page.getByRole('heading', { name: 'By campaign' }).waitFor()
  },
  'a fetch': async (page) => {
    await ads(page)
    await page
      .getByRole('radio', { name: 'Products' })
      .evaluate((radio: HTMLElement) => radio.scrollIntoView())
    await page.locator('.run-list summary').first().tap()
    await page.locator('.run-details').waitFor()
  },
  'the bridge': async (page) => {
    await page.goto(`${url}/out-of-stock-spend?days=90`)
    await page.locator('table.spend tbody a').first().waitFor()
  },
}

async function products(page: Page): Promise<void> {
  await page.goto(`${url}/products`)
  await page.locator('tr[data-row]').first().waitFor()
}

async function openBulk(page: Page): Promise<void> {
  await products(page)
  await page.getByRole('button', { name: 'Select all' }).tap()
  await page.getByRole('button', { name: 'Change all…' }).tap()
  await page.getByLabel('Value').waitFor()
}

async function ads(page: Page): Promise<void> {
  await page.goto(`${url}/ads`)
  await page.getByRole('button', { name: 'Nothing is missing' }).waitFor({ timeout: 2 * PATIENCE_MS })
  await page.locator('.u-over').waitFor()
}

for (const [name, open] of Object.entries(VIEWS)) {
  test(
    `${name} is whole on a phone, large enough for a finger, and to axe as it should be`,
    () =>
      onPage(browser, { url, ...PHONE }, async (page) => {
        await page.context().clearCookies()
        await open(page)
        await untilIs(() => page.evaluate<string[]>(WRONG), [])
        expect(await violations(page)).toEqual([])
      }),
    TEST_TIMEOUT_MS,
  )
}

test(
  'nothing is wider than the screen, and the page does not scroll, with text at twice its size',
  () =>
    onPage(browser, { url, ...PHONE }, async (page) => {
      for (const name of ['products', 'the stock', 'the calendar', 'the bridge'] as const) {
        await VIEWS[name]?.(page)
        await page.addStyleTag({ content: ':root { font-size: 200% !important }' })
        const size = 'document.scrollingElement.scrollWidth + " × " + document.scrollingElement.scrollHeight'
        expect([name, await page.evaluate<string>(size)]).toEqual([name, '390 × 844'])
      }
    }),
  TEST_TIMEOUT_MS,
)

test(
  'rows are as high as the scroll bar takes them for, and what is on top stays there, turned or with larger text',
  () =>
    onPage(browser, { url, ...PHONE }, async (page) => {
      await products(page)
      await page.locator('.table-scroll').evaluate((element: Element) => {
        const row = element.querySelector('tr[data-row]')?.getBoundingClientRect()
        element.scrollTop = 12 * (row?.height ?? 0) + 5
      })
      const told = new Set<number>()
      for (const turn of [
        () => page.setViewportSize({ width: 844, height: 390 }),
        () => page.setViewportSize(PHONE.viewport),
        () => page.addStyleTag({ content: ':root { font-size: 200% !important }' }),
      ]) {
        await turn()
        const { height } = await until(
          'the rows have their new height',
          () => page.evaluate<Rows>(ROWS),
          (rows) => !told.has(rows.height) && rows.listed === Math.round(30 * rows.height) && rows.top === 13,
        )
        told.add(height)
        expect((await page.evaluate<Rows>(ROWS)).wrong).toEqual([])
      }
    }),
  TEST_TIMEOUT_MS,
)

interface Rows {
  /** Of the head, in pixels. */
  height: number
  /** How high the scroll bar takes all rows for. */
  listed: number
  /** The product that is seen first. */
  top: number
  /** Rows of another height, or in another place than the scroll bar tells. */
  wrong: string[]
}

const ROWS = `(() => {
  const scroll = document.querySelector('.table-scroll')
  const boxOf = (each) => each.getBoundingClientRect()
  const head = boxOf(scroll.querySelector('thead th'))
  const rows = [...scroll.querySelectorAll('tr[data-row]')]
  const isRight = (each) => {
    const { height, top } = boxOf(each)
    const expected = head.top + head.height * (1 + Number(each.dataset.row)) - scroll.scrollTop
    return Math.abs(height - head.height) < 0.1 && Math.abs(top - expected) < 1
  }
  return {
    height: head.height,
    listed: Math.round(scroll.scrollHeight - head.height),
    top: 1 + Number(rows.find((each) => boxOf(each).bottom > head.bottom + 1)?.dataset.row),
    wrong: rows.filter((each) => !isRight(each)).map((each) => each.dataset.row + ': ' + boxOf(each).top),
  }
})()`

const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true }

/**
 * What is wider or higher than the screen, cut off, covered, or too small for a finger. Links within a sentence may be
 * as high as its text.
 */
const WRONG = `(() => {
  const wrong = []
  const { scrollingElement: all } = document
  if (all.scrollWidth > innerWidth) wrong.push('The page is ' + all.scrollWidth + ' wide.')
  if (all.scrollHeight > innerHeight) wrong.push('The page is ' + all.scrollHeight + ' high.')
  const shown = document.querySelector('dialog[open]') ?? document.body
  const box = shown.getBoundingClientRect()
  if (box.bottom > innerHeight + 1 || box.top < -1) wrong.push('A dialog is higher than the screen.')
  const bar = document.querySelector('.side-bar')?.getBoundingClientRect()
  const main = document.querySelector('main').getBoundingClientRect()
  if (bar && bar.top < main.bottom - 1) wrong.push('The bar covers the content.')
  for (const each of shown.querySelectorAll('a[href], button, input, select, summary, [tabindex="0"], .day')) {
    const target = each.closest('label') ?? each
    const { width, height, left, right } = target.getBoundingClientRect()
    if (!each.checkVisibility({ visibilityProperty: true }) || each.matches('.skip-link, p a, p .button')) continue
    const name = each.outerHTML.slice(0, 90)
    const least = each.matches('.button.primary') ? 44 : 24
    if (width < 24 || height < least) wrong.push(Math.round(width) + ' × ' + Math.round(height) + ': ' + name)
    // The table that compares has more columns than a phone is wide: it is moved sideways, in itself.
    const isMoved = each.closest('.compare-scroll') !== null
    if (!isMoved && (left < -0.5 || right > innerWidth + 0.5)) wrong.push('Beyond the screen: ' + name)
    if (each.matches('button, a.button') && each.scrollWidth > each.clientWidth + 1) wrong.push('Cut: ' + name)
    if (each.matches('select, .segmented span') && each.scrollWidth > each.clientWidth + 1) wrong.push('Cut: ' + name)
  }
  return [...new Set(wrong)].slice(0, 8)
})()`
