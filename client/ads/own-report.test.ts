/** A report of the shop's own in a real browser: its labels, figures and groups are derived from its query. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import type { Browser, Page } from 'playwright-core'
import { firstRunEnded, startAdsServer } from '#client/testing/ads-server.testing.ts'
import { onPage } from '#client/testing/journey.testing.ts'
import { launchBrowser } from '#scripts/lab/harness/browser.ts'
import { buildPageIfStale } from '#scripts/lab/harness/page-build.ts'
import { PATIENCE_MS, untilIs } from '#scripts/lab/harness/until.ts'

const TEST_TIMEOUT_MS = 2 * PATIENCE_MS

const resources = new AsyncDisposableStack()
let browser: Browser
let url: string

beforeAll(async () => {
  await buildPageIfStale()
  browser = resources.adopt(await launchBrowser(), (each) => each.close())
  const own = {
    ADS_REPORTS_FOLDER: 'server/ads/reports/examples',
    ADS_REPORTS: 'campaign,by_conversion_date,by_device',
  }
  const ads = resources.use(await startAdsServer({}, own))
  url = `${ads.url}/ads`
  await firstRunEnded(ads.url)
}, 3 * TEST_TIMEOUT_MS)

afterAll(() => resources.disposeAsync(), TEST_TIMEOUT_MS)

async function textsOf(page: Page, selector: string): Promise<string[]> {
  return (await page.locator(selector).allTextContents()).map((text) => text.trim())
}

test(
  'a report is chosen by its name, and shaded, summed and drawn by the metrics of its query alone',
  async () => {
    await onPage(browser, { url }, async (page) => {
      await page.getByText('By conversion date', { exact: true }).click()
      const choices = [
        'Cost',
        'Conversions',
        'Conversions value',
        'Conversions by conversion date',
        'Conversions value by conversion date',
      ]
      await untilIs(
        async () => (await textsOf(page, '.calendar-card .segmented span')).join(),
        ['State', ...choices].join(),
      )
      expect(await textsOf(page, '.compare-scroll thead th:nth-child(n + 3) button:first-child')).toEqual(
        choices.map((label) => (label === 'Cost' ? 'Cost ↓' : label)),
      )
      await page.locator('.calendar-card').getByText('Conversions value by conversion date').click()
      await page.locator('.day [data-shade="5"]').first().waitFor()
      await page.getByRole('heading', { name: 'Conversions value by conversion date by day' }).waitFor()
      expect(new URL(page.url()).search).toContain('show=conversions_value_by_conversion_date')

      await page.locator('.day[data-date$="-06-17"]').last().click()
      await page.getByRole('heading', { name: 'By campaign' }).waitFor()
      await page.locator('.breakdown tbody th', { hasText: 'Brand | Search' }).waitFor()
    })
  },
  TEST_TIMEOUT_MS,
)

test(
  'rows are broken down by any column of the report, and what does not add up is told',
  async () => {
    await onPage(browser, { url: `${url}?report=by_device` }, async (page) => {
      await page.getByText('In the rows of the store only, because they do not add up: Ctr.').waitFor()
      await page.locator('.day[data-date$="-06-17"]').last().click()
      await page.locator('.breakdown tbody th', { hasText: 'MOBILE' }).waitFor()
      expect((await textsOf(page, '.breakdown tbody th')).toSorted()).toEqual(['DESKTOP', 'MOBILE', 'TABLET'])
      await page.locator('.breakdown').getByText('Campaign', { exact: true }).click()
      await page.getByRole('heading', { name: 'By campaign' }).waitFor()
    })
  },
  TEST_TIMEOUT_MS,
)
