/** Every place stays where it is while its answers come, and the ads cost few bytes: on demo ads, with late answers. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { Browser, BrowserContextOptions, Page, Request } from 'playwright-core'
import { firstRunEnded } from './testing/ads-server.testing.ts'
import { onPage, restOf } from './testing/journey.testing.ts'
import { launchBrowser } from '#scripts/lab/harness/browser.ts'
import { buildPageIfStale } from '#scripts/lab/harness/page-build.ts'
import { startServerProcess } from '#scripts/lab/harness/server-process.ts'
import { temporaryFolder } from '#scripts/lab/harness/test-server.ts'
import { PATIENCE_MS, until } from '#scripts/lab/harness/until.ts'

const TEST_TIMEOUT_MS = 3 * PATIENCE_MS
const MAX_SHIFT = 0.02
const MAX_ADS_BYTES = 60_000

const resources = new AsyncDisposableStack()
let browser: Browser
let url: string

beforeAll(async () => {
  await buildPageIfStale()
  browser = resources.adopt(await launchBrowser(), (each) => each.close())
  const { path } = resources.use(await temporaryFolder())
  const server = resources.use(
    await startServerProcess(path, { ADS_SOURCE: 'demo', ADS_REPORTS: 'campaign,product' }),
  )
  url = server.url
  const { create } = restOf(server)
  for (let n = 1; n <= 30; n++)
    await create({
      sku: `AS-${`${n}`.padStart(5, '0')}`,
      name: `Thing ${n}`,
      price: '9.00',
      stock_level: n % 5,
    })
  await firstRunEnded(url)
}, TEST_TIMEOUT_MS)

afterAll(() => resources.disposeAsync(), TEST_TIMEOUT_MS)

/** Address, and what is there once all of it is. */
const PLACES: Readonly<Record<string, readonly string[]>> = {
  '/today': ['.today-lines a', '.sparkline'],
  '/products': ['tr[data-row]'],
  '/ads': ['.u-over', '.compare-scroll tbody th', '.day', '.run-list summary'],
  '/ads?report=product&period=30': ['.u-over', '.compare-scroll tbody th a', '.day', '.run-list summary'],
  '/ads?from=2026-06-01&to=2026-06-14': ['.u-over', '.breakdown tbody th', '.day', '.run-list summary'],
  '/out-of-stock-spend': ['table.spend tbody a'],
}

const SCREENS: Readonly<Record<string, BrowserContextOptions>> = {
  'a desk': { viewport: { width: 1440, height: 900 }, deviceScaleFactor: 2 },
  'a phone': {
    viewport: { width: 375, height: 812 },
    deviceScaleFactor: 2,
    hasTouch: true,
    isMobile: true,
  },
}

/** Long enough that each answer finds the page painted without it. */
const LATE_MS = 300

async function answersLate(page: Page): Promise<void> {
  countAnswers(page)
  await page.addInitScript(WATCH_SHIFTS)
  await page.route('**/trpc/**', async (route) => {
    await Bun.sleep(LATE_MS)
    await route.continue()
  })
}

const pending = new WeakMap<Page, Set<Request>>()

function countAnswers(page: Page): void {
  const waiting = new Set<Request>()
  pending.set(page, waiting)
  // A stream of events does not end.
  page.on('request', (request) => !/\.on[A-Z]/.test(request.url()) && waiting.add(request))
  page.on('requestfinished', (request) => waiting.delete(request))
  page.on('requestfailed', (request) => waiting.delete(request))
}

/** All that was asked for has come, and is painted. */
async function settled(page: Page): Promise<void> {
  await until('nothing is asked for', () => pending.get(page)?.size === 0)
  await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))')
  await until('nothing is asked for', () => pending.get(page)?.size === 0)
}

const WATCH_SHIFTS = `window.shifts = []
new PerformanceObserver((list) => {
  for (const entry of list.getEntries())
    shifts.push({ value: entry.value, of: entry.sources.map(({ node }) => node?.className ?? node?.nodeName).join() })
}).observe({ type: 'layout-shift', buffered: true })`

