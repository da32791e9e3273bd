/** kill -9 in the middle of what takes long: nothing half is left, and doing it again completes it. */
import { expect, setDefaultTimeout, test } from 'bun:test'
import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { contentsOfFile, readContents } from '#db/contents.ts'
import { SQL } from 'bun'
import { temporaryPostgres } from '#db/postgres.testing.ts'
import { databases } from '#server/keys/keys.testing.ts'
import { ROOT, spawnServer, urlOf } from '#scripts/lab/harness/server-process.ts'
import { temporaryFolder } from '#scripts/lab/harness/test-server.ts'
import { until } from '#scripts/lab/harness/until.ts'

setDefaultTimeout(240_000)

const LINES = 4_000
const FILE = [
  'sku,name,price,stock_level',
  ...Array.from({ length: LINES }, (_, n) => `S${n},Thing ${n},1.00,${n % 7}`),
].join('\n')

async function importFile(url: string, body: BodyInit = FILE) {
  const request = { method: 'POST', headers: { 'content-type': 'text/csv' }, body }
  return await (await fetch(`${url}v1/products/import`, request)).json()
}

/** Of which the end never comes. */
function mostOfTheFile(): ReadableStream<Uint8Array> {
  const start = (controller: ReadableStreamDefaultController<Uint8Array>) =>
    controller.enqueue(new TextEncoder().encode(FILE.slice(0, FILE.length * 0.8)))
  return new ReadableStream({ start })
}

async function countOf(url: string): Promise<number> {
  return (await (await fetch(`${url}v1/products?limit=1&count=exact`)).json()).total.value
}

/** Of a server on a database of its own, which outlives it. */
async function startsOn(database: keyof typeof databases, folder: string) {
  const url = await databases[database](folder)
  const start = async () => {
    const server = spawnServer(folder, { DATABASE_URL: url, LOG_LEVEL: 'error', RATE_LIMIT: 'off' })
    return { server, address: await urlOf(server) }
  }
  return { url, start }
}

test.each(['SQLite', 'PostgreSQL'] as const)(
  'an import on %s: each product that is there is whole, and the same file again brings the rest',
  async (database) => {
    await using folder = await temporaryFolder()
    const { url, start } = await startsOn(database, folder.path)
    const { server: first, address } = await start()
    const importing = importFile(address, mostOfTheFile()).catch(() => 'cut off')
    await until('some of it is there', async () => (await countOf(address)) > 0)
    first.kill('SIGKILL')
    await first.exited
    expect(await importing).toBe('cut off')

    const { server: second, address: again } = await start()
    const there = await countOf(again)
    // A batch is a thousand lines.
    expect([1000, 2000, 3000]).toContain(there)
    const stock = async () => (await contentsAt(url)).unexplained
    expect(await stock()).toBe(0)
    expect(await importFile(again)).toMatchObject({ created: LINES - there, unchanged: there, rejected: [] })
    expect(await stock()).toBe(0)
    second.kill()
    await second.exited
  },
)

const SELLERS = 24
const SOLD_BEFORE = 150

