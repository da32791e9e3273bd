/** What an operator does with the image, and what must come of it. */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { freePort } from '#db/free-port.testing.ts'
import { openContainer, type Container } from './container.ts'
import {
  ended,
  expectSame,
  firstKey,
  get,
  post,
  ready,
  READY_TIMEOUT_MS,
  stop,
  type Caller,
  type Running,
} from './in-container.ts'

interface Product {
  id: number
  stock_level: number
}

const PRODUCTS = ['Belt', 'Buckle', 'Bag']
/** As compose gives them when nothing is set: callers need a key, and the first start makes one. */
const NOT_SET = { AUTH: '', ALLOW_OPEN: '', ADMIN_KEY: '' }
const NEW_KEY = ['keys', 'create', '--name', 'shop', '--scope', 'products:read']

export async function tryContainer(image: string, folder: string): Promise<void> {
  const volume = join(folder, 'volume')
  await using container = await openContainer(image, volume)
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const environment = { ...NOT_SET, PORT: String(port), ADS_CRON: 'off', ADS_SOURCE: 'demo' }
  const run = async (what: string, ...command: string[]) =>
    await ended(what, container.start(environment, command))
  const [entry = ''] = container.config.Entrypoint ?? []
  const adstock = async (...command: string[]) => await run(command.join(' '), entry, ...command)
  checkConfig(container)

  const first = container.start(environment)
  const key = await firstKey(first)
  await ready(first, url)
  await run('the health check', ...container.config.Healthcheck.Test.slice(1))
  await run('a write outside of the volume', 'bun', '-e', WRITE)
  await unprivileged(first)
  await tryPage(url)
  const admin = { url, key }
  await fillStock(admin)
  // The server fetches two years of demo ads by itself; a second writer waits until it is done.
  await fetched(admin)
  await adstock('backfill', '--source', 'demo')
  await adstock('ads', 'verify')
  await adstock('backup', '/data/backup')
  const shop = { url, key: (await adstock(...NEW_KEY)).trim() }
  const [before, keys] = [await lookAt(admin), keysIn(await adstock('keys', 'list', '--json'))]
  console.log(
    `  ${before.days.days.length} days of ads, ${before.products.items.length} products, ${keys.length} keys`,
  )
  await stop(first)

  const second = container.start(environment)
  await ready(second, url)
  expectSame('everything after a restart', await lookAt(admin), before)
  expectSame('what the other key sees', (await get<Products>(shop, '/products')).items, before.products.items)
  expectSame('the keys', keysIn(await adstock('keys', 'list', '--json')), keys)
  await stop(second)
  // A key is shown once.
  expectSame('a second key', /ak_\w/.test(await new Response(second.stdout).text()), false)
  expectSame('the volume', (await readdir(volume)).toSorted(), ['ads', 'adstock.db', 'backup'])
  console.log('  nothing is wrong')
}

const WRITE = `import { writeFileSync } from 'node:fs'
for (const path of ['/app/x', '/x', '/home/bun/x', '/etc/x']) {
  try { writeFileSync(path, ''); process.exit(1) } catch (error) { if (error.code !== 'EROFS' && error.code !== 'EACCES') process.exit(2) }
}`

function checkConfig({ config }: Container): void {
  expectSame('the user', config.User, '1000:1000')
  expectSame('the command', [...(config.Entrypoint ?? []), ...config.Cmd], ['./scripts/adstock', 'serve'])
  expectSame('the stop signal', config.StopSignal, 'SIGTERM')
  expectSame('the volumes', Object.keys(config.Volumes), ['/data'])
  expectSame('the title', config.Labels['org.opencontainers.image.title'], 'Adstock')
}

async function unprivileged(server: Running): Promise<void> {
  const status = await Bun.file(`/proc/${server.pid}/status`).text()
  const field = (name: string) => new RegExp(`^${name}:\\s+(.*)$`, 'm').exec(status)?.[1]
  expectSame('the user of the process', field('Uid')?.split('\t'), ['1000', '1000', '1000', '1000'])
  expectSame('its capabilities', field('CapEff'), '0000000000000000')
  expectSame('no new privileges', field('NoNewPrivs'), '1')
}

/** What needs no key; and what does. */
async function tryPage(url: string): Promise<void> {
  const page = await (await fetch(url)).text()
  const script = /src="(\/[^"]+\.js)"/.exec(page)?.[1]
  const style = /href="(\/[^"]+\.css)"/.exec(page)?.[1]
  if (script === undefined || style === undefined) throw new Error('The page has no script or no style.')
  for (const path of [script, style, '/products', '/docs', '/openapi.json', '/livez'])
    expectSame(path, (await fetch(url + path)).status, 200)
  expectSame('products without a key', (await fetch(`${url}/v1/products`)).status, 401)
}

async function fillStock(caller: Caller): Promise<void> {
  for (const name of PRODUCTS) {
    const { id } = await post<Product>(caller, '/products', { name, price: '9.90', stock_level: 7 })
    const adjustments = `/products/${id}/stock-adjustments`
    const { product } = await post<{ product: Product }>(caller, adjustments, { delta: -3, reason: 'sold' })
    expectSame(`the stock of ${name}`, product.stock_level, 4)
  }
}

interface Products {
  items: Product[]
}

async function lookAt(caller: Caller) {
  return {
    products: await get<Products>(caller, '/products'),
    adjustments: await get(caller, '/products/1/stock-adjustments'),
    days: await get<{ days: { state: string }[] }>(caller, '/ads/days'),
    report: await get(caller, '/ads/report?group_by=campaign'),
  }
}

/** Without when each was used last. */
function keysIn(written: string): object[] {
  const keys = JSON.parse(written.trim().split('\n').at(-1) ?? '') as object[]
  return keys.map((key) => ({ ...key, last_used_at: undefined }))
}

async function fetched(caller: Caller): Promise<void> {
  const giveUpAt = performance.now() + 2 * READY_TIMEOUT_MS
  for (;;) {
    const { items } = await get<{ items: { state: string }[] }>(caller, '/ads/runs')
    if (items[0]?.state === 'done') return
    if (performance.now() > giveUpAt) throw new Error('The ads were not fetched.')
    await Bun.sleep(200)
  }
}
