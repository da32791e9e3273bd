/** Signing in and out as a person does: real servers, a real browser. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { launchBrowser } from '#scripts/lab/harness/browser.ts'
import { buildPageIfStale } from '#scripts/lab/harness/page-build.ts'
import { PATIENCE_MS, until } from '#scripts/lab/harness/until.ts'
import { atKeyboard, type Person } from '#client/testing/person.testing.ts'
import { startServerProcess, type ServerProcess } from '#scripts/lab/harness/server-process.ts'
import { bearer, createKey, revokeKey } from '#server/keys/keys.testing.ts'
import { temporaryFolder } from '#scripts/lab/harness/test-server.ts'

const TEST_TIMEOUT_MS = 2 * PATIENCE_MS
const ADMIN_KEY = 'an-admin-key-for-tests-only'

const resources = new AsyncDisposableStack()
let browser: Browser
let shop: ServerProcess
/** On the same database. */
let openShop: ServerProcess
let databaseUrl: string

beforeAll(async () => {
  await buildPageIfStale()
  browser = resources.adopt(await launchBrowser(), (each) => each.close())
  const { path } = resources.use(await temporaryFolder())
  databaseUrl = `file:${join(path, 'adstock.db')}`
  const settings = {
    AUTH: 'keys',
    ADMIN_KEY,
  }
  shop = resources.use(await startServerProcess(path, settings))
  openShop = resources.use(await startServerProcess(path, { ...settings, PUBLIC_READS: 'true' }))
  for (const name of ['Leather belt', 'Desk lamp']) {
    const made = await fetch(`${shop.url}/v1/products`, {
      method: 'POST',
      headers: { ...bearer(ADMIN_KEY), 'content-type': 'application/json' },
      body: JSON.stringify({ name, price: '21.30', stock_level: 3 }),
    })
    expect(made.status).toBe(201)
  }
}, TEST_TIMEOUT_MS)

afterAll(() => resources.disposeAsync(), TEST_TIMEOUT_MS)

/** Each with a browser of its own, in so far as cookies go. */
function journey(name: string, run: (person: Person) => Promise<void>, server = () => shop) {
  test(
    name,
    () => atKeyboard(browser, { url: `${server().url}/products`, userAgent: name }, run),
    TEST_TIMEOUT_MS,
  )
}

async function enter(person: Person, key: string): Promise<void> {
  await person.isAt('textbox', 'API key')
  await person.type(key)
  await person.press('Enter')
}

/** Of the first product. */
async function typePrice(person: Person, price: string): Promise<void> {
  await person.press('/', 'ArrowDown', 'Home', 'ArrowRight', 'ArrowRight', 'ArrowRight')
  await person.type(price)
}

describe('where keys are needed', () => {
  journey('one signs in with one, works, and signs out', async (person) => {
    const key = await createKey(databaseUrl, 'Ana', 'products:read', 'products:write', 'ads:read')
    await enter(person, 'ak_wrong')
    await person.sees('unknown, revoked or expired')

    await enter(person, key)
    await person.sees('Leather belt')
    await person.sees('Ana')
    expect(await person.kept()).toBe('{}{}')
    await person.isAt('grid', 'Products')
    await typePrice(person, '19.99')
    await person.press('Enter')
    await until(
      'the price is saved',
      async () => await (await fetch(`${shop.url}/v1/products/1`, { headers: bearer(key) })).json(),
      (product) => (product as { price: string }).price === '19.99',
    )
    await person.sees('$19.99')

    const session = await fetch(`${shop.url}/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ key }),
    })
    const cookie = session.headers.get('set-cookie')?.split(';')[0] ?? ''
    const changes = await fetch(`${shop.url}/v1/changes?after=2`, { headers: { cookie } })
    for await (const chunk of changes.body?.pipeThrough(new TextDecoderStream()) ?? [])
      if (chunk.includes('"updated"')) break

    await person.reload()
    await person.sees('Leather belt')
    await person.tabTo('button', 'Sign out')
    await person.press('Enter')
    await person.isAt('textbox', 'API key')
    await person.seesNo('Leather belt')
  })

  journey(
    'a place that the key may not see is not offered, and says so at its address; what it may only read is no field',
    async (person) => {
      await enter(person, await createKey(databaseUrl, 'Ben', 'products:read'))
      await person.sees('Desk lamp')
      expect(await person.texts('nav a span')).toEqual(['Products'])
      await typePrice(person, '1.00')
      await person.isAt('grid')
      expect(await person.count('td input')).toBe(0)
      for (const [key, place] of [
        ['a', 'Ads'],
        ['s', 'Operations'],
      ] as const) {
        await person.press('g', key)
        await person.sees(`${place} needs another key`)
        await person.sees('You are signed in with “Ben”')
      }
      expect(await person.violations()).toEqual([])
    },
  )

  journey('one is asked again when the key was revoked meanwhile, without doing anything', async (person) => {
    const key = await createKey(databaseUrl, 'Cleo', 'products:read', 'ads:read')
    await enter(person, key)
    await person.sees('Desk lamp')
    await revokeKey(databaseUrl, key)
    await enter(person, key)
    await person.sees('unknown, revoked or expired')
  })

  for (const colorScheme of ['light', 'dark'] as const) {
    test(
      `axe finds nothing to object to, ${colorScheme}`,
      () =>
        atKeyboard(browser, { url: shop.url, colorScheme }, async (person) => {
          await enter(person, 'ak_wrong')
          await person.sees('unknown')
          expect(await person.violations()).toEqual([])
        }),
      TEST_TIMEOUT_MS,
    )
  }
})

describe('where products are public', () => {
  journey(
    'they are shown at once, and one signs in for more',
    async (person) => {
      await person.sees('Desk lamp')
      expect(await person.texts('nav li a span')).toEqual(['Products'])
      await person.tabTo('link', 'Sign in')
      await person.press('Enter')
      await enter(person, ADMIN_KEY)
      await person.sees('admin key')
      await person.tabTo('link', 'Ads', 'backward')
      expect(person.address().pathname).toBe('/today')
    },
    () => openShop,
  )
})
