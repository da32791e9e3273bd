/** With the tools that an operator has. They have to be as new as the server, so both are the system's. */
import { SQL } from 'bun'
import { expect, setDefaultTimeout, test } from 'bun:test'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openDatabase } from '#db/open.ts'
import { startPostgres, systemPrograms } from '#db/postgres.testing.ts'
import { startTestServer, temporaryFolder } from '#scripts/lab/harness/test-server.ts'
import { readConfig } from '#server/config.ts'
import { createBackup, restoreBackup } from './backup.ts'
import { verifyBackup } from './verify.ts'

setDefaultTimeout(120_000)
const COMMAND = join(import.meta.dir, '../backup.ts')
const DATABASE = { database: true, ads: false }

/** A server of its own with an empty database, and a backup of that. */
async function backupOfNothing(folder: string) {
  const postgres = await startPostgres({ bin: systemPrograms() })
  const databaseUrl = `${postgres.url}/postgres`
  const backup = join(folder, 'backup')
  await (await openDatabase(databaseUrl)).close()
  const { database } = await createBackup(backup, { databaseUrl, adsDir: folder }, DATABASE)
  return { databaseUrl, backup, database, [Symbol.asyncDispose]: () => postgres[Symbol.asyncDispose]() }
}

test('PostgreSQL: a dump beside writes has one moment of the database, and comes back into an empty one only', async () => {
  await using folder = await temporaryFolder()
  await using postgres = await startPostgres({ bin: systemPrograms() })
  await using admin = new SQL({ url: `${postgres.url}/postgres`, max: 1 })
  await admin.unsafe('create database a').simple()
  await admin.unsafe('create database b').simple()
  const places = { databaseUrl: `${postgres.url}/a`, adsDir: join(folder.path, 'ads') }
  await using server = await startTestServer({ DATABASE_URL: places.databaseUrl })
  const { body: product } = await server.rest('POST /products', { body: { name: 'Belt', price: '9.90' } })
  let sent = 0
  const stopping = new AbortController()
  const receive = async () => {
    while (!stopping.signal.aborted) {
      sent += 1
      const body = { delta: 1, reason: 'received' }
      await server.rest(`POST /products/${product.id}/stock-adjustments`, { body })
    }
  }
  const writing = Promise.all([receive(), receive()])
  const backup = join(folder.path, 'backup')
  await createBackup(backup, places, DATABASE)
  stopping.abort()
  await writing

  const { contents, problems } = await verifyBackup(backup, readConfig({ DATABASE_URL: places.databaseUrl }))
  expect(problems).toEqual([])
  expect(contents).toMatchObject({ unexplained: 0, tables: { products: 1 } })
  const names = await admin<
    { datname: string }[]
  >`select datname from pg_database where datname like 'adstock%'`
  expect([...names]).toEqual([])

  const elsewhere = { ...places, databaseUrl: `${postgres.url}/b` }
  await restoreBackup(backup, elsewhere, DATABASE)
  await using restored = await startTestServer({ DATABASE_URL: elsewhere.databaseUrl })
  const { body: found } = await restored.rest(`GET /products/${product.id}`)
  expect(found.version).toBe(1 + found.stock_level)
  expect(found.stock_level).toBeLessThanOrEqual(sent)
  await using sql = new SQL({ url: elsewhere.databaseUrl, max: 1 })
  const [ledger] = await sql<
    { stock: string }[]
  >`select coalesce(sum(delta), 0) as stock from stock_adjustments`
  expect(Number(ledger?.stock)).toBe(found.stock_level)
  // Its triggers, sequences and index came along.
  const { status, body: next } = await restored.rest('POST /products', {
    body: { name: 'Bag', price: '1.00' },
  })
  expect({ status, id: next.id }).toEqual({ status: 201, id: product.id + 1 })
  expect((await restored.rest('GET /products/search?q=bag')).body.items).toHaveLength(1)
  const { body: feed } = await restored.rest('GET /changes?after=0')
  expect(feed.items.map(({ seq }: { seq: number }) => seq)).toEqual(
    Array.from({ length: feed.items.length }, (_, index) => index + 1),
  )

  expect(restoreBackup(backup, elsewhere, DATABASE)).rejects.toThrow('not empty')
  expect((await restored.rest(`GET /products/${product.id}`)).body).toEqual(found)
})

