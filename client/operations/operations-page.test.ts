/** The operator's day: last night failed, why, mending, again; and who may call. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { firstRunEnded } from '#client/testing/ads-server.testing.ts'
import { violations } from '#client/testing/axe.testing.ts'
import { onPage } from '#client/testing/journey.testing.ts'
import { atKeyboard } from '#client/testing/person.testing.ts'
import { launchBrowser } from '#scripts/lab/harness/browser.ts'
import { buildPageIfStale } from '#scripts/lab/harness/page-build.ts'
import { startServerProcess, type ServerProcess } from '#scripts/lab/harness/server-process.ts'
import { temporaryFolder } from '#scripts/lab/harness/test-server.ts'
import { PATIENCE_MS, untilIs } from '#scripts/lab/harness/until.ts'
import { bearer } from '#server/keys/keys.testing.ts'

const TEST_TIMEOUT_MS = 3 * PATIENCE_MS
const ADMIN_KEY = 'an-admin-key-for-operations'

const resources = new AsyncDisposableStack()
let browser: Browser
let locked: ServerProcess

beforeAll(async () => {
  await buildPageIfStale()
  browser = resources.adopt(await launchBrowser(), (each) => each.close())
  const { path } = resources.use(await temporaryFolder())
  const env = { AUTH: 'keys', ADMIN_KEY, ADS_SOURCE: 'demo', ADS_CRON: '0 0 * * *', LOW_STOCK_AT: '7' }
  locked = resources.use(await startServerProcess(path, env))
}, TEST_TIMEOUT_MS)

afterAll(() => resources.disposeAsync(), TEST_TIMEOUT_MS)

const journey = (name: string, run: () => Promise<void>) => test(name, run, TEST_TIMEOUT_MS)

/** Its sign-in is refused until the file `signed-in` is there. */
const SOURCE = (signedIn: string) => `import { existsSync } from 'node:fs'
export async function fetchData() {
  if (!existsSync(${JSON.stringify(signedIn)})) throw Object.assign(new Error('invalid_grant'), { name: 'OAuthError' })
  return [{ campaign_id: 1, clicks: 1, cost_micros: 1000 }]
}
`

/** A server whose daily job failed: it was overdue when the server started again. */
async function afterFailedNight(): Promise<AsyncDisposable & { url: string; signIn: () => Promise<void> }> {
  await using opened = new AsyncDisposableStack()
  const { path } = opened.use(await temporaryFolder())
  const signedIn = join(path, 'signed-in')
  const source = join(path, 'source.mjs')
  await Bun.write(source, SOURCE(signedIn))
  const server = opened.use(
    await startServerProcess(path, {
      ADS_SOURCE: source,
      ADS_REPORTS: 'campaign',
      ADS_CRON: '0 0 * * *',
      ADS_CRON_TIMEZONE: 'UTC',
    }),
  )
  await firstRunEnded(server.url)
  await server.stop()
  await server.start()
  await untilIs(async () => {
    const { items } = (await (await fetch(`${server.url}/v1/ads/runs`)).json()) as { items: Run[] }
    return items.map(({ kind, state }) => `${kind} ${state}`).join(', ')
  }, 'daily failed, backfill failed')
  const held = opened.move()
  return {
    url: server.url,
    signIn: async () => void (await Bun.write(signedIn, '')),
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  }
}

interface Run {
  kind: string
  state: string
}

const FAILED = 'The last run of ads failed'
const LAST_NIGHT = / 20\d\d: failed$/

journey('last night failed: why, mend, again, by keyboard', async () => {
  await using night = await afterFailedNight()
  await atKeyboard(browser, { url: `${night.url}/products` }, async (person) => {
    await person.sees(FAILED)
    await person.press('g', 's')
    await person.sees('Sign in to Google again: set a new GOOGLE_ADS_REFRESH_TOKEN')
    await person.tabTo('button', LAST_NIGHT)
    await person.press('Enter')
    await person.sees('Retries', '.night-details')
    await person.tabToSummary('days failed')
    await person.press('Enter')
    await person.sees('invalid_grant')
    expect(await person.count('.operations-scroll .button.primary')).toBe(0)
    expect(await person.violations()).toEqual([])

    await night.signIn()
    await person.tabTo('button', 'Fetch again, once that is mended')
    await person.press('Enter')
    await person.sees(/^Done: 73[01] of 73[01] fetched/, '.run-strip')
    await person.tabTo('button', / 20\d\d: failed, fetched later$/, 'backward')
    await person.sees(/: 73[01] of 73[01] dates/, '.accounts')
    await person.seesNo(FAILED)
  })
})