test.each(['SQLite', 'PostgreSQL'] as const)(
  'sales at once on %s: each that was acknowledged is there, and none of them twice',
  async (database) => {
    await using folder = await temporaryFolder()
    const { url, start } = await startsOn(database, folder.path)
    const { server: first, address } = await start()
    const products = Array.from({ length: 6 }, (_, n) => `S${n},Thing ${n},1.00,100000`)
    await importFile(address, ['sku,name,price,stock_level', ...products].join('\n'))
    const acknowledged: string[] = []
    let asked = 0
    const sell = async () => {
      for (;;) {
        const reference = `order ${(asked += 1)}`
        const path = `v1/products/by-sku/S${asked % products.length}/stock-adjustments`
        const sale = { method: 'POST', body: JSON.stringify({ delta: -1, reason: 'sold', reference }) }
        const headers = { 'content-type': 'application/json' }
        const answer = await fetch(address + path, { ...sale, headers }).catch(() => undefined)
        if (answer?.status !== 201) return
        acknowledged.push(reference)
      }
    }
    const selling = Promise.all(Array.from({ length: SELLERS }, sell))
    await until('enough was sold', () => acknowledged.length >= SOLD_BEFORE)
    first.kill('SIGKILL')
    await first.exited
    await selling

    const { server: second, address: again } = await start()
    const references: string[] = []
    for (let cursor = '', sku = 0; sku < products.length;) {
      const path = `v1/products/by-sku/S${sku}/stock-adjustments?limit=200${cursor}`
      const { items, next_cursor: next } = await (await fetch(again + path)).json()
      for (const { reference, reason } of items) if (reason === 'sold') references.push(reference)
      cursor = next === null ? '' : `&cursor=${next}`
      if (next === null) sku += 1
    }
    expect(references).toHaveLength(new Set(references).size)
    expect(acknowledged.filter((reference) => !references.includes(reference))).toEqual([])
    // What was under way at the end may have been committed, and nothing else.
    expect(references.length - acknowledged.length).toBeLessThanOrEqual(SELLERS)
    expect((await contentsAt(url)).unexplained).toBe(0)
    second.kill()
    await second.exited
  },
)

async function contentsAt(url: string) {
  if (url.startsWith('file:')) return await contentsOfFile(url.slice('file:'.length))
  await using client = new SQL({ url, max: 1 })
  return await readContents(client, 'postgres')
}

/** After the start of a program. `KILL_MOMENTS=20,60,120,200,300,400 bun test server/kill.test.ts` tries more. */
const MOMENTS_MS = (Bun.env['KILL_MOMENTS'] ?? '150,300').split(',').map(Number)

test.each(['SQLite', 'PostgreSQL'])(
  'the first start on %s, with all migrations: the next one serves',
  async (database) => {
    for (const moment of MOMENTS_MS) {
      await using folder = await temporaryFolder()
      const env = database === 'PostgreSQL' ? { DATABASE_URL: await temporaryPostgres() } : {}
      const killed = spawnServer(folder.path, env)
      await Promise.race([killed.exited, Bun.sleep(moment)])
      killed.kill('SIGKILL')
      await killed.exited
      const server = spawnServer(folder.path, env)
      expect(await countOf(await urlOf(server))).toBe(0)
      server.kill()
      await server.exited
    }
  },
)

test('a backup and its restore: what stands under its name is whole, and the next attempt succeeds', async () => {
  await using folder = await temporaryFolder()
  const path = join(folder.path, 'adstock.db')
  const server = spawnServer(folder.path, { LOG_LEVEL: 'error' })
  await importFile(await urlOf(server))
  server.kill()
  await server.exited
  // Each backup and each restore has an entry in the audit.
  const rowsOf = async (file: string) => ({ ...(await contentsOfFile(file)).tables, audit: 'some' })
  const rows = await rowsOf(path)
  const backup = join(folder.path, 'backup')
  const restored = join(folder.path, 'restored/adstock.db')
  const start = (name: string, databaseUrl: string) =>
    Bun.spawn([process.execPath, join(ROOT, 'server/cli/backup.ts'), name, backup, '--only', 'database'], {
      env: { PATH: Bun.env['PATH'] ?? '', DATABASE_URL: databaseUrl },
      stdout: 'ignore',
      stderr: 'pipe',
    })
  const killedAt = async (child: ReturnType<typeof start>, moment: number) => {
    await Promise.race([child.exited, Bun.sleep(moment)])
    child.kill('SIGKILL')
    await child.exited
  }
  const done = async (child: ReturnType<typeof start>) =>
    expect([await child.exited, await new Response(child.stderr).text()]).toEqual([0, ''])

  for (const moment of MOMENTS_MS) {
    await killedAt(start('create', `file:${path}`), moment)
    if (!existsSync(backup)) await done(start('create', `file:${path}`))
    await killedAt(start('restore', `file:${restored}`), moment)
    if (!existsSync(restored)) await done(start('restore', `file:${restored}`))
    expect(await rowsOf(restored)).toEqual(rows)
    await rm(backup, { recursive: true })
    await rm(join(folder.path, 'restored'), { recursive: true })
  }
})
