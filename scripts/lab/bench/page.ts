/**
 * The page over a large catalogue, in a real browser: when it can be used, how soon rows follow their answer, whether
 * its memory stays flat, and how soon one sees what another has changed.
 */
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { launchBrowser } from '#scripts/lab/harness/browser.ts'
import { buildPageIfStale } from '#scripts/lab/harness/page-build.ts'
import { startServerProcess } from '#scripts/lab/harness/server-process.ts'
import { temporaryFolder } from '#scripts/lab/harness/test-server.ts'
import { print } from './measure.ts'
import { installProbe } from './page-probe.ts'
import { runToEnd } from './processes.ts'

const VIEWPORT = { width: 1440, height: 900 }
const OPENINGS = 7
const JUMPS = 30
/** Enough for every block of rows that may be kept. */
const JUMPS_TO_FILL = 150
const JUMPS_FOR_MEMORY = 300
const CHANGES = 20
const SEARCHES = ['everyday', 'nordic lamp', 'knife 77', 'terrac', 'leather belt']
const SCROLL_MS = 3_000
const FRAME_MS = 1000 / 60

interface PageBench {
  count: number
  /** Of a server that has its products already. */
  url?: string
}

export async function benchPage({ count, url: given }: PageBench): Promise<void> {
  await using resources = new AsyncDisposableStack()
  await buildPageIfStale()
  const url = given ?? (await startSeeded(resources, count))
  const browser = resources.adopt(await launchBrowser(), (each) => each.close())

  await openings(browser, url)
  const page = await openPage(browser, url)
  await jumps(page)
  await searches(page)
  await scrolling(page)
  await memory(page)
  await sideBySide(page, await openPage(browser, url))
}

async function startSeeded(resources: AsyncDisposableStack, count: number): Promise<string> {
  const folder = resources.use(await temporaryFolder())
  const DATABASE_URL = `file:${join(folder.path, 'adstock.db')}`
  await runToEnd(['server/cli/products.ts', 'seed', '--count', String(count)], { DATABASE_URL })
  const server = resources.use(await startServerProcess(folder.path, { DATABASE_URL }))
  return server.url
}

/** In a context of its own, which has nothing kept from before. */
async function openPage(browser: Browser, url: string): Promise<Page> {
  const context = await browser.newContext({ viewport: VIEWPORT, locale: 'en-US' })
  await context.addInitScript(installProbe)
  const page = await context.newPage()
  await page.goto(`${url}/products`)
  await page.evaluate(() => firstRows)
  return page
}

async function openings(browser: Browser, url: string): Promise<void> {
  const times: number[] = []
  let bytes = 0
  for (let opening = 0; opening < OPENINGS; opening += 1) {
    const page = await openPage(browser, url)
    times.push(await page.evaluate(async () => (await firstRows) - performance.timeOrigin))
    bytes = await page.evaluate(() =>
      (performance.getEntriesByType('resource') as PerformanceResourceTiming[])
        .filter(({ initiatorType }) => initiatorType === 'script' || initiatorType === 'link')
        .reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0),
    )
    await page.context().close()
  }
  report('opened with nothing kept, until rows are painted', times, 1_000)
  print('script and style for that, over the wire', `${(bytes / 1024).toFixed(0)} KB`, '')
}

/** To places all over the list. */
async function jumps(page: Page): Promise<void> {
  const times: { afterAnswer: number; whole: number }[] = []
  for (let jump = 0; jump < JUMPS; jump += 1) times.push(await jumpTo(page, Math.random()))
  report(
    'jump anywhere: rows after their answer',
    times.map(({ afterAnswer }) => afterAnswer),
    200,
  )
  report(
    'jump anywhere: rows after the jump',
    times.map(({ whole }) => whole),
  )
}

async function jumpTo(page: Page, share: number): Promise<{ afterAnswer: number; whole: number }> {
  return await page.evaluate(async (part) => {
    performance.clearResourceTimings()
    const element = document.querySelector('.table-scroll')
    if (!element) throw new Error('There is no table.')
    const startedAt = performance.timeOrigin + performance.now()
    element.scrollTop = part * (element.scrollHeight - element.clientHeight)
    // The rows of before are there until the table is told that it was scrolled.
    await new Promise((resolve) => element.addEventListener('scroll', resolve, { once: true }))
    const paintedAt = await probe.painted(probe.full)
    return {
      afterAnswer: Math.max(0, paintedAt - probe.answeredAt('products.')),
      whole: paintedAt - startedAt,
    }
  }, share)
}

