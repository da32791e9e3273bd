/** A backup that is restored under servers that run: what they serve next is of the restored state, whatever they kept. */
import { Database as Connection } from 'bun:sqlite'
import { SQL } from 'bun'
import { expect, setDefaultTimeout, test } from 'bun:test'
import { existsSync, writeFileSync } from 'node:fs'
import { rename } from 'node:fs/promises'
import { join } from 'node:path'
import { backUpDatabase, restoreDatabase } from '#db/backup.ts'
import { startPostgres, systemPrograms } from '#db/postgres.testing.ts'
import { startServerProcess } from '#scripts/lab/harness/server-process.ts'
import { startTestServer, temporaryFolder } from '#scripts/lab/harness/test-server.ts'
import { until, untilIs } from '#scripts/lab/harness/until.ts'
import { createBackup, restoreBackup } from './cli/backup/backup.ts'
import { temporaryRedis } from './platform/redis.testing.ts'

setDefaultTimeout(120_000)

const JSON_BODY = { 'content-type': 'application/json' }

async function write(url: string, route: string, body: object = {}): Promise<number> {
  const [method = '', path = ''] = route.split(' ')
  const request = { method, headers: JSON_BODY, ...(method !== 'DELETE' && { body: JSON.stringify(body) }) }
  const response = await fetch(`${url}/v1${path}`, request)
  await response.text()
  return response.status
}

/** What a server tells of everything that it may keep; a status where that is not 200. */
async function told(url: string): Promise<Record<string, unknown>> {
  const paths = {
    product: '/products/1',
    deleted: '/products/2',
    created: '/products/3',
    list: '/products?sort=name',
    search: '/products/search?q=strap',
    out: '/products?in_stock=false',
    newest: '/changes/latest',
    ledger: '/products/1/stock-adjustments',
  }
  const found = Object.entries(paths).map(async ([name, path]) => {
    const response = await fetch(`${url}/v1${path}`)
    return [name, response.ok ? await response.json() : response.status]
  })
  return Object.fromEntries(await Promise.all(found))
}

/** A stream of changes to its end. */
async function followed(url: string, after: number): Promise<string> {
  const response = await fetch(`${url}/v1/changes?after=${after}`, {
    headers: { accept: 'text/event-stream' },
  })
  return await response.text()
}

test('a database that is moved away is neither read nor written, and the one in its place is served', async () => {
  await using folder = await temporaryFolder()
  const path = join(folder.path, 'adstock.db')
  const backup = join(folder.path, 'backup.db')
  await using server = await startServerProcess(folder.path)
  const create = async (name: string) =>
    await write(server.url, 'POST /products', { name, price: '9.90', stock_level: 1 })
  /** With 200, the names in order; otherwise the status. */
  const names = async () => {
    const response = await fetch(`${server.url}/v1/products?sort=name`).catch(() => undefined)
    if (!response?.ok) return response?.status
    const { items }: { items: { name: string }[] } = await response.json()
    return items.map(({ name }) => name)
  }
  expect(await create('Belt')).toBe(201)
  await backUpDatabase(`file:${path}`, backup)
  expect(await create('Lamp')).toBe(201)
  const { items } = await (await fetch(`${server.url}/v1/changes`)).json()
  const known = `after=2&after_at=${items[1].at}`
  expect(await names()).toEqual(['Belt', 'Lamp'])

  for (const suffix of ['', '-wal', '-shm'])
    if (existsSync(path + suffix)) await rename(path + suffix, join(folder.path, `old.db${suffix}`))
  // Without waiting: a write that is acknowledged now would be lost.
  expect(await create('Vase')).toBe(503)
  expect(await names()).toBe(503)

  await restoreDatabase(`file:${path}`, backup)
  const served = await until('the restored one is served', names, (found) => Array.isArray(found))
  expect(served).toEqual(['Belt'])
  const resumed = await fetch(`${server.url}/v1/changes?after=2`)
  expect([resumed.status, await resumed.json()]).toMatchObject([409, { code: 'FEED_SET_BACK', last_seq: 1 }])
  expect(await create('Knife')).toBe(201)
  const passed = await fetch(`${server.url}/v1/changes?${known}`)
  expect([passed.status, await passed.json()]).toMatchObject([409, { code: 'FEED_SET_BACK', last_seq: 2 }])
  using restored = new Connection(path, { readonly: true })
  expect(restored.query('select name from products order by name').values()).toEqual([['Belt'], ['Knife']])
})

