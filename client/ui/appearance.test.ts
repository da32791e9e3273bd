/** Theme and density: chosen once, kept by the browser, and drawn by the charts as well. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import type { Browser, Page } from 'playwright-core'
import { firstRunEnded, startAdsServer } from '#client/testing/ads-server.testing.ts'
import { violations } from '#client/testing/axe.testing.ts'
import { onPage, restOf, row } from '#client/testing/journey.testing.ts'
import { atKeyboard } from '#client/testing/person.testing.ts'
import { launchBrowser } from '#scripts/lab/harness/browser.ts'
import { buildPageIfStale } from '#scripts/lab/harness/page-build.ts'
import { PATIENCE_MS, until, untilIs } from '#scripts/lab/harness/until.ts'

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
  await shop.create({ sku: 'as-00002', name: 'Vase', price: '12.00', stock_level: 5 })
  await firstRunEnded(server.url)
  url = server.url
}, 2 * TEST_TIMEOUT_MS)
afterAll(() => resources.disposeAsync(), TEST_TIMEOUT_MS)

const journey = (name: string, run: () => Promise<void>) => test(name, run, TEST_TIMEOUT_MS)
const ground = async (page: Page) =>
  await page.evaluate<string>('getComputedStyle(document.body).backgroundColor')
const heightOf = async (page: Page) => (await row(page, 'Lamp').boundingBox())?.height
/** Whether anything is drawn in this colour. */
const isDrawn = async (page: Page, [red, green, blue]: readonly number[]) =>
  await page.locator('.chart-drawing canvas').evaluate(
    (canvas: HTMLCanvasElement, wanted) => {
      const { data } = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height) ?? {
        data: [],
      }
      for (let at = 0; at < data.length; at += 4)
        if (wanted.every((value, index) => data[at + index] === value)) return true
      return false
    },
    [red, green, blue],
  )
const ACCENT = { light: [0x24, 0x56, 0xd6], dark: [0x8f, 0xb1, 0xff] }

journey('the theme is chosen against the system’s, by the keyboard, and is there the next time', () =>
  atKeyboard(browser, { url: `${url}/products`, userAgent: 'theme' }, async (person) => {
    await person.sees('Lamp')
    await person.press(',')
    await person.tabTo('radio', 'As the system')
    await person.press('ArrowRight', 'ArrowRight')
    await person.isAt('radio', 'Dark')
    expect(await person.violations()).toEqual([])
    await person.press('Escape')
    expect(await person.kept()).toContain(String.raw`\"theme\":\"dark\"`)
    await person.reload()
    await person.sees('Lamp')
    expect(await person.count(':root[data-theme=dark]')).toBe(1)
  }),
)

journey('a chart is drawn anew in the colours of the theme', () =>
  onPage(browser, { url: `${url}/ads`, userAgent: 'chart' }, async (page) => {
    await until('the line is drawn', () => isDrawn(page, ACCENT.light))
    await page.getByRole('button', { name: 'Appearance' }).click()
    const before = await ground(page)
    await page.getByText('Dark', { exact: true }).click()
    await until('the line is drawn anew', () => isDrawn(page, ACCENT.dark))
    expect(await isDrawn(page, ACCENT.light)).toBe(false)
    expect(await ground(page)).not.toBe(before)
  }),
)

journey('compact rows are lower, and the table scrolls by their height', () =>
  onPage(browser, { url: `${url}/products`, userAgent: 'density' }, async (page) => {
    await row(page, 'Lamp').waitFor()
    const before = (await heightOf(page)) ?? 0
    await page.getByRole('button', { name: 'Appearance' }).click()
    await page.getByText('Compact', { exact: true }).click()
    await page.keyboard.press('Escape')
    expect(await heightOf(page)).toBeLessThan(before)
    await page.getByRole('button', { name: 'Appearance' }).click()
    await page.getByText('Comfortable', { exact: true }).click()
    await page.keyboard.press('Escape')
    expect(await heightOf(page)).toBe(before)
  }),
)

journey('on a phone it is one touch away', () =>
  onPage(
    browser,
    { url: `${url}/products`, viewport: { width: 375, height: 812 }, hasTouch: true, isMobile: true },
    async (page) => {
      await page.getByRole('button', { name: 'Appearance' }).tap()
      await page.getByText('Light', { exact: true }).tap()
      await untilIs(() => page.locator(':root[data-theme=light]').count(), 1)
      expect(await violations(page)).toEqual([])
      await page.getByText('As the system', { exact: true }).tap()
      await untilIs(() => page.locator(':root[data-theme=system]').count(), 1)
    },
  ),
)

journey('on a very wide screen the product at the cursor is beside a table that can still be read', () =>
  onPage(browser, { url: `${url}/products`, viewport: { width: 2560, height: 1300 } }, async (page) => {
    const panel = page.getByRole('complementary', { name: 'Selected product' })
    await panel.getByRole('link', { name: 'Lamp' }).waitFor()
    await page.getByRole('grid').press('ArrowDown')
    await panel.getByRole('link', { name: 'Vase' }).waitFor()
    await panel.locator('.history-drawing canvas').first().waitFor()
    expect(await panel.locator('.key-figures .figure').first().textContent()).toBe('5')
    const table = await page.locator('table.products').boundingBox()
    expect(table?.width).toBeLessThanOrEqual(1680)
    expect(await violations(page)).toEqual([])
    await panel.getByRole('link', { name: 'Vase' }).click()
    await page.waitForURL('**/products/2')
  }),
)

journey('where no date is missing the calendar tells the cost, unless its states are asked for', () =>
  onPage(browser, { url: `${url}/ads` }, async (page) => {
    const calendar = page.getByRole('region', { name: 'Calendar' })
    await calendar.scrollIntoViewIfNeeded()
    await calendar.locator('[data-shade="5"]').first().waitFor()
    expect(await calendar.getByRole('radio', { name: 'Cost' }).isChecked()).toBe(true)
    await calendar.getByText('State', { exact: true }).click()
    await untilIs(() => calendar.locator('.strip [data-shade]').count(), 0)
    await page.waitForURL('**/ads?show=state')
  }),
)