async function searches(page: Page): Promise<void> {
  const times: number[] = []
  for (const words of SEARCHES) {
    await page.keyboard.press('/')
    const painted = page.evaluate(async (searched) => {
      performance.clearResourceTimings()
      const last = searched.split(' ').at(-1) ?? ''
      const found = () =>
        [...document.querySelectorAll('tr[data-row] mark')].some((mark) =>
          mark.textContent.toLowerCase().startsWith(last),
        ) && document.querySelector('[data-stale], [aria-busy=true]') === null
      return (await probe.painted(found)) - probe.answeredAt('products.search')
    }, words)
    await page.keyboard.type(words)
    times.push(await painted)
    await page.keyboard.press('Escape')
    await page.locator('mark').first().waitFor({ state: 'detached' })
  }
  report('search: marked rows after their answer', times, 200)
}

/** With the wheel, a screen in a quarter of a second. */
async function scrolling(page: Page): Promise<void> {
  await jumpTo(page, 0.5)
  await page.locator('.table-scroll').hover()
  const frames = await page.evaluateHandle(() => probe.frames())
  const until = performance.now() + SCROLL_MS
  while (performance.now() < until) {
    await page.mouse.wheel(0, 60)
    await Bun.sleep(FRAME_MS)
  }
  const times = (await frames.evaluate((each) => each.stop())).toSorted((a, b) => a - b)
  const at = (share: number) => times[Math.floor((times.length - 1) * share)] ?? 0
  print(
    'scrolling: a frame',
    `p50 ${at(0.5).toFixed(1)} ms, p95 ${at(0.95).toFixed(1)} ms`,
    `${(at(0.95) / FRAME_MS).toFixed(2)} × a frame of 60 a second`,
  )
}

async function memory(page: Page): Promise<void> {
  for (let jump = 0; jump < JUMPS_TO_FILL; jump += 1) await jumpTo(page, Math.random())
  const before = await usedMb(page)
  for (let jump = 0; jump < JUMPS_FOR_MEMORY; jump += 1) await jumpTo(page, Math.random())
  const after = await usedMb(page)
  print(
    `memory of the tab: ${JUMPS_TO_FILL} jumps, ${JUMPS_FOR_MEMORY} more`,
    `${before.toFixed(1)} → ${after.toFixed(1)} MB`,
    `${(after / before).toFixed(2)} × what it was`,
  )
}

async function usedMb(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page)
  await session.send('HeapProfiler.collectGarbage')
  const { usedSize } = await session.send('Runtime.getHeapUsage')
  await session.detach()
  return usedSize / 2 ** 20
}

/** From the key that saves, to the other's screen. */
async function sideBySide(one: Page, other: Page): Promise<void> {
  await one.getByRole('grid').focus()
  await one.keyboard.press('Control+Home')
  await one.locator('tr[data-row="0"]').waitFor()
  for (let column = 0; column < 3; column += 1) await one.keyboard.press('ArrowRight')
  const times: number[] = []
  for (let change = 0; change < CHANGES; change += 1) {
    const price = (1000 + change + Math.random()).toFixed(2)
    const seen = other.evaluate((digits) => {
      const shown = () =>
        document.querySelector('tr[data-row="0"] .cell-price')?.textContent.replace(/[^\d.]/g, '') === digits
      return probe.painted(shown)
    }, price)
    await one.keyboard.type(price)
    const savedAt = performance.timeOrigin + performance.now()
    await one.keyboard.press('Enter')
    times.push((await seen) - savedAt)
  }
  report('a change of one, on the screen of the other', times, 1_000)
}

function report(what: string, times: readonly number[], limitMs?: number): void {
  const sorted = times.toSorted((a, b) => a - b)
  const median = sorted[Math.floor(sorted.length / 2)] ?? 0
  const worst = sorted.at(-1) ?? 0
  print(
    what,
    `p50 ${median.toFixed(0)} ms, worst ${worst.toFixed(0)} ms`,
    limitMs === undefined ? '' : `worst ${(worst / limitMs).toFixed(2)} × ${limitMs} ms`,
  )
}
