/** For tests: a server with a browser page in front of it, and what a person does there. */
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, BrowserContext, BrowserContextOptions, Locator, Page } from 'playwright-core'
import type { Outputs } from '#client/api.ts'
import { PATIENCE_MS } from '#scripts/lab/harness/until.ts'

type Product = Outputs['products']['get']

/** Opens a page for the journey; should it fail, its message says where the picture of that moment is. */
export async function onPage(
  browser: Browser,
  options: BrowserContextOptions & { url: string; prepare?: (page: Page) => Promise<void> },
  journey: (page: Page) => Promise<void>,
): Promise<void> {
  const { url, prepare, ...rest } = options
  const page = await (await contextFor(browser, rest)).newPage()
  try {
    await prepare?.(page)
    await page.goto(url)
    await journey(page)
  } catch (error) {
    const picture = join(await mkdtemp(join(tmpdir(), 'adstock-page-failure-')), 'page.png')
    await page.screenshot({ path: picture })
    throw new Error(
      `${error instanceof Error ? error.message : String(error)}\nThe page looked like ${picture}`,
      {
        cause: error,
      },
    )
  } finally {
    await page.close()
  }
}

/** One for each look: the journeys keep nothing in the browser, and what it compiled once need not be compiled again. */
const contexts = new WeakMap<Browser, Map<string, Promise<BrowserContext>>>()

async function contextFor(browser: Browser, look: BrowserContextOptions): Promise<BrowserContext> {
  // Nothing is to be seen of an animation here, and each frame of it costs.
  const options = {
    viewport: { width: 1280, height: 800 },
    locale: 'en-US',
    reducedMotion: 'reduce' as const,
    ...look,
  }
  const key = JSON.stringify(options)
  const own = contexts.get(browser) ?? new Map<string, Promise<BrowserContext>>()
  contexts.set(browser, own)
  const context = own.get(key) ?? browser.newContext(options)
  own.set(key, context)
  ;(await context).setDefaultTimeout(PATIENCE_MS)
  return await context
}

/** The other way to the same products: what the page did is seen there, and what others do is done there. */
export function restOf(server: { url: string }) {
  const products = `${server.url}/v1/products`
  return {
    create: async (product: { sku?: string; name: string; price: string; stock_level: number }) =>
      await send(products, 'POST', product),
    get: async (id: number) => await send(`${products}/${id}`, 'GET'),
    remove: async (id: number) => void (await fetch(`${products}/${id}`, { method: 'DELETE' })),
    patch: async (id: number, change: { name?: string; price?: string; stock_level?: number }) =>
      await send(`${products}/${id}`, 'PATCH', change),
  }
}

async function send(url: string, method: string, body?: object): Promise<Product> {
  const response = await fetch(url, {
    method,
    headers: { 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  })
  if (!response.ok) throw new Error(`${method} ${url}: ${response.status} ${await response.text()}`)
  return (await response.json()) as Product
}

export function row(page: Page, name: string) {
  return page.locator('tr[data-row]', { hasText: name })
}

/** By its SKU, which no other row's begins with. */
export function rowOf(page: Page, sku: string) {
  return page.locator('tr[data-row]', { has: page.getByRole('gridcell', { name: sku, exact: true }) })
}

export async function editPrice(ofRow: Locator, price: string): Promise<void> {
  await ofRow.locator('.cell-price').dblclick()
  const { keyboard } = ofRow.page()
  await keyboard.type(price)
  await keyboard.press('Enter')
}