journey('the same with a mouse', async () => {
  await using night = await afterFailedNight()
  await onPage(browser, { url: `${night.url}/products` }, async (page) => {
    await page.getByText(FAILED).waitFor()
    await page.getByRole('link', { name: 'Operations' }).click()
    await page.getByRole('button', { name: LAST_NIGHT }).click()
    await page.locator('.night-details').getByText('days failed').click()
    await page.locator('.night-details').getByText('invalid_grant').first().waitFor()
    await night.signIn()
    await page.getByRole('button', { name: 'Fetch again, once that is mended' }).click()
    await page.getByRole('button', { name: / 20\d\d: failed, fetched later$/ }).waitFor()
    await page.getByText(FAILED).waitFor({ state: 'detached' })
  })
})

async function signIn(page: Page): Promise<void> {
  await page.getByLabel('API key').fill(ADMIN_KEY)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('heading', { name: 'Operations' }).waitFor()
}

journey('a key is made, shown once, used and revoked, by keyboard', () =>
  atKeyboard(browser, { url: `${locked.url}/operations`, userAgent: 'keys' }, async (person) => {
    await person.isAt('textbox', 'API key')
    await person.type(ADMIN_KEY)
    await person.press('Enter')
    await person.sees('Daily fetch')
    await person.tabToSummary('API keys')
    await person.press('Enter')
    await person.tabTo('textbox', 'Name')
    await person.type('the till')
    await person.tabTo('checkbox', /^products:write/)
    await person.press('Space')
    await person.tabTo('button', 'Make the key')
    await person.press('Enter')
    await person.sees('it is not shown again')
    const key = await person.value('.shown-once input')
    const ask = async () => (await fetch(`${locked.url}/v1/products`, { headers: bearer(key) })).status
    expect(await ask()).toBe(200)
    await person.sees('products:read, products:write · ')
    expect(await person.violations()).toEqual([])
    await person.tabTo('button', /^Revoke the till, ak_/, 'backward')
    await person.press('Enter', 'Enter')
    await person.sees('1 revoked or expired')
    await untilIs(ask, 401)
  }),
)

