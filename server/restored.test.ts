/** A backup that is restored under a server that runs: what it serves next is of the restored database. */
import { Database as Connection } from 'bun:sqlite'
import { expect, setDefaultTimeout, test } from 'bun:test'
import { existsSync } from 'node:fs'
import { rename } from 'node:fs/promises'
import { join } from 'node:path'
import { backUpDatabase, restoreDatabase } from '#db/backup.ts'
import { startServerProcess } from '#scripts/lab/harness/server-process.ts'
import { temporaryFolder } from '#scripts/lab/harness/test-server.ts'
import { until } from '#scripts/lab/harness/until.ts'

setDefaultTimeout(60_000)

test('a database that is moved away is neither read nor written, and the one in its place is served', async () => {
  await using folder = await temporaryFolder()
  const path = join(folder.path, 'adstock.db')
  const backup = join(folder.path, 'backup.db')
  await using server = await startServerProcess(folder.path)
  const address = `${server.url}/v1/products`
  const create = async (name: string) => {
    const body = JSON.stringify({ name, price: '9.90', stock_level: 1 })
    const headers = { 'content-type': 'application/json' }
    return (await fetch(address, { method: 'POST', headers, body })).status
  }
  /** With 200, the names in order; otherwise the status. */
  const names = async () => {
    const response = await fetch(`${address}?sort=name`).catch(() => undefined)
    if (!response?.ok) return response?.status
    const { items }: { items: { name: string }[] } = await response.json()
    return items.map(({ name }) => name)
  }
  expect(await create('Belt')).toBe(201)
  await backUpDatabase(`file:${path}`, backup)
  expect(await create('Lamp')).toBe(201)
  expect(await names()).toEqual(['Belt', 'Lamp'])

  for (const suffix of ['', '-wal', '-shm'])
    if (existsSync(path + suffix)) await rename(path + suffix, join(folder.path, `old.db${suffix}`))
  // Without waiting: a write that is acknowledged now would be lost.
  expect(await create('Vase')).toBe(503)
  expect(await names()).toBe(503)

  await restoreDatabase(`file:${path}`, backup)
  const served = await until('the restored one is served', names, (found) => Array.isArray(found))
  expect(served).toEqual(['Belt'])
  expect(await create('Knife')).toBe(201)
  using restored = new Connection(path, { readonly: true })
  expect(restored.query('select name from products order by name').values()).toEqual([['Belt'], ['Knife']])
})
