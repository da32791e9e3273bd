/** What commands that need no database tell the audit of one that is there. */
import { SQL } from 'bun'
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { openDatabase } from '#db/open.ts'
import { startPostgres, systemPrograms } from '#db/postgres.testing.ts'
import { startTestServer, temporaryFolder } from '#scripts/lab/harness/test-server.ts'
import { ended, spawnAds } from './ads/ads-command.testing.ts'

setDefaultTimeout(120_000)
const FETCH = 'fetch --start 2026-01-01 --end 2026-01-02 --report campaign --json'

async function entriesIn(databaseUrl: string) {
  const db = await openDatabase(databaseUrl)
  const { operation, outcome, subjectId, actor } = db.tables.audit
  const entries = await db.reader.select({ operation, outcome, subjectId, actor }).from(db.tables.audit)
  await db.close()
  return entries
}

/** The dump's tools have to be as new as the server, so both are the system's. */
async function onPostgres(resources: AsyncDisposableStack) {
  const postgres = resources.use(await startPostgres({ bin: systemPrograms() }))
  return async (name: string) => {
    await using admin = new SQL({ url: `${postgres.url}/postgres`, max: 1 })
    await admin.unsafe(`create database ${name}`)
    return `${postgres.url}/${name}`
  }
}

async function backup(args: readonly string[], env: Record<string, string>) {
  const child = Bun.spawn([process.execPath, 'server/cli/backup.ts', ...args], {
    cwd: join(import.meta.dir, '../..'),
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdout: 'ignore',
    stderr: 'pipe',
  })
  expect({ code: await child.exited, said: await new Response(child.stderr).text() }).toEqual({
    code: 0,
    said: '',
  })
}

describe.each(['SQLite', 'PostgreSQL'] as const)('on %s', (dialect) => {
  const resources = new AsyncDisposableStack()
  /** Of a database that is empty. */
  let anotherUrl: (name: string) => Promise<string>
  let folder: string
  let env: Record<'DATABASE_URL' | 'ADS_DIR' | 'ADS_SOURCE', string>

  beforeAll(async () => {
    folder = resources.use(await temporaryFolder()).path
    anotherUrl =
      dialect === 'SQLite' ? async (name) => `file:${join(folder, name)}.db` : await onPostgres(resources)
    const DATABASE_URL = await anotherUrl('shop')
    env = { DATABASE_URL, ADS_DIR: join(folder, 'ads'), ADS_SOURCE: 'demo' }
    await (await openDatabase(DATABASE_URL)).close()
  })
  afterAll(() => resources.disposeAsync())

  test('a run of ads has an entry before and one after, also beside a server; a dry run has none', async () => {
    {
      await using _ = await startTestServer({
        ...env,
        ADS_CRON: 'off',
        ADS_DIR: join(folder, 'of the server'),
      })
      expect(await ended(spawnAds(`${FETCH} --dry-run`, env))).toMatchObject({ code: 0 })
      expect(await ended(spawnAds(FETCH, env))).toMatchObject({ code: 0 })
    }
    const source = join(folder, 'failing.ts')
    await Bun.write(source, `export async function fetchData() { throw new Error('no') }`)
    const failing = { ...env, ADS_SOURCE: source, ADS_DIR: join(folder, 'failing') }
    expect(await ended(spawnAds(FETCH, failing))).toMatchObject({ code: 1 })
    const told = await entriesIn(env.DATABASE_URL)
    expect(told.map(({ operation, outcome, actor }) => `${actor}: ${operation} ${outcome}`)).toEqual([
      'command line: ads.startRun begun',
      'command line: ads.startRun done',
      'command line: ads.startRun begun',
      'command line: ads.startRun failed',
    ])
    const runs = told.map(({ subjectId }) => subjectId)
    expect(runs).toEqual([runs[0] ?? '', runs[0] ?? '', runs[2] ?? '', runs[2] ?? ''])
    expect(new Set(runs).size).toBe(2)
  })

  test('a backup is told to the database that it copied, and a restore to the one that it made', async () => {
    const before = (await entriesIn(env.DATABASE_URL)).length
    const copy = join(folder, 'monday')
    await backup(['create', copy], env)
    await backup(['rotate', join(folder, 'backups'), '--scheduled'], env)
    const restored = { ...env, DATABASE_URL: await anotherUrl('restored'), ADS_DIR: join(folder, 'new') }
    await backup(['restore', copy], restored)
    const last = (url: string) => entriesIn(url).then((entries) => entries.slice(before))
    const entry = { subjectId: 'monday', outcome: 'done', actor: 'command line' }
    expect(await last(env.DATABASE_URL)).toEqual([{ ...entry, operation: 'backups.create' }])
    expect(await last(restored.DATABASE_URL)).toEqual([{ ...entry, operation: 'backups.restore' }])
  })
})

test('a database that is not there is not made, and one that is away is told and holds nothing up', async () => {
  await using folder = await temporaryFolder()
  const path = join(folder.path, 'none.db')
  const env = { ADS_DIR: join(folder.path, 'ads'), ADS_SOURCE: 'demo' }
  const without = await ended(spawnAds(FETCH, { ...env, DATABASE_URL: `file:${path}` }))
  expect([without.code, without.stderr.includes('Notice'), existsSync(path)]).toEqual([0, false, false])
  const away = { ...env, DATABASE_URL: 'postgres://adstock@127.0.0.1:1/adstock' }
  const told = await ended(spawnAds(`${FETCH} --refresh`, away))
  expect([told.code, told.stderr]).toEqual([
    0,
    expect.stringContaining('the audit in DATABASE_URL lacks this run'),
  ])
})
