/** What runs of ads tell, those of the command line included. */
import { afterAll, expect, test } from 'bun:test'
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openDatabase } from '#db/open.ts'
import { startTestServer, temporaryFolder, type TestServer } from '#scripts/lab/harness/test-server.ts'
import { until } from '#scripts/lab/harness/until.ts'
import { startReceiver, verify, type Receiver } from './receiver.testing.ts'

const ADS_PROGRAM = join(import.meta.dir, '../cli/ads.ts')
const resources = new AsyncDisposableStack()
afterAll(() => resources.disposeAsync())

interface Place {
  server: TestServer
  receiver: Receiver
  env: Record<string, string>
  /** While it is there, every date fails. */
  failing: string
}

async function open(): Promise<Place> {
  const { path } = resources.use(await temporaryFolder())
  const failing = join(path, 'failing')
  const source = join(path, 'source.mjs')
  writeFileSync(
    source,
    `import { existsSync } from 'node:fs'
     export async function fetchData(date, { report }) {
       if (existsSync(${JSON.stringify(failing)})) throw new Error('the source is broken')
       const row = { campaign_id: 1, ad_group_id: 2, clicks: 3, impressions: 9, cost_micros: 2500000 }
       return [report === 'product' ? { ...row, product_item_id: 'A1' } : row]
     }`,
  )
  const env = {
    ADS_SOURCE: source,
    ADS_DIR: join(path, 'ads'),
    ADS_REPORTS: 'product',
    DATABASE_URL: `file:${join(path, 'shop.db')}`,
    WEBHOOKS_ALLOW_PRIVATE: 'true',
  }
  const receiver = resources.use(startReceiver())
  return { server: resources.use(await startTestServer(env)), receiver, env, failing }
}

/** @returns the secret */
async function listen(
  { server, receiver }: Place,
  events: readonly string[],
  more: object = {},
): Promise<string> {
  const { status, body } = await server.rest('POST /webhooks', {
    body: { url: receiver.url, events, ...more },
  })
  expect(status).toBe(201)
  return body.secret
}

async function runOnce(server: TestServer, refresh = false): Promise<string> {
  const { body } = await server.rest('POST /ads/runs', {
    body: { from: '2026-01-01', to: '2026-01-03', refresh },
  })
  await until(
    'it is over',
    async () => (await server.rest(`GET /ads/runs/${body.id}`)).body.finished_at !== null,
  )
  return body.id
}

/** As if the product had been out of stock for ever. */
async function backdate(databaseUrl: string): Promise<void> {
  const db = await openDatabase(databaseUrl)
  const { products, stockOuts } = db.tables
  await db.withTransaction(async (tx) => {
    await tx.update(products).set({ createdAt: 0 })
    await tx.update(stockOuts).set({ fromAt: 0 })
  })
  await db.close()
}

test('a run that fails is told, and the first one that does not', async () => {
  const place = await open()
  const { server, receiver, failing } = place
  await runOnce(server)
  const secret = await listen(place, ['ads.run_failed', 'ads.run_recovered'])
  writeFileSync(failing, '')
  const failed = await runOnce(server, true)
  rmSync(failing)
  const recovered = await runOnce(server, true)
  await runOnce(server, true)
  writeFileSync(failing, '')
  const again = await runOnce(server, true)
  const [first, second, third] = await receiver.atLeast(3)
  expect(first).toMatchObject({ type: 'ads.run_failed', data: { run_id: failed, failed_count: 3 } })
  expect(first?.data['url']).toBe(`/v1/ads/runs/${failed}`)
  expect(second).toMatchObject({ type: 'ads.run_recovered', data: { run_id: recovered } })
  for (const each of receiver.received) expect(verify(each, secret)).toMatchObject({ type: each.type })
  expect(third).toMatchObject({ type: 'ads.run_failed', data: { run_id: again } })
}, 60_000)

test('what was spent on products that are out of stock is told after the daily job, from a threshold on', async () => {
  const place = await open()
  const { server, receiver, env, failing } = place
  const type = 'ads.spend_on_out_of_stock'
  const secret = await listen(place, [type, 'ads.run_failed'], { min_spend_micros: '2500000' })
  await listen(place, [type], { min_spend_micros: '2500001' })
  await server.rest('POST /products', { body: { sku: 'A1', name: 'Belt', price: '1.00', stock_level: 0 } })
  await backdate(env['DATABASE_URL'] ?? '')
  const daily = Bun.spawn([process.execPath, ADS_PROGRAM, 'daily'], {
    env: { ...process.env, ...env },
    stdout: 'ignore',
    stderr: 'ignore',
  })
  expect(await daily.exited).toBe(0)
  expect(existsSync(join(env['ADS_DIR'] ?? '', 'index.csv'))).toBe(true)
  // The end of any run makes the server look at all that are on record.
  await runOnce(server)
  const [event] = await receiver.atLeast(1)
  expect(event).toMatchObject({
    type,
    data: { cost_micros: '2500000', product_count: 1, products: [{ sku: 'A1', cost_micros: '2500000' }] },
  })
  expect(event && verify(event, secret)).toMatchObject({ type })
  // Once, and to the one endpoint: what comes next is another event.
  writeFileSync(failing, '')
  await runOnce(server, true)
  expect((await receiver.atLeast(2)).map((each) => each.type)).toEqual([type, 'ads.run_failed'])
}, 60_000)
