/** One line at the end of every place: what does not work is seen there within seconds, and gone when it is mended. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import type { Browser, Page } from 'playwright-core'
import { onPage, restOf } from '#client/testing/journey.testing.ts'
import { launchBrowser } from '#scripts/lab/harness/browser.ts'
import { buildPageIfStale } from '#scripts/lab/harness/page-build.ts'
import { startServerProcess, type ServerProcess } from '#scripts/lab/harness/server-process.ts'
import { temporaryFolder } from '#scripts/lab/harness/test-server.ts'
import { PATIENCE_MS } from '#scripts/lab/harness/until.ts'
import { temporaryRedis, type TemporaryRedis } from '#server/platform/redis.testing.ts'

const TEST_TIMEOUT_MS = 3 * PATIENCE_MS
const PLACES = ['/today', '/products', '/ads', '/out-of-stock-spend', '/operations']

const resources = new AsyncDisposableStack()
let browser: Browser
let redis: TemporaryRedis
/** With a Redis, and the ads of the demo. */
let shop: ServerProcess

beforeAll(async () => {
  await buildPageIfStale()
  browser = resources.adopt(await launchBrowser(), (each) => each.close())
  redis = resources.use(await temporaryRedis())
  const { path } = resources.use(await temporaryFolder())
  shop = resources.use(
    await startServerProcess(path, { REDIS_URL: redis.url, ADS_SOURCE: 'demo', ADS_REPORTS: 'campaign' }),
  )
  await restOf(shop).create({ name: 'Lamp', price: '9.50', stock_level: 3 })
}, TEST_TIMEOUT_MS)

afterAll(() => resources.disposeAsync(), TEST_TIMEOUT_MS)

const journey = (name: string, run: () => Promise<void>) => test(name, run, TEST_TIMEOUT_MS)
const health = (page: Page, words: string) => page.locator('.status-line').getByText(words)

journey('a Redis that has stopped, and that the ads are sample data, is told in every place', () =>
  onPage(browser, { url: `${shop.url}/products` }, async (page) => {
    await page.getByText('Lamp').waitFor()
    await health(page, 'Demo data: the ads are made up').waitFor()
    expect(await health(page, 'Redis does not answer').count()).toBe(0)
    await redis.kill()
    await health(page, 'Redis does not answer').waitFor()
    for (const place of PLACES) {
      await page.goto(shop.url + place)
      await health(page, 'Redis does not answer').waitFor()
      await health(page, 'Demo data: the ads are made up').waitFor()
    }
    await redis.start()
    await health(page, 'Redis does not answer').waitFor({ state: 'detached' })
  }),
)

journey('a server that hangs is told without anything being asked of it', () =>
  onPage(browser, { url: `${shop.url}/operations` }, async (page) => {
    await health(page, 'Demo data: the ads are made up').waitFor()
    shop.signal('SIGSTOP')
    await health(page, 'No answer from the server').waitFor()
    shop.signal('SIGCONT')
    await health(page, 'Connected').waitFor()
  }),
)

journey('a stream that something on the way cuts is told, and goes on once it is let through', async () => {
  let isCut = true
  using proxy = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    idleTimeout: 60,
    fetch(request) {
      const { pathname, search } = new URL(request.url)
      if (isCut && pathname.includes('onChange')) return new Response('cut', { status: 502 })
      const { method, headers, body } = request
      return fetch(shop.url + pathname + search, { method, headers, body, decompress: false })
    },
  })
  await onPage(browser, { url: new URL('/products', proxy.url).href }, async (page) => {
    await page.getByText('Lamp').waitFor()
    await health(page, 'Changes of others do not arrive').waitFor()
    isCut = false
    await health(page, 'Changes of others do not arrive').waitFor({ state: 'detached' })
    await restOf(shop).patch(1, { price: '12.50' })
    await page.getByText('$12.50').waitFor()
  })
})
