/**
 * `bun scripts/screenshots.ts [DIR]`: pictures of the page as it runs here, with the sample catalogue and two years
 * of demo ads. Without DIR, those that the README shows.
 */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { launchBrowser } from '#client/testing/browser.ts'
import { buildPageIfStale } from '#client/testing/build.ts'
import { startServerProcess } from '#client/testing/server-process.ts'
import { temporaryFolder } from '#server/testing.ts'

const COMMITTED = join(import.meta.dir, '../client/screenshots')
const PRODUCTS = join(import.meta.dir, 'products.ts')
/** Two years of two reports, on a slow machine. */
const BACKFILL_TIMEOUT_MS = 120_000

const WIDE = { width: 1280, height: 800 }
const PHONE = { width: 390, height: 844 }
const PRODUCTS_READY = 'tr[data-row]'

interface Place {
  name: string
  path: string
  ready: string
  /** What is opened there by the keyboard, and how one sees that it is. */
  opened?: { keys: readonly string[]; ready: string }
}

const PLACES: readonly Place[] = [
  { name: 'products', path: '/products', ready: PRODUCTS_READY },
  { name: 'search', path: '/products?q=leather+bel', ready: 'mark' },
  {
    name: 'stock',
    path: '/products',
    ready: PRODUCTS_READY,
    opened: { keys: ['ArrowDown', 'h'], ready: '.stock-history time' },
  },
  {
    name: 'bulk-change',
    path: '/products',
    ready: PRODUCTS_READY,
    opened: { keys: ['Shift+PageDown', 'b'], ready: '.bulk-form' },
  },
  {
    name: 'import',
    path: '/products',
    ready: PRODUCTS_READY,
    opened: { keys: ['i'], ready: '.file-choice' },
  },
  { name: 'ads', path: '/ads', ready: '.u-over' },
  { name: 'ads-metric', path: '/ads?show=cost', ready: '.u-over' },
  { name: 'ads-range', path: '/ads?show=clicks&from=2026-06-01&to=2026-06-20', ready: '.u-over' },
  { name: 'out-of-stock-spend', path: '/out-of-stock-spend?days=30', ready: 'table.spend tbody a' },
]

const LOOKS = [
  { suffix: '', viewport: WIDE, colorScheme: 'light' },
  { suffix: '-dark', viewport: WIDE, colorScheme: 'dark' },
  { suffix: '-phone', viewport: PHONE, colorScheme: 'light' },
  { suffix: '-phone-dark', viewport: PHONE, colorScheme: 'dark' },
] as const
type Look = (typeof LOOKS)[number]

const SHOWN_IN_README = new Set(['products', 'ads', 'ads-dark', 'products-phone'])

async function main(folder: string | undefined): Promise<void> {
  const target = folder ?? COMMITTED
  await mkdir(target, { recursive: true })
  await buildPageIfStale()
  await using data = await temporaryFolder()
  await seedCatalogue(data.path)
  await using server = await startServerProcess(data.path)
  await using resources = new AsyncDisposableStack()
  const browser = resources.adopt(await launchBrowser(), (each) => each.close())
  await waitForTwoYears(browser, server.url)

  for (const place of PLACES) {
    for (const look of LOOKS) {
      const name = place.name + look.suffix
      if (folder === undefined && !SHOWN_IN_README.has(name)) continue
      const path = join(target, `${name}.png`)
      await picture(browser, { url: server.url, place, look, path })
      process.stdout.write(`${path}\n`)
    }
  }
}

async function seedCatalogue(folder: string): Promise<void> {
  const seeding = Bun.spawn([process.execPath, PRODUCTS, 'seed'], {
    env: { ...process.env, DATABASE_URL: `file:${join(folder, 'adstock.db')}` },
    stdout: 'ignore',
    stderr: 'inherit',
  })
  if ((await seeding.exited) !== 0) throw new Error('The sample catalogue could not be made.')
}

async function waitForTwoYears(browser: Browser, url: string): Promise<void> {
  const page = await browser.newPage()
  for (const report of ['campaign', 'product']) {
    await page.goto(`${url}/ads?report=${report}`)
    await page.getByRole('button', { name: 'Nothing is missing' }).waitFor({ timeout: BACKFILL_TIMEOUT_MS })
  }
  await page.close()
}

interface Picture {
  url: string
  place: Place
  look: Look
  path: string
}

async function picture(browser: Browser, { url, place, look, path }: Picture): Promise<void> {
  const { viewport, colorScheme } = look
  const page = await browser.newPage({ viewport, colorScheme, locale: 'en-US', reducedMotion: 'reduce' })
  await page.goto(url + place.path)
  await page.locator(place.ready).first().waitFor()
  if (place.name === 'ads') await pointAtADay(page)
  if (place.opened) await open(page, place.opened)
  await page.screenshot({ path })
  await page.close()
}

async function open(page: Page, { keys, ready }: NonNullable<Place['opened']>): Promise<void> {
  await page.getByRole('grid').focus()
  for (const key of keys) await page.keyboard.press(key)
  await page.locator(ready).first().waitFor()
}

/** Which then tells its figures. */
async function pointAtADay(page: Page): Promise<void> {
  await page.locator('.day[data-date$="-06-17"]').last().hover()
  await page.locator('.day-hint').waitFor()
}

await main(process.argv[2])
