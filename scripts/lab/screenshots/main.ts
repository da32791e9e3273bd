/**
 * `bun scripts/lab/screenshots/main.ts [DIR]`: pictures of the page as it runs here, with the sample catalogue and two years
 * of demo ads. Without DIR, those that the README shows.
 */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { launchBrowser } from '#scripts/lab/harness/browser.ts'
import { buildPageIfStale } from '#scripts/lab/harness/page-build.ts'
import { startServerProcess } from '#scripts/lab/harness/server-process.ts'
import { temporaryFolder } from '#scripts/lab/harness/test-server.ts'
import { movingPicture } from './moving.ts'
import { VIEWS, type View } from './views.ts'

const COMMITTED = join(import.meta.dir, '../../../client/screenshots')
const PRODUCTS = join(import.meta.dir, '../../../server/cli/products.ts')
/** Two years of two reports, on a slow machine. */
const BACKFILL_TIMEOUT_MS = 120_000

const WIDE = { width: 1280, height: 800 }
const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true }
const LOOKS = [
  { suffix: '', viewport: WIDE, colorScheme: 'light' },
  { suffix: '-dark', viewport: WIDE, colorScheme: 'dark' },
  { suffix: '-phone', ...PHONE, colorScheme: 'light' },
  { suffix: '-phone-dark', ...PHONE, colorScheme: 'dark' },
] as const
type Look = (typeof LOOKS)[number]

const SHOWN_IN_README = new Set(['ads', 'ads-dark', 'out-of-stock-spend', 'products-phone'])

async function main(folder: string | undefined): Promise<void> {
  const target = folder ?? COMMITTED
  await mkdir(target, { recursive: true })
  await buildPageIfStale()
  await using data = await temporaryFolder()
  await seedCatalogue(data.path)
  await using server = await startServerProcess(data.path, { ADS_SOURCE: 'demo' })
  await using locked = await startServerProcess(data.path, {
    AUTH: 'keys',
    ADMIN_KEY: 'a-key-for-pictures-only',
  })
  await using resources = new AsyncDisposableStack()
  const browser = resources.adopt(await launchBrowser(), (each) => each.close())
  await waitForTwoYears(browser, server.url)

  const moving = join(target, 'edit.webp')
  await movingPicture(browser, server.url, moving)
  process.stdout.write(`${moving}\n`)
  for (const view of VIEWS) {
    for (const look of LOOKS) {
      const name = view.name + look.suffix
      if (folder === undefined && !SHOWN_IN_README.has(name)) continue
      const path = join(target, `${name}.png`)
      await picture(browser, { url: (view.locked ? locked : server).url, view, look, path })
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
  view: View
  look: Look
  path: string
}

async function picture(browser: Browser, { url, view, look, path }: Picture): Promise<void> {
  const { suffix: _, ...screen } = look
  const page = await browser.newPage({ ...screen, locale: 'en-US', reducedMotion: 'reduce' })
  await page.goto(url + view.path)
  await page.locator(view.ready).first().waitFor()
  await view.open?.(page)
  await page.screenshot({ path })
  await page.close()
}

await main(process.argv[2])
