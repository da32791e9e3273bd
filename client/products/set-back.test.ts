/** A backup that is restored while the page is open. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { SQL } from 'bun'
import { existsSync } from 'node:fs'
import { rename } from 'node:fs/promises'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { onPage, restOf, rowOf } from '#client/testing/journey.testing.ts'
import { backUpDatabase, restoreDatabase } from '#db/backup.ts'
import { startPostgres, systemPrograms } from '#db/postgres.testing.ts'
import { launchBrowser } from '#scripts/lab/harness/browser.ts'
import { buildPageIfStale } from '#scripts/lab/harness/page-build.ts'
import { startServerProcess } from '#scripts/lab/harness/server-process.ts'
import { temporaryFolder } from '#scripts/lab/harness/test-server.ts'
import { PATIENCE_MS } from '#scripts/lab/harness/until.ts'

interface Place {
  folder: string
  DATABASE_URL: string
  /** Takes away all that is there, while a server uses it. */
  clear: () => Promise<void>
}

const places = {
  SQLite: (folder: string): Place => ({
    folder,
    DATABASE_URL: `file:${join(folder, 'adstock.db')}`,
    async clear() {
      for (const file of ['adstock.db', 'adstock.db-wal', 'adstock.db-shm'])
        if (existsSync(join(folder, file))) await rename(join(folder, file), join(folder, `old-${file}`))
    },
  }),
  async PostgreSQL(folder: string, resources: AsyncDisposableStack): Promise<Place> {
    const postgres = resources.use(await startPostgres({ bin: systemPrograms() }))
    const DATABASE_URL = `${postgres.url}/postgres`
    return {
      folder,
      DATABASE_URL,
      async clear() {
        await using operator = new SQL({ url: DATABASE_URL, max: 1 })
        await operator.unsafe('drop schema public cascade; create schema public').simple()
      },
    }
  },
}

let browser: Browser
beforeAll(async () => {
  await buildPageIfStale()
  browser = await launchBrowser()
}, 2 * PATIENCE_MS)
afterAll(() => browser.close())

test.each(['SQLite', 'PostgreSQL'] as const)(
  'the page shows what was restored on %s, and follows what happens from then on',
  async (dialect) => {
    await using resources = new AsyncDisposableStack()
    const { path } = resources.use(await temporaryFolder())
    const { folder, DATABASE_URL, clear } = await places[dialect](path, resources)
    const server = resources.use(await startServerProcess(folder, { DATABASE_URL }))
    const { create, patch } = restOf(server)
    const backup = join(folder, 'backup')
    const belt = await create({ sku: 'T-1', name: 'Belt', price: '10.00', stock_level: 1 })
    await backUpDatabase(DATABASE_URL, backup)
    await create({ sku: 'T-2', name: 'Vase', price: '20.00', stock_level: 1 })

    await onPage(browser, { url: `${server.url}/products` }, async (page) => {
      await rowOf(page, 'T-2').waitFor()
      // Once this is seen, the page follows the feed.
      await patch(belt.id, { price: '11.00' })
      await rowOf(page, 'T-1').getByText('$11.00').waitFor()
      await clear()
      await restoreDatabase(DATABASE_URL, backup)
      await rowOf(page, 'T-1').getByText('$10.00').waitFor()
      expect(await rowOf(page, 'T-2').count()).toBe(0)
      await patch(belt.id, { price: '12.00' })
      await rowOf(page, 'T-1').getByText('$12.00').waitFor()
    })
  },
  4 * PATIENCE_MS,
)