describe('nothing jumps', () => {
  for (const [screen, look] of Object.entries(SCREENS))
    for (const [place, ready] of Object.entries(PLACES))
      test(
        `in ${place} on ${screen}`,
        () =>
          onPage(browser, { url: `${url}${place}`, ...look, prepare: answersLate }, async (page) => {
            for (const selector of ready) await page.locator(selector).first().waitFor({ state: 'attached' })
            await settled(page)
            const shifts = await page.evaluate<{ value: number; of: string }[]>('shifts')
            const sum = shifts.reduce((all, { value }) => all + value, 0)
            expect({ place, shifts, isSteady: sum <= MAX_SHIFT }).toMatchObject({ isSteady: true })
          }),
        TEST_TIMEOUT_MS,
      )
})

test(
  'on a phone the chart of the ads is in the first screen, a finger finds its targets, and large text covers nothing',
  () =>
    onPage(browser, { url: `${url}/ads`, ...SCREENS['a phone'] }, async (page) => {
      for (const selector of PLACES['/ads'] ?? [])
        await page.locator(selector).first().waitFor({ state: 'attached' })
      const bottomOf = (selector: string) =>
        page
          .locator(selector)
          .first()
          .evaluate((part: Element) => part.getBoundingClientRect().bottom)
      const statusTop = await page
        .locator('.status-line')
        .evaluate((line: Element) => line.getBoundingClientRect().top)
      expect(await bottomOf('.chart-drawing')).toBeLessThanOrEqual(statusTop)
      expect(await page.evaluate<string[]>(SMALL_TARGETS)).toEqual([])
      await page.addStyleTag({ content: ':root { font-size: 200% !important }' })
      expect(await page.evaluate<string[]>(COVERED)).toEqual([])
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(375)
    }),
  TEST_TIMEOUT_MS,
)

/** A day of the calendar is smaller: its date can be typed. */
const SMALL_TARGETS = `[...document.querySelectorAll('.place-tools, .ads-content')]
  .flatMap((part) => [...part.querySelectorAll('button, select, summary, a, input:not([type=radio], [type=checkbox]), .segmented span')])
  .filter((each) => each.checkVisibility() && !each.closest('.compare-scroll thead'))
  .filter((each) => each.getBoundingClientRect().height < 43.5)
  .map((each) => each.outerHTML.slice(0, 120))`

/** Controls whose middle is under something else. */
const COVERED = `[...document.querySelectorAll('.place-tools, .chart-card, .table-tools')]
  .flatMap((part) => [...part.querySelectorAll('button, select, summary, .segmented label, .field')])
  .filter((each) => each.checkVisibility())
  .flatMap((each) => {
    each.scrollIntoView({ block: 'center' })
    const { left, top, width, height } = each.getBoundingClientRect()
    const hit = document.elementFromPoint(left + width / 2, top + height / 2)
    return hit && (each.contains(hit) || hit.contains(each)) ? [] : [each.outerHTML.slice(0, 120)]
  })`

test(
  'the ads come in few bytes after the shell',
  async () => {
    const received = new Map<string, number>()
    const addresses = new Map<string, string>()
    const watch = async (page: Page) => {
      countAnswers(page)
      // What is loaded ahead for other places is not of this one.
      await page.addInitScript(
        `{ const later = setTimeout; window.setTimeout = (run, ms, ...more) => (ms === 2000 ? 0 : later(run, ms, ...more)) }`,
      )
      const session = await page.context().newCDPSession(page)
      await session.send('Network.enable')
      session.on('Network.requestWillBeSent', ({ requestId, request }) =>
        addresses.set(requestId, request.url),
      )
      session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
        const address = addresses.get(requestId) ?? requestId
        // What is within the style sheet came with it.
        if (!address.startsWith('data:')) received.set(address, encodedDataLength)
      })
    }
    // A look of its own, so that nothing is kept from before.
    const look = { ...SCREENS['a desk'], locale: 'en-GB' }
    await onPage(browser, { url: `${url}/ads`, ...look, prepare: watch }, async (page) => {
      for (const selector of PLACES['/ads'] ?? [])
        await page.locator(selector).first().waitFor({ state: 'attached' })
      await settled(page)
      const shell = (await (await fetch(url)).text()).matchAll(/(?:src|href)="([^"]+)"/g)
      const isShell = new Set([...shell].map(([, path = '']) => new URL(path, url).href).concat(`${url}/ads`))
      const own = [...received].filter(([address]) => !isShell.has(address))
      const sum = own.reduce((all, [, bytes]) => all + bytes, 0)
      expect(sum).toBeGreaterThan(0)
      expect({ own, isLittle: sum <= MAX_ADS_BYTES }).toMatchObject({ isLittle: true })
    })
  },
  TEST_TIMEOUT_MS,
)