journey('what was written is told by its key and its operation, and is there as a file', () =>
  onPage(browser, { url: `${locked.url}/operations`, userAgent: 'audit' }, async (page) => {
    const headers = { ...bearer(ADMIN_KEY), 'content-type': 'application/json' }
    const ask = (path: string, body: object) =>
      fetch(`${locked.url}/v1${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
    await ask('/products', { name: 'Belt', price: '9.90' })
    await ask('/webhooks', { url: 'https://shop.example/hook', events: ['product.out_of_stock'] })
    await signIn(page)
    await page.locator('summary', { hasText: 'Audit' }).click()
    const entries = page.getByRole('list', { name: 'Audit' }).getByRole('listitem')
    await entries.filter({ hasText: 'session.open' }).first().waitFor()
    await entries.filter({ hasText: 'webhooks.create' }).first().waitFor()
    await page.getByLabel('Operation').selectOption('products.create')
    await entries.filter({ hasText: 'webhooks.create' }).waitFor({ state: 'detached' })
    await entries.first().getByRole('link', { name: 'product 1' }).waitFor()
    await page.getByLabel(/^Key/).selectOption('admin key')
    await entries.first().getByText('admin key').waitFor()
    const address = await page.getByRole('link', { name: 'Download all as CSV' }).getAttribute('href')
    const file = await (await fetch(locked.url + address, { headers })).text()
    const [head, ...lines] = file.trim().split('\n')
    expect(head).toContain('at,request_id,key_id,actor,operation')
    expect(lines.every((line) => line.includes('admin key,products.create,product,'))).toBe(true)
  }),
)

journey('a scheduled backup that failed is told in the card and in every place', async () => {
  await using folder = await temporaryFolder()
  const blocked = join(folder.path, 'a-file')
  await Bun.write(blocked, '')
  const env = { ADS_SOURCE: 'demo', BACKUP_CRON: '*/5 * * * * *', BACKUP_DIR: join(blocked, 'backups') }
  await using server = await startServerProcess(folder.path, env)
  await onPage(browser, { url: `${server.url}/operations` }, async (page) => {
    await page.getByRole('region', { name: 'Server' }).getByText('▲ failed').waitFor()
    await page.locator('.status-line').getByText('The last backup failed').waitFor()
  })
})

journey('an error is found by its request id, and settings are told without their secrets', () =>
  onPage(browser, { url: `${locked.url}/operations`, userAgent: 'errors' }, async (page) => {
    await fetch(`${locked.url}/v1/products`, { headers: { 'x-request-id': 'as-a-person-told' } })
    await signIn(page)
    const errors = page.getByRole('region', { name: 'Errors of late' })
    await errors.getByLabel('Request id').fill('as-a-person')
    await errors.getByText('An API key is needed').waitFor()
    await errors.getByText('keys create makes one').waitFor()
    await errors.getByLabel('Request id').fill('no such')
    await errors.getByText('No error on record has this id').waitFor()
    await page.getByText('Settings in force').click()
    const settings = page.locator('.settings')
    await settings.filter({ hasText: 'LOW_STOCK_AT' }).locator('strong', { hasText: '7' }).waitFor()
    expect(await page.content()).not.toContain(ADMIN_KEY)
  }),
)

journey('how a file was read is named and forgotten', () =>
  onPage(browser, { url: `${locked.url}/operations`, userAgent: 'mappings' }, async (page) => {
    const saved = [['Code;Preis', { map: { Code: 'sku', Preis: 'price' } }]]
    await page.evaluate(
      `localStorage.setItem('adstock.import-readings', ${JSON.stringify(JSON.stringify(saved))})`,
    )
    await signIn(page)
    await page.getByText('Import mappings of this browser').click()
    await page.getByText('Code = sku · Preis = price').waitFor()
    await page.getByRole('button', { name: 'Rename Code;Preis' }).click()
    await page.getByRole('textbox', { name: 'Name', exact: true }).last().fill('The supplier')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('button', { name: 'Forget The supplier' }).click()
    await page.getByText('There is none yet').last().waitFor()
  }),
)

const LOOKS = [
  { colorScheme: 'light', viewport: { width: 1440, height: 900 } },
  { colorScheme: 'dark', viewport: { width: 1440, height: 900 }, deviceScaleFactor: 2 },
  { colorScheme: 'light', viewport: { width: 375, height: 667 }, hasTouch: true, isMobile: true },
] as const

journey(
  'nothing is cut, too small for a finger, or for axe to object to, also with text of twice the size',
  async () => {
    for (const look of LOOKS)
      await onPage(browser, { url: `${locked.url}/operations`, ...look }, async (page) => {
        await signIn(page)
        for (const title of ['API keys', 'Webhooks', 'Audit', 'Import mappings', 'Settings in force'])
          await page.locator('summary', { hasText: title }).click()
        await page.getByText('LOW_STOCK_AT').first().waitFor()
        await page.getByLabel('URL').waitFor()
        expect(await violations(page)).toEqual([])
        if (look.viewport.width < 500) expect(await page.evaluate<string[]>(SMALL)).toEqual([])
        await page.addStyleTag({ content: ':root { font-size: 200% !important }' })
        const size = 'document.scrollingElement.scrollWidth + " × " + document.scrollingElement.scrollHeight'
        expect(await page.evaluate<string>(size)).toBe(`${look.viewport.width} × ${look.viewport.height}`)
        await page.getByRole('button', { name: 'Sign out' }).click({ trial: true })
        await page.context().clearCookies()
      })
  },
)

journey('nothing jumps while it comes, at a desk and on a phone', async () => {
  for (const { viewport } of [LOOKS[0], LOOKS[2]])
    await onPage(browser, { url: `${locked.url}/operations`, viewport, userAgent: 'jumps' }, async (page) => {
      await signIn(page)
      await page.addInitScript(`
        window.shift = 0
        new PerformanceObserver((list) => {
          for (const entry of list.getEntries()) window.shift += entry.value
        }).observe({ type: 'layout-shift', buffered: true })`)
      await page.reload()
      await page.getByText('Settings in force').waitFor()
      await untilIs(() => page.locator('[aria-busy=true]').count(), 0)
      expect(await page.evaluate('window.shift')).toBeLessThan(0.02)
      await page.context().clearCookies()
    })
})

/** Links within a sentence may be as high as its text. */
const SMALL = `[...document.querySelectorAll('main :is(a[href], button, input, select, summary)')].flatMap((each) => {
  const target = each.closest('label') ?? each
  const { width, height } = target.getBoundingClientRect()
  if (!each.checkVisibility({ visibilityProperty: true }) || each.matches('p a, output a')) return []
  return height < 44 || width < 24 ? [Math.round(width) + ' × ' + Math.round(height) + ': ' + each.outerHTML.slice(0, 90)] : []
})`
