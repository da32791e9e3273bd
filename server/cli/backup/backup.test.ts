/** Backups are made while everything is in use, and what comes back is whole. */
import { Database as Connection } from 'bun:sqlite'
import { expect, setDefaultTimeout, test } from 'bun:test'
import { existsSync, readdirSync } from 'node:fs'
import { appendFile, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { builtInReport } from '#server/ads/definition/files.ts'
import { expectedRows } from '#server/cli/ads/expected-rows.testing.ts'
import { dateFiles, openBench, readCsv } from '#server/cli/ads/ads-command.testing.ts'
import { startTestServer, temporaryFolder } from '#scripts/lab/harness/test-server.ts'
import { createBackup, restoreBackup } from './backup.ts'

setDefaultTimeout(120_000)
const DATABASE = { database: true, ads: false }
const ADS = { database: false, ads: true }

async function command(name: string, folder: string, env: Record<string, string>) {
  const child = Bun.spawn([process.execPath, 'server/cli/backup.ts', name, folder], {
    cwd: join(import.meta.dir, '../../..'),
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdout: 'pipe',
    stderr: 'pipe',
  })
  return { code: await child.exited, said: await new Response(child.stderr).text() }
}

test('a backup beside writes has one moment of the database, and comes back elsewhere', async () => {
  await using folder = await temporaryFolder()
  const env = { DATABASE_URL: `file:${join(folder.path, 'a.db')}`, ADS_DIR: join(folder.path, 'ads') }
  await using server = await startTestServer(env)
  const { body: product } = await server.rest('POST /products', { body: { name: 'Belt', price: '9.90' } })
  let acknowledged = 0
  const stopping = new AbortController()
  const some = Promise.withResolvers<void>()
  const sell = async () => {
    while (!stopping.signal.aborted) {
      const body = { delta: 1, reason: 'received' }
      const { status } = await server.rest(`POST /products/${product.id}/stock-adjustments`, { body })
      if (status === 201) acknowledged += 1
      if (acknowledged === 10) some.resolve()
    }
  }
  const writing = Promise.all([sell(), sell()])
  await some.promise
  const backup = join(folder.path, 'backup')
  const before = acknowledged
  const made = await command('create', backup, env)
  // Two more may have happened whose answers are under way.
  const after = acknowledged + 2
  stopping.abort()
  await writing
  expect(made).toMatchObject({ code: 0 })
  expect(after).toBeGreaterThan(before + 2)

  const elsewhere = { ...env, DATABASE_URL: `file:${join(folder.path, 'new/b.db')}` }
  expect(await command('restore', backup, elsewhere)).toMatchObject({ code: 0 })
  await using restored = await startTestServer(elsewhere)
  const { body: found } = await restored.rest(`GET /products/${product.id}`)
  expect(found.stock_level).toBeGreaterThanOrEqual(before)
  expect(found.stock_level).toBeLessThanOrEqual(after)
  expect(found.version).toBe(1 + found.stock_level)
  expect((await restored.rest('GET /products/search?q=belt')).body.items).toHaveLength(1)
  const connection = new Connection(join(folder.path, 'new/b.db'), { readonly: true })
  expect(connection.query('select sum(delta) as stock from stock_adjustments').get()).toEqual({
    stock: found.stock_level,
  })
  connection.close()

  const again = await command('restore', backup, elsewhere)
  expect(again.code).toBe(2)
  expect(again.said).toContain('there already')
  expect((await restored.rest(`GET /products/${product.id}`)).body).toEqual(found)
})

test('what was damaged, is half, or is of the other database is refused, and nothing is written', async () => {
  await using folder = await temporaryFolder()
  const places = { databaseUrl: `file:${join(folder.path, 'a.db')}`, adsDir: join(folder.path, 'ads') }
  const backup = join(folder.path, 'backup')
  expect(createBackup(backup, places, DATABASE)).rejects.toThrow('There is no database')
  await (await startTestServer({ DATABASE_URL: places.databaseUrl }))[Symbol.asyncDispose]()
  await createBackup(backup, places, DATABASE)
  expect(createBackup(backup, places, DATABASE)).rejects.toThrow('there already')

  const free = { ...places, databaseUrl: `file:${join(folder.path, 'b.db')}` }
  const postgres = { ...places, databaseUrl: 'postgres://localhost/adstock' }
  expect(restoreBackup(backup, postgres, DATABASE)).rejects.toThrow('of the other kind')
  expect(restoreBackup(folder.path, free, DATABASE)).rejects.toThrow('no backup')
  await appendFile(join(backup, 'adstock.db'), 'x')
  expect(restoreBackup(backup, free, DATABASE)).rejects.toThrow('damaged')
  expect(readdirSync(folder.path).filter((name) => name.startsWith('b.db'))).toEqual([])
})

test('a store that is copied while a run fills and replaces it opens, verifies, and is completed by the next run', async () => {
  await using bench = openBench({ latencyMs: 50 })
  await using folder = await temporaryFolder()
  const range = { from: '2026-01-01', to: '2026-02-14' }
  const fetching = `fetch --start ${range.from} --end ${range.to} --json`
  expect(await bench.ads(fetching)).toMatchObject({ code: 0 })
  const run = bench.spawn(`${fetching} --refresh --concurrency 4`)
  const places = { databaseUrl: '', adsDir: bench.dir }
  let copies = 0
  while (run.exitCode === null) {
    copies += 1
    await createBackup(join(folder.path, `backup-${copies}`), places, ADS)
  }
  expect(run.exitCode).toBe(0)
  expect(copies).toBeGreaterThan(1)

  for (const n of new Set([1, Math.ceil(copies / 2), copies])) {
    const adsDir = join(folder.path, `restored-${n}`)
    await restoreBackup(join(folder.path, `backup-${n}`), { databaseUrl: '', adsDir }, ADS)
    const env = { ADS_DIR: adsDir }
    expect(dateFiles(adsDir)).toHaveLength(45)
    // Opening it brings the index up to the files; nothing has to be fetched.
    expect(await bench.ads(fetching, env)).toMatchObject({ code: 0, summary: { skipped: 45 } })
    expect(await bench.ads('verify', env)).toMatchObject({ code: 0 })
    expect(readCsv(join(adsDir, 'campaign.csv'))).toEqual(expectedRows(builtInReport('campaign'), range))
  }
})

test('ads are not restored over others', async () => {
  await using folder = await temporaryFolder()
  const adsDir = join(folder.path, 'ads')
  await mkdir(join(adsDir, 'campaign'), { recursive: true })
  const backup = join(folder.path, 'backup')
  await createBackup(backup, { databaseUrl: '', adsDir }, ADS)
  expect(restoreBackup(backup, { databaseUrl: '', adsDir }, ADS)).rejects.toThrow('not empty')
  expect(existsSync(join(adsDir, 'campaign'))).toBe(true)
})