test('a database that a killed proof has left is dropped by the next one, and that of one under way is not', async () => {
  await using folder = await temporaryFolder()
  await using made = await backupOfNothing(folder.path)
  const { databaseUrl, backup } = made
  const [abandoned, underWay] = ['adstock_verify_abandoned', 'adstock_verify_under_way']
  await using other = new SQL({ url: databaseUrl, max: 1, connection: { application_name: underWay } })
  for (const name of [abandoned, underWay]) await other.unsafe(`create database ${name}`)
  const config = readConfig({ DATABASE_URL: databaseUrl })
  const proofs = await Promise.all([1, 2, 3].map(() => verifyBackup(backup, config)))
  expect(proofs.map(({ problems }) => problems)).toEqual([[], [], []])
  const left = await other`select datname as name from pg_database where datname like 'adstock%'`
  expect([...left]).toEqual([{ name: underWay }])
})

test('a backup is not called damaged by a server that is away, or goes away during the proof', async () => {
  await using folder = await temporaryFolder()
  await using made = await backupOfNothing(folder.path)
  const { databaseUrl, backup } = made
  const away = readConfig({ DATABASE_URL: 'postgres://adstock@127.0.0.1:1/adstock' })
  expect(verifyBackup(backup, away)).rejects.toThrow('cannot be reached')

  await using admin = new SQL({ url: databaseUrl, max: 1 })
  const [row]: { pid: string }[] = await admin`select pg_read_file('postmaster.pid') as pid`
  const failing = join(folder.path, 'bin')
  mkdirSync(failing)
  const kill = `kill -QUIT ${row?.pid.split('\n', 1)[0]}`
  writeFileSync(join(failing, 'pg_restore'), `#!/bin/sh\n${kill}\nsleep 1\nexit 1\n`, { mode: 0o755 })
  const rotating = Bun.spawn([process.execPath, COMMAND, 'rotate', join(folder.path, 'backups')], {
    env: { ...process.env, DATABASE_URL: databaseUrl, PATH: `${failing}:${process.env['PATH']}` },
    stdout: 'ignore',
    stderr: 'pipe',
  })
  expect(await new Response(rotating.stderr).text()).toContain(
    'PostgreSQL was lost while the backup was proved',
  )
  expect(await rotating.exited).toBeGreaterThan(0)
  expect(readdirSync(join(folder.path, 'backups'))).toEqual([expect.not.stringContaining('damaged')])
})

test('a dump that was changed is called damaged', async () => {
  await using folder = await temporaryFolder()
  await using made = await backupOfNothing(folder.path)
  const { databaseUrl, backup, database } = made
  const dump = join(backup, database?.file ?? '')
  const manifest = join(backup, 'manifest.json')
  const bytes = readFileSync(dump).fill(0, 20, 2000)
  writeFileSync(dump, bytes)
  const config = readConfig({ DATABASE_URL: databaseUrl })
  expect((await verifyBackup(backup, config)).problems).toEqual([
    expect.stringContaining('not what was written'),
  ])
  // Written so: its checksum is that of what cannot be restored.
  const changed = JSON.parse(readFileSync(manifest, 'utf8'))
  changed.database.sha256 = new Bun.CryptoHasher('sha256').update(bytes).digest('hex')
  writeFileSync(manifest, JSON.stringify(changed))
  expect((await verifyBackup(backup, config)).problems).toHaveLength(1)
})

test('a password stays out of the arguments, and a server that is not there is said', async () => {
  await using folder = await temporaryFolder()
  const places = { databaseUrl: 'postgres://adstock:hidden@127.0.0.1:1/adstock', adsDir: folder.path }
  const failing = createBackup(join(folder.path, 'backup'), places, DATABASE)
  const error = await failing.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  expect(String(error)).toContain('PostgreSQL at 127.0.0.1:1 cannot be reached')
  expect(String(error)).not.toContain('hidden')
  expect(readdirSync(folder.path)).toEqual([])
})
