/** Fetching as a person sees it: what it would take, how far it is, what it waits for, and what went wrong. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { Browser, Page } from 'playwright-core'
import type { SimulatorOptions } from '#scripts/simulator/server.ts'
import { startAdsServer } from '#client/testing/ads-server.testing.ts'
import { violations } from '#client/testing/axe.ts'
import { launchBrowser } from '#client/testing/browser.ts'
import { buildPageIfStale } from '#client/testing/build.ts'
import { onPage, PATIENCE_MS, until } from '#client/testing/journey.ts'

const TEST_TIMEOUT_MS = 3 * PATIENCE_MS

const resources = new AsyncDisposableStack()
let browser: Browser

beforeAll(async () => {
  await buildPageIfStale()
  browser = resources.adopt(await launchBrowser(), (each) => each.close())
}, TEST_TIMEOUT_MS)

afterAll(() => resources.disposeAsync(), TEST_TIMEOUT_MS)

/** On a server of its own, which begins by itself to fetch two years. */
function journey(
  name: string,
  given: { simulator: SimulatorOptions; env?: Record<string, string> },
  run: Journey,
) {
  test(
    name,
    async () => {
      await using ads = await startAdsServer(given.simulator, given.env)
      await onPage(browser, { url: `${ads.url}/ads` }, async (page) => await run(page, ads))
    },
    TEST_TIMEOUT_MS,
  )
}

type Started = Awaited<ReturnType<typeof startAdsServer>>
type Journey = (page: Page, ads: Started) => Promise<void>

describe('a quota', () => {
  journey(
    'by the second is waited for in words; a run is stopped, and a range is fetched at its price',
    // So slow that two years would take a quarter of an hour: nobody waits for them here.
    { simulator: { rate: { perSecond: 1, burst: 1 } } },
    async (page) => {
      await page.getByText(/waiting for quota, until \d/).waitFor()
      await page
        .locator('.run-strip')
        .getByText(/[1-9]\d* of 73[01] days/)
        .waitFor()
      await page
        .locator('.run-strip')
        .getByText(/[1-9]\d* retr(y|ies)/)
        .waitFor()
      await page.getByRole('button', { name: 'Stop' }).press('Enter')
      await page
        .locator('.run-strip')
        .getByText(/^Interrupted after/)
        .waitFor()
      await page
        .getByRole('button', { name: /Fetch what is missing \((\d+) days, about \1 requests\)/ })
        .waitFor()

      await page.locator('.day[tabindex="0"]').focus()
      await page.keyboard.press('Home')
      await page.keyboard.press('Shift+ArrowDown')
      await page.getByText('Takes 2 requests, about 1,200 units of quota').waitFor()
      await page.getByRole('button', { name: 'Fetch the 2 missing days' }).press('Enter')
      await page.locator('.run-strip progress').waitFor()
      await page.locator('.run-strip').getByText('Fetched 2 days').waitFor()
      await page.getByText('2 days: 2 complete').waitFor()
      await page.getByRole('button', { name: 'Fetch all 2 days again' }).waitFor()
    },
  )

  journey(
    'of a day parks the run: until when, and that nothing is lost',
    { simulator: { scenario: 'daily-quota', dailyQuota: 40 } },
    async (page) => {
      await page
        .locator('.run-strip')
        .getByText(/^Fetched \d+ days; waiting for quota/)
        .waitFor()
      await page
        .getByText(/The quota is used up until .*\d:\d\d/)
        .first()
        .waitFor()
      await page
        .getByRole('button', { name: /Fetch what is missing \((\d+) days, about \1 requests\)/ })
        .waitFor()
      expect(await page.locator('.day[data-state="failed"]').count()).toBe(0)
      await page.locator('.run-list summary').first().press('Enter')
      await page.locator('.run-details').getByText('Units of quota').waitFor()
      await page.getByText('not compared, because days are not stored').waitFor()
      expect(await violations(page)).toEqual([])
    },
  )
})

describe('what went wrong is told in words', () => {
  journey(
    'when the sign-in was revoked: what to set, the first steps, and the detail one click away',
    { simulator: { scenario: 'revoked' } },
    async (page) => {
      await page
        .locator('.run-strip')
        .getByText(/73[01] days failed/)
        .waitFor()
      await page.getByText('the sign-in with Google is no longer valid').first().waitFor()
      await page.getByText('Sign in with Google anew: set a new GOOGLE_ADS_REFRESH_TOKEN').first().waitFor()
      await page.getByRole('heading', { name: 'Nothing of this account is here yet' }).waitFor()
      await page.getByText('ADS_SOURCE=demo').waitFor()
      const technical = page.locator('.run-strip').getByText('invalid_grant').first()
      expect(await technical.isVisible()).toBe(false)
      await page.locator('.run-strip summary').press('Enter')
      await technical.waitFor()

      await page.locator('.day[tabindex="0"]').press('Enter')
      await page.getByText('The last try failed: the sign-in with Google is no longer valid.').waitFor()
      await page.getByRole('button', { name: 'Fetch this day' }).waitFor()
      expect(await violations(page)).toEqual([])
    },
  )

  journey(
    'and what passed by itself is a number of retries',
    { simulator: { scenario: 'html-502' } },
    async (page) => {
      await page.getByRole('button', { name: 'Nothing is missing' }).waitFor({ timeout: 2 * PATIENCE_MS })
      await page.locator('.run-list summary').first().press('Enter')
      const retries = page.locator('.run-details .figures > div', { hasText: 'Retries' }).locator('dd')
      expect(Number((await retries.textContent())?.replaceAll(',', ''))).toBeGreaterThan(0)
    },
  )
})

journey(
  'the accounts of a manager are chosen one by one, and the address keeps the choice',
  { simulator: { scenario: 'manager' }, env: { GOOGLE_ADS_CUSTOMER_ID: '9000000000' } },
  async (page) => {
    await page
      .locator('.run-list')
      .getByText(/^Fetched 2,19\d days/)
      .waitFor({ timeout: 2 * PATIENCE_MS })
    await page.reload()
    const sum = async () => await page.locator('.ads-content:not([data-stale]) .chart-sum').textContent()
    await page.getByRole('button', { name: 'Nothing is missing' }).waitFor()
    const ofFirst = await sum()
    await page.getByLabel('Account').selectOption('222-222-2222')
    const ofSecond = await until(sum, (found) => found !== ofFirst)
    await page.reload()
    expect(await page.getByLabel('Account').inputValue()).toBe('2222222222')
    expect(await sum()).toBe(ofSecond)
  },
)

journey(
  'a server that goes away says so, and its run is followed again once it is back',
  { simulator: { latencyMs: 150 } },
  async (page, { server }) => {
    await page
      .locator('.run-strip')
      .getByText(/[1-9]\d* of 73[01] days/)
      .waitFor()
    await server.kill()
    await page.getByText('The server does not answer.').waitFor()
    await server.restart()
    await page.getByText('The server does not answer.').waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Nothing is missing' }).waitFor({ timeout: 2 * PATIENCE_MS })
    await page
      .locator('.run-list')
      .getByText(/^Interrupted after/)
      .waitFor()
  },
)
