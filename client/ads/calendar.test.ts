/** The ads place in a real browser, by keyboard and by mouse, on figures that have all been fetched. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { Browser, Page } from 'playwright-core'
import { startAdsServer } from '#client/testing/ads-server.testing.ts'
import { violations } from '#client/testing/axe.ts'
import { launchBrowser } from '#client/testing/browser.ts'
import { buildPageIfStale } from '#client/testing/build.ts'
import { onPage, PATIENCE_MS, until } from '#client/testing/journey.ts'
import { dayNumber } from './calendar-grid.ts'

const TEST_TIMEOUT_MS = 2 * PATIENCE_MS

const resources = new AsyncDisposableStack()
let browser: Browser
let url: string

beforeAll(async () => {
  await buildPageIfStale()
  browser = resources.adopt(await launchBrowser(), (each) => each.close())
  // Each date has more conversions from the second time on that it is asked for.
  const ads = resources.use(
    await startAdsServer({ scenario: 'restated-days' }, { ADS_REPORTS: 'campaign,product' }),
  )
  url = `${ads.url}/ads`
  await onPage(browser, { url }, async (page) => {
    await nothingIsMissing(page)
    await choose(page, 'Report', 'Products')
    await nothingIsMissing(page)
  })
}, 2 * TEST_TIMEOUT_MS)

afterAll(() => resources.disposeAsync(), TEST_TIMEOUT_MS)

const journey = (name: string, run: () => Promise<void>) => test(name, run, TEST_TIMEOUT_MS)

describe('the calendar', () => {
  journey('is shaded by a metric, with a legend of steps that filters; the address keeps both', () =>
    onPage(browser, { url }, async (page) => {
      await page.locator('.day').first().waitFor()
      expect(await page.locator('.day [data-shade]').count()).toBe(0)
      await choose(page, 'Show', 'Clicks')
      await page.locator('.day [data-shade="5"]').first().waitFor()
      expect(await page.locator('.day [data-shade]').count()).toBeGreaterThan(600)
      const legend = page.getByRole('list', { name: 'Clicks a day' })
      const steps = await legend.getByRole('button').allTextContents()
      expect(steps.filter((step) => step.startsWith('up to'))).toHaveLength(4)
      expect(sumOf(steps)).toBe(await page.locator('.day').count())

      await legend.getByRole('button', { name: /^more than/ }).press('Enter')
      const dimmed = await page.locator('.day[data-dimmed]').count()
      const darkest = Number(/(\d+)$/.exec(steps.find((step) => step.startsWith('more')) ?? '')?.[1])
      expect(dimmed).toBe(sumOf(steps) - darkest)

      await choose(page, 'Report', 'Products')
      await until(
        async () => new URL(page.url()).search,
        (search) => search.includes('report=product') && search.includes('show=clicks'),
      )
      await page.reload()
      await page.locator('.day [data-shade="5"]').first().waitFor()
      expect(await page.getByRole('radio', { name: 'Products' }).isChecked()).toBe(true)
    }),
  )

  journey('opens a day by the keyboard, and tells what Google restated of it', () =>
    onPage(browser, { url }, async (page) => {
      await page.locator('.day[tabindex="0"]').focus()
      for (const key of ['PageUp', 'PageUp', 'ArrowLeft']) await page.keyboard.press(key)
      await page.keyboard.press('Enter')
      await page.getByText('Google has not changed these figures since they were first fetched.').waitFor()
      await page.getByText('Takes 1 request, about 600 units of quota').waitFor()
      const before = await figure(page, 'Conversions')

      await page.getByRole('button', { name: 'Fetch this day again' }).press('Enter')
      await page.getByRole('heading', { name: 'Restated once' }).waitFor()
      const cells = await page
        .locator('.restatements tbody tr', { hasText: 'Conversions' })
        .locator('td')
        .allTextContents()
      const [was = 0, is = 0] = cells.map(Number)
      expect(was.toFixed(1)).toBe(before)
      expect(Math.abs(is - 1.5 * was)).toBeLessThan(1e-4)
      expect(await page.locator('.restatements tbody tr', { hasText: 'Clicks' }).count()).toBe(0)
      await page.locator('.run-list li').first().getByText('Fetched 1 day').waitFor()
    }),
  )

  journey('picks a range by Shift and arrows, by dragging, and by two dates', () =>
    onPage(browser, { url }, async (page) => {
      await page.locator('.day[tabindex="0"]').focus()
      await page.keyboard.press('ArrowLeft')
      const end = await focusedDate(page)
      for (const key of ['ArrowLeft', 'ArrowLeft', 'ArrowUp']) await page.keyboard.press(`Shift+${key}`)
      const begin = await focusedDate(page)
      expect(dayNumber(end) - dayNumber(begin)).toBe(15)
      expect(await page.locator('.day[aria-pressed="true"]').count()).toBe(16)
      await page.getByText('Takes 16 requests, about 9,600 units of quota').waitFor()
      await page.getByRole('button', { name: 'Fetch all 16 days again' }).waitFor()
      await until(
        async () => new URL(page.url()).searchParams,
        (params) => params.get('from') === begin && params.get('to') === end,
      )
      await page.keyboard.press('Escape')
      expect(await page.locator('.day[aria-pressed="true"]').count()).toBe(0)

      await page.locator(`[data-date="${begin}"]`).hover()
      await page.mouse.down()
      await page.locator(`[data-date="${end}"]`).hover()
      await page.mouse.up()
      expect(await page.locator('.day[aria-pressed="true"]').count()).toBe(16)

      await page.getByLabel('From', { exact: true }).fill(end)
      await until(
        () => page.locator('.day[aria-pressed="true"]').count(),
        (count) => count === 1,
      )
    }),
  )
})

describe('the chart', () => {
  journey('compares a period with the one before, by keyboard and as a table', () =>
    onPage(browser, { url: `${url}?period=30` }, async (page) => {
      await page.locator('.u-over').waitFor()
      const chart = page.getByRole('slider', { name: /Spend by day/ })
      await chart.focus()
      const last = await chart.getAttribute('aria-valuetext')
      await page.keyboard.press('ArrowLeft')
      const before = await chart.getAttribute('aria-valuetext')
      expect(before).not.toBe(last)
      expect(await page.locator('.chart-readout').textContent()).toBe(before)

      await page.getByText('The same as a table').click()
      const rows = page.locator('.chart-table tbody tr')
      expect(await rows.count()).toBe(30)
      const [spend = '', dateThen = '', spendThen = ''] = await rows.nth(28).locator('td').allTextContents()
      expect(before).toContain(`: ${spend} ·`)
      expect(before).toEndWith(`: ${spendThen}`)
      expect(dateThen).not.toBe('')

      const sums = await page.locator('.chart-sum').textContent()
      expect(sums).toMatch(/^\$[\d,.]+ is (\d+% (more|less) than|as much as) in the 30 days before, \$/)
      await choose(page, 'Days of the chart', '90 days')
      await page.getByText('in the 90 days before').waitFor()
      expect(await rows.count()).toBe(90)
    }),
  )

  journey('draws what is picked', () =>
    onPage(browser, { url: `${url}?from=2026-06-01&to=2026-06-14` }, async (page) => {
      await page.getByText('in the 14 days before').waitFor()
      expect(await page.getByRole('radio', { name: 'Picked' }).isChecked()).toBe(true)
      await page.getByText('14 days: ').waitFor()
    }),
  )
})

journey('everything in the place is reached by Tab alone, and seen to be', () =>
  onPage(browser, { url }, async (page) => {
    await page.locator('.u-over').waitFor()
    await page.getByRole('heading', { name: 'Fetches' }).waitFor()
    const reached: string[] = []
    await page.locator('#main').focus()
    await until(
      async () => {
        await page.keyboard.press('Tab')
        reached.push(await page.evaluate<string>(FOCUSED))
        return await page.evaluate<boolean>('document.activeElement === document.body')
      },
      (over) => over || reached.length > 60,
    )
    for (const part of ['input', 'g.day', 'input:date', '.chart', 'summary'])
      expect({ part, reached: reached.some((each) => each.startsWith(part)) }).toEqual({
        part,
        reached: true,
      })
    expect(reached.filter((each) => each.endsWith(' unseen'))).toEqual([])
  }),
)

describe('axe finds nothing to object to', () => {
  const queries = {
    'a range': 'from=2026-06-01&to=2026-06-14&show=conversions',
    'a day': 'from=2026-11-10&to=2026-11-10&period=30',
  }
  for (const colorScheme of ['light', 'dark'] as const)
    for (const [what, query] of Object.entries(queries))
      journey(`in ${what}, with all that unfolds, ${colorScheme}`, () =>
        onPage(browser, { url: `${url}?${query}`, colorScheme, reducedMotion: 'reduce' }, async (page) => {
          await page.locator('.u-over').waitFor()
          await page.getByText(/^Takes/).waitFor()
          await page.locator('.run-list summary').first().click()
          await page.getByText('The same as a table').click()
          expect(await violations(page)).toEqual([])
        }),
      )
})

journey('fits a phone, text at twice its size, and paper', () =>
  onPage(browser, { url, viewport: { width: 360, height: 740 } }, async (page) => {
    const overflow =
      'document.querySelector(".ads-content").scrollWidth - document.querySelector(".ads-content").clientWidth'
    for (const query of ['show=cost', 'from=2026-06-01&to=2026-06-14']) {
      await page.goto(`${url}?${query}`)
      await page.locator('.u-over').waitFor()
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360)
      expect(await page.evaluate(overflow)).toBeLessThanOrEqual(0)
    }
    await page.goto(url)
    await page.locator('.day').first().click()
    await page.getByRole('heading', { name: /^\w+day, / }).waitFor()
    await until(
      async () =>
        await page.locator('.picked-panel').evaluate((panel: Element) => panel.getBoundingClientRect().top),
      (top) => top < 600,
    )
    await page.setViewportSize({ width: 1280, height: 800 })
    await page.addStyleTag({ content: ':root { font-size: 200% !important }' })
    expect(await page.evaluate(overflow)).toBeLessThanOrEqual(0)
    await page.emulateMedia({ media: 'print' })
    expect(await page.evaluate('getComputedStyle(document.querySelector(".ads-content")).overflow')).toBe(
      'visible',
    )
    expect(await page.locator('.segmented').first().isVisible()).toBe(false)
  }),
)

/** What has the focus, and whether it is seen to have it. */
const FOCUSED = `(() => {
  const found = document.activeElement
  if (!found || found === document.body) return 'body'
  const name = found.matches('g.day') ? 'g.day' : found.matches('.chart') ? '.chart' : found.localName + (found.type === 'date' ? ':date' : '')
  const shown = found.type === 'radio' ? found.nextElementSibling : found.matches('g.day') ? found.querySelector('.ground') : found
  const style = getComputedStyle(shown)
  const seen = style.outlineStyle !== 'none' || (found.matches('g.day') && parseFloat(style.strokeWidth) >= 3)
  return name + (seen ? '' : ' unseen')
})()`

async function choose(page: Page, group: string, name: string): Promise<void> {
  await page.getByRole('group', { name: group, exact: true }).getByRole('radio', { name }).press('Space')
}

async function nothingIsMissing(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Nothing is missing' }).waitFor({ timeout: TEST_TIMEOUT_MS })
}

async function figure(page: Page, name: string): Promise<string> {
  const entry = page.locator('.picked-panel .figures > div', { has: page.getByText(name, { exact: true }) })
  return (await entry.locator('dd').textContent()) ?? ''
}

async function focusedDate(page: Page): Promise<string> {
  return await page.evaluate<string>('document.activeElement?.dataset.date ?? ""')
}

function sumOf(steps: readonly string[]): number {
  return steps.reduce((sum, step) => sum + Number(/(\d+)$/.exec(step)?.[1] ?? 0), 0)
}
