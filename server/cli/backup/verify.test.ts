/** A backup is whole when all of it comes back; whatever was changed in it is named. */
import { Database as Connection } from 'bun:sqlite'
import { expect, setDefaultTimeout, test } from 'bun:test'
import { readdirSync } from 'node:fs'
import { mkdir, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { dateFiles, openBench } from '#server/cli/ads/ads-command.testing.ts'
import { readConfig } from '#server/config.ts'
import { metricOf, startTestServer, temporaryFolder } from '#scripts/lab/harness/test-server.ts'
import { until } from '#scripts/lab/harness/until.ts'
import { createBackup, type Manifest } from './backup.ts'
import { nameAt, removeOld } from './rotate.ts'
import { verifyBackup } from './verify.ts'

setDefaultTimeout(120_000)
const ALL = { database: true, ads: true }
const MINUTE_MS = 60_000
const DAY_MS = 24 * 60 * MINUTE_MS

interface Shop {
  path: string
  env: { DATABASE_URL: string; ADS_DIR: string }
}

/** Two products in a database, and three dates of ads. */
async function openShop(resources: AsyncDisposableStack): Promise<Shop> {
  const { path } = resources.use(await temporaryFolder())
  const bench = resources.use(openBench({}))
  expect(await bench.ads('fetch --start 2026-01-01 --end 2026-01-03 --json')).toMatchObject({ code: 0 })
  const env = { DATABASE_URL: `file:${join(path, 'a.db')}`, ADS_DIR: bench.dir }
  await using server = await startTestServer({ DATABASE_URL: env.DATABASE_URL })
  for (const [name, stock_level] of [
    ['Belt', 4],
    ['Lamp', 0],
  ])
    await server.rest('POST /products', { body: { name, price: '9.90', stock_level } })
  return { path, env }
}

async function backUp({ path, env }: Shop, name: string): Promise<string> {
  const folder = join(path, name)
  await createBackup(folder, { databaseUrl: env.DATABASE_URL, adsDir: env.ADS_DIR }, ALL)
  return folder
}

const verified = async (folder: string, { env }: Shop) => await verifyBackup(folder, readConfig(env))

test('a backup that is whole is restored beside it, compared, and removed again', async () => {
  await using resources = new AsyncDisposableStack()
  const shop = await openShop(resources)
  const folder = await backUp(shop, 'backup')
  const before = readdirSync(shop.path)
  const { contents, problems, manifest } = await verified(folder, shop)
  expect(problems).toEqual([])
  expect(contents).toMatchObject({ stock: 4, ledgerSum: 4, unexplained: 0 })
  expect(contents?.tables).toMatchObject({ products: 2 })
  expect(manifest.ads).toEqual({ dates: dateFiles(shop.env.ADS_DIR).length })
  expect(readdirSync(shop.path)).toEqual(before)
})

test('what was changed in a backup is named, one line each', async () => {
  await using resources = new AsyncDisposableStack()
  const shop = await openShop(resources)
  const flipped = await backUp(shop, 'flipped')
  await flipByte(join(flipped, 'adstock.db'), 5000)
  const [date = ''] = dateFiles(join(flipped, 'ads'))
  await flipByte(join(flipped, 'ads', date), 80)
  const { problems } = await verified(flipped, shop)
  expect(problems[0]).toContain('adstock.db is not what was written')
  expect(problems[1]).toContain('2026-01-0')

  const sold = await backUp(shop, 'sold')
  await change(sold, 'update products set stock_level = 9 where stock_level = 4')
  expect((await verified(sold, shop)).problems).toEqual([
    'pieces in stock: 9 came back instead of 4',
    'The stock of 1 products is not what their ledger adds up to',
  ])

  const lost = await backUp(shop, 'lost')
  await rename(join(lost, 'adstock.db'), join(shop.path, 'elsewhere'))
  expect((await verified(lost, shop)).problems).toEqual(['adstock.db is missing.'])
})

async function flipByte(path: string, offset: number): Promise<void> {
  const bytes = await Bun.file(path).bytes()
  bytes[offset % bytes.length] = (bytes[offset % bytes.length] ?? 0) ^ 1
  await Bun.write(path, bytes)
}

/** With the checksum that goes with it, so that only what came back can tell. */
async function change(folder: string, statement: string): Promise<void> {
  const path = join(folder, 'adstock.db')
  const connection = new Connection(path)
  for (const { name } of connection
    .query<{ name: string }, []>(`select name from sqlite_master where type = 'trigger'`)
    .all())
    connection.run(`drop trigger ${name}`)
  connection.run(statement)
  connection.close()
  const file = Bun.file(join(folder, 'manifest.json'))
  const manifest: Manifest = await file.json()
  const sha256 = new Bun.CryptoHasher('sha256').update(await Bun.file(path).bytes()).digest('hex')
  await file.write(
    JSON.stringify({ ...manifest, database: manifest.database && { ...manifest.database, sha256 } }),
  )
}

test('the newest stay at any age, and younger ones however many; others, and what kills left, go', async () => {
  await using folder = await temporaryFolder()
  const now = Date.parse('2026-11-20T12:00:00Z')
  const daysAgo = (days: number) => nameAt(now - days * DAY_MS)
  const names = [0, 1, 5, 40, 41, 42].map(daysAgo)
  const others = ['notes', `${daysAgo(3)}.damaged`, `${daysAgo(0.5)}.partial`]
  for (const name of [...names, ...others, `${daysAgo(9)}.partial`]) await mkdir(join(folder.path, name))
  expect(await removeOld(folder.path, { newest: 4, days: 10 }, now)).toEqual([daysAgo(42), daysAgo(41)])
  expect(readdirSync(folder.path).toSorted()).toEqual([...names.slice(0, 4), ...others].toSorted())
  expect(await removeOld(folder.path, { newest: 1, days: 10 }, now)).toEqual([daysAgo(40)])
})

test('a server makes backups on its schedule, and a folder of them holds whole ones', async () => {
  await using resources = new AsyncDisposableStack()
  const shop = await openShop(resources)
  const folder = join(shop.path, 'backups')
  const settings = { ...shop.env, BACKUP_CRON: '* * * * * *', BACKUP_DIR: folder }
  await using server = await startTestServer(settings)
  const done = async () => await metricOf(server.url, 'adstock_backups_total{result="done"}')
  await until('a backup is made', async () => ((await done()) ?? 0) >= 1)
  const { body: status } = await server.rest('GET /system/status')
  expect(status.backup).toMatchObject({ cron: '* * * * * *', is_overdue: false })
  expect(status.backup.last).toMatchObject({ proved: true, problem: null })
  expect(status.backup.last.bytes).toBeGreaterThan(10_000)
  const [made = ''] = readdirSync(folder)
  expect(status.backup.last.name).toMatch(/^adstock-/)
  const { body: audit } = await server.rest('GET /audit?actor=job&operation=backups.rotate')
  expect(audit.items).toContainEqual(expect.objectContaining({ subject_id: made, outcome: 'done' }))
  expect(made).toMatch(/^adstock-\d{4}-\d{2}-\d{2}T\d{2}-\d{2}Z$/)
  expect((await verified(join(folder, made), shop)).problems).toEqual([])
})