test('two servers with a Redis serve what was restored on PostgreSQL, and end streams of the other history', async () => {
  await using folder = await temporaryFolder()
  await using postgres = await startPostgres({ bin: systemPrograms() })
  await using redis = await temporaryRedis()
  await using operator = new SQL({ url: `${postgres.url}/postgres`, max: 1 })
  const env = { DATABASE_URL: `${postgres.url}/postgres`, REDIS_URL: redis.url }
  await using first = await startServerProcess(folder.path, env)
  await using second = await startServerProcess(folder.path, env)
  const urls = [first.url, second.url]
  const backup = join(folder.path, 'backup.dump')

  for (const name of ['Belt', 'Lamp'])
    await write(first.url, 'POST /products', { name, price: '9.90', stock_level: 1 })
  const before = await told(first.url)
  await backUpDatabase(env.DATABASE_URL, backup)
  await write(first.url, 'PATCH /products/1', { name: 'Strap', stock_level: 0 })
  await write(second.url, 'POST /products', { name: 'Vase', price: '9.90' })
  await write(second.url, 'DELETE /products/2')
  // Twice, so that memory and Redis have what is about to be of another history.
  for (const url of [...urls, ...urls]) expect(await told(url)).toMatchObject({ newest: { seq: 5 } })
  const streams = Promise.all(urls.map((url) => followed(url, 5)))

  await operator.unsafe('drop schema public cascade').simple()
  for (const url of urls) {
    expect(new Set(Object.values(await told(url)))).toEqual(new Set([503]))
    expect(await write(url, 'POST /products', { name: 'Lost', price: '9.90' })).toBe(503)
  }
  await operator.unsafe('create schema public').simple()
  await restoreDatabase(env.DATABASE_URL, backup)

  for (const url of [...urls, ...urls]) expect(await told(url)).toEqual(before)
  for (const stream of await streams) expect(stream).not.toContain('data:')
  for (const url of urls) expect(await followed(url, 5)).toContain('FEED_SET_BACK')
  expect(await write(second.url, 'PATCH /products/1', { stock_level: 0 })).toBe(200)
  for (const url of urls) expect(await told(url)).toMatchObject({ product: { stock_level: 0, version: 2 } })
})

test('a store of ads that is restored under a server: days, sums and restatements are those of the backup', async () => {
  await using folder = await temporaryFolder()
  const clicks = join(folder.path, 'clicks')
  const source = join(folder.path, 'source.mjs')
  writeFileSync(
    source,
    `import { readFileSync } from 'node:fs'
     export const fetchData = async () => [{ campaign_id: 1, clicks: Number(readFileSync(${JSON.stringify(clicks)}, 'utf8')) }]`,
  )
  const adsDir = join(folder.path, 'ads')
  await using server = await startTestServer({ ADS_SOURCE: source, ADS_DIR: adsDir, ADS_REPORTS: 'campaign' })
  const range = { from: '2026-01-01', to: '2026-01-03' }
  const query = new URLSearchParams(range)
  const figures = async () => {
    const paths = [
      `days?${query}`,
      `report?${query}`,
      `report?${query}&group_by=campaign`,
      `restatements?${query}`,
    ]
    const answers = await Promise.all(paths.map((path) => server.rest(`GET /ads/${path}`)))
    return answers.map(({ body }) => body)
  }
  const run = async (count: number) => {
    writeFileSync(clicks, String(count))
    const { body } = await server.rest('POST /ads/runs', { body: { ...range, refresh: true } })
    const state = async () => (await server.rest(`GET /ads/runs/${body.id}`)).body.state
    await untilIs(state, 'done')
  }
  await run(1)
  const backup = join(folder.path, 'backup')
  const places = { databaseUrl: '', adsDir }
  const before = await figures()
  await createBackup(backup, places, { database: false, ads: true })
  await run(2)
  expect(await figures()).not.toEqual(before)

  await rename(adsDir, join(folder.path, 'old'))
  expect((await figures())[1]).toMatchObject({ missing: 3, rows: [] })
  await restoreBackup(backup, places, { database: false, ads: true })
  expect(await figures()).toEqual(before)
  await run(3)
  expect((await figures())[2]).toMatchObject({ rows: [{ clicks: 9 }] })
})
