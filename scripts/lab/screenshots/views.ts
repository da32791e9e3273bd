/** What is pictured: where it is, how one sees that it is there, and what is opened in it. */
import type { Page } from 'playwright-core'

export interface View {
  name: string
  path: string
  ready: string
  /** On a server with `AUTH=keys`. */
  locked?: true
  /** What is done there before the picture. */
  open?: (page: Page) => Promise<void>
}

const CSV =
  'sku,name,price,stock_level\nAS-00001,Everyday Water Bottle,19.95,40\nNEW-1,Linen Apron,24.00,12\nNEW-2,Oak Stool,free,3\nNEW-3,,18.00,1\n'

const PRODUCTS = { path: '/products', ready: 'tr[data-row]' }
const ADS = { path: '/ads', ready: '.u-over' }

export const VIEWS: readonly View[] = [
  { name: 'today', path: '/today', ready: '.today-lines a' },
  { name: 'products', ...PRODUCTS },
  { name: 'search', path: '/products?q=leather+bel', ready: 'mark' },
  {
    name: 'selection',
    ...PRODUCTS,
    open: inTable(['ArrowRight', 'ArrowRight', 'Shift+ArrowDown', 'Shift+ArrowDown'], '[data-selected]'),
  },
  { name: 'stock', ...PRODUCTS, open: inTable(['ArrowDown', 'h'], '.stock-history time') },
  { name: 'bulk-change', ...PRODUCTS, open: openBulk },
  { name: 'bulk-dry-run', ...PRODUCTS, open: tryBulk },
  { name: 'import', ...PRODUCTS, open: inTable(['i'], '.file-choice') },
  { name: 'import-preview', ...PRODUCTS, open: previewImport },
  { name: 'conflict', ...PRODUCTS, open: collide },
  { name: 'shortcuts', ...PRODUCTS, open: inTable(['?'], '.shortcuts') },
  { name: 'ads', ...ADS, open: pointAtADay },
  { name: 'ads-metric', path: '/ads?show=cost', ready: '.u-over' },
  {
    name: 'ads-range',
    path: '/ads?show=clicks&from=2026-06-01&to=2026-06-20',
    ready: '.u-over',
    open: scrollTo('.picked-panel'),
  },
  { name: 'ads-day', ...ADS, open: openADay },
  { name: 'ads-chart', ...ADS, open: scrollTo('.chart-card') },
  { name: 'ads-runs', ...ADS, open: unfoldARun },
  { name: 'out-of-stock-spend', path: '/out-of-stock-spend?days=30', ready: 'table.spend tbody a' },
  { name: 'operations', path: '/operations', ready: '.night' },
  { name: 'sign-in', path: '/', ready: '#key', locked: true },
]

function inTable(keys: readonly string[], ready: string) {
  return async (page: Page) => {
    await page.getByRole('grid').focus()
    for (const key of keys) await page.keyboard.press(key)
    await page.locator(ready).first().waitFor()
  }
}

async function openBulk(page: Page): Promise<void> {
  await inTable(['Shift+PageDown', 'b'], '.bulk-form')(page)
}

async function tryBulk(page: Page): Promise<void> {
  await openBulk(page)
  await page.getByLabel('Value').fill('10')
  await page.keyboard.press('Enter')
  await page.getByText('would change').waitFor()
}

async function previewImport(page: Page): Promise<void> {
  await inTable(['i'], '.file-choice')(page)
  const file = { name: 'catalogue.csv', mimeType: 'text/csv', buffer: Buffer.from(CSV) }
  await page.getByLabel('CSV file').setInputFiles(file)
  await page.getByText('cannot be imported').waitFor()
}

/** Each time with another price, lest nothing be changed. */
let price = 200

async function collide(page: Page): Promise<void> {
  await page.locator('tr[data-row="2"] .cell-price').dblclick()
  await page.keyboard.type('41.50')
  price += 1
  await page.request.patch(new URL('/v1/products/3', page.url()).href, { data: { price: `${price}.00` } })
  await page.keyboard.press('Enter')
  await page.locator('.versions').waitFor()
}

/** Which then tells its figures. */
async function pointAtADay(page: Page): Promise<void> {
  await page.locator('.day[data-date$="-06-17"]').last().hover()
  await page.locator('.day-hint').waitFor()
}

async function openADay(page: Page): Promise<void> {
  await page.locator('.day[data-date$="-06-17"]').last().click()
  await page.getByText(/^Takes/).waitFor()
  await page.locator('.breakdown tbody th').first().waitFor()
  await scrollTo('.picked-panel')(page)
}

async function unfoldARun(page: Page): Promise<void> {
  await page.locator('.run-list summary').first().press('Enter')
  await scrollTo('.run-list')(page)
}

function scrollTo(selector: string) {
  return async (page: Page) =>
    await page.locator(selector).evaluate((part: Element) => part.scrollIntoView({ block: 'start' }))
}
