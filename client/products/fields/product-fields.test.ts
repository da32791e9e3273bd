/** A product's fields in its drawer: mistakes stand in their field, and nothing is overwritten unseen. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import type { Browser } from 'playwright-core'
import { atKeyboard, type Person } from '#client/testing/person.testing.ts'
import { launchBrowser } from '#scripts/lab/harness/browser.ts'
import { buildPageIfStale } from '#scripts/lab/harness/page-build.ts'
import { startTestServer, type TestServer } from '#scripts/lab/harness/test-server.ts'
import { PATIENCE_MS, untilIs } from '#scripts/lab/harness/until.ts'

const TEST_TIMEOUT_MS = 2 * PATIENCE_MS
const resources = new AsyncDisposableStack()
let browser: Browser
let server: TestServer

beforeAll(async () => {
  await buildPageIfStale()
  browser = resources.adopt(await launchBrowser(), (each) => each.close())
  server = resources.use(await startTestServer())
  for (const [sku, gtin] of [
    ['A', null],
    ['B', '4006381333931'],
  ])
    await server.rest('POST /products', {
      body: { sku, name: `Thing ${sku}`, price: '1.00', stock_level: 5, gtin },
    })
}, TEST_TIMEOUT_MS)
afterAll(() => resources.disposeAsync(), TEST_TIMEOUT_MS)

async function write(person: Person, field: string, text: string, direction?: 'backward') {
  await person.tabTo('textbox', field, direction)
  await person.press('Control+A')
  await person.type(text)
}

const first = async () => (await server.rest('GET /products/1')).body

test(
  'fields are changed in the drawer, each mistake is told in its field, and a change of another is asked about',
  async () => {
    await atKeyboard(browser, { url: `${server.url}/products` }, async (person) => {
      await person.sees('Thing A')
      await person.press('h')
      await person.tabToSummary('Edit name, SKU, price and more')
      await person.press('Enter')
      await write(person, 'Item id in the ads', 'gla_77')
      await write(person, 'GTIN (barcode)', '4006381333932')
      await person.press('Enter')
      await person.sees(/must be a GTIN/)
      // The focus is where the mistake is.
      await person.isAt('textbox', 'GTIN (barcode)')
      await person.press('Control+A')
      await person.type('4006381333931')
      await person.press('Enter')
      await person.sees('Another product has this GTIN')
      await person.press('Control+A', 'Delete')
      await write(person, 'Stock is low from', 'many')
      await person.press('Enter')
      await person.sees(/Type a whole number/)
      expect(await first()).toMatchObject({ ads_item_id: null, version: 1 })
      await person.press('Control+A')
      await person.type('7')
      await person.press('Enter')
      await untilIs(async () => (await first()).low_stock_at, 7)
      expect(await first()).toMatchObject({ ads_item_id: 'gla_77', gtin: null })

      // What another client changes is shown, unless something is being typed.
      await server.rest('PATCH /products/1', { body: { ads_item_id: 'shown' } })
      await untilIs(() => person.value('input[name=ads_item_id]'), 'shown')
      await write(person, 'Item id in the ads', 'mine', 'backward')
      await server.rest('PATCH /products/1', { body: { ads_item_id: 'theirs', price: '2.00' } })
      await person.press('Enter')
      await person.sees(/Is theirs since a moment ago/)
      expect((await first()).ads_item_id).toBe('theirs')
      await person.press('Enter')
      await untilIs(async () => (await first()).ads_item_id, 'mine')

      // What another client changed elsewhere is kept.
      await write(person, 'Stock is low from', '2')
      await server.rest('PATCH /products/1', { body: { ads_item_id: 'other', price: '3.00' } })
      await person.press('Enter')
      await untilIs(async () => (await first()).low_stock_at, 2)
      expect(await first()).toMatchObject({ ads_item_id: 'other', price: '3.00' })
      expect(await person.violations()).toEqual([])
    })
  },
  TEST_TIMEOUT_MS,
)

test(
  'low is what is at or below its own threshold',
  async () => {
    await server.rest('PATCH /products/1', { body: { low_stock_at: 2, stock_level: 5 } })
    await server.rest('PATCH /products/2', { body: { low_stock_at: 5, stock_level: 5 } })
    await atKeyboard(browser, { url: `${server.url}/products?stock=low` }, async (person) => {
      await untilIs(() => person.texts('tr[data-row] .cell-name'), ['Thing B'])
      await untilIs(() => person.texts('tr[data-row] .tag.low'), ['Low'])
    })
  },
  TEST_TIMEOUT_MS,
)
