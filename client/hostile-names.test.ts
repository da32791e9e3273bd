/** Names are text wherever the page shows them: no markup of theirs is obeyed, and none of their addresses is asked. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import type { Browser } from 'playwright-core'
import { onPage, restOf } from '#client/testing/journey.testing.ts'
import { launchBrowser } from '#scripts/lab/harness/browser.ts'
import { buildPageIfStale } from '#scripts/lab/harness/page-build.ts'
import { startServerProcess } from '#scripts/lab/harness/server-process.ts'
import { temporaryFolder } from '#scripts/lab/harness/test-server.ts'
import { PATIENCE_MS } from '#scripts/lab/harness/until.ts'

const TEST_TIMEOUT_MS = 3 * PATIENCE_MS
const NAME = `Lamp "><img src=/asked-by-a-name onerror="window.obeyed = true"><script>window.obeyed = true</script>`
const SKU = `<svg onload=window.obeyed=true>`

const resources = new AsyncDisposableStack()
let browser: Browser
let url: string

beforeAll(async () => {
  await buildPageIfStale()
  browser = resources.adopt(await launchBrowser(), (each) => each.close())
  const { path } = resources.use(await temporaryFolder())
  const server = resources.use(await startServerProcess(path))
  url = server.url
  await restOf(server).create({ sku: SKU, name: NAME, price: '9.50', stock_level: 0 })
}, TEST_TIMEOUT_MS)
afterAll(() => resources.disposeAsync(), TEST_TIMEOUT_MS)

test.each(['/products', '/products?q=lamp', '/products/1', '/docs'])(
  '%s obeys no name',
  (place) =>
    onPage(browser, { url: 'about:blank' }, async (page) => {
      const asked: string[] = []
      page.on('request', (request) => asked.push(request.url()))
      await page.goto(url + place)
      const shown = place === '/docs' ? page.getByText('Adstock').first() : page.getByText(/onerror/).first()
      await shown.waitFor()
      if (place === '/products') {
        await page.keyboard.press('Control+k')
        await page.getByRole('dialog').getByRole('combobox').fill('lamp')
        await page.getByRole('option').filter({ hasText: 'onerror' }).first().waitFor()
      }
      expect(await page.evaluate('window.obeyed')).toBeUndefined()
      expect(asked.filter((address) => address.includes('asked-by-a-name'))).toEqual([])
    }),
  TEST_TIMEOUT_MS,
)
