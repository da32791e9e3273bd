/** Files in which every line waits for another one: done, or refused. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { databases } from '#server/keys/keys.testing.ts'
import { NO_ADS } from '#scripts/lab/harness/server-process.ts'
import { startTestServer, temporaryFolder, type TestServer } from '#scripts/lab/harness/test-server.ts'

const PRODUCTS = 300

describe.each(['SQLite', 'PostgreSQL'] as const)('on %s', (dialect) => {
  const resources = new AsyncDisposableStack()
  let server: TestServer

  const importFile = async (lines: readonly string[]) => {
    const response = await fetch(`${server.url}/v1/products/import`, {
      method: 'POST',
      headers: { 'content-type': 'text/csv' },
      body: lines.join('\n'),
    })
    return await response.json()
  }
  const rows = (toLine: (n: number) => string) => Array.from({ length: PRODUCTS }, (_, n) => toLine(n))
  const skuOf = async (n: number) => (await server.rest(`GET /products/${n + 1}`)).body.sku

  beforeAll(async () => {
    const { path } = resources.use(await temporaryFolder())
    const DATABASE_URL = await databases[dialect](path)
    server = resources.use(await startTestServer({ DATABASE_URL, ADS_SOURCE: NO_ADS }))
    const made = await importFile(['sku,name,price', ...rows((n) => `S-${n},Belt,1.00`), 'STAYS,Belt,1.00'])
    expect(made.created).toBe(PRODUCTS + 1)
  })
  afterAll(() => resources.disposeAsync())

  test('each wants the SKU of one that stays', async () => {
    const summary = await importFile(['id,sku', ...rows((n) => `${n + 1},STAYS`)])
    expect(summary.updated).toBe(0)
    expect(summary.rejected).toHaveLength(PRODUCTS)
    expect(summary.rejected[0].code).toBe('SKU_TAKEN')
  })

  test('each wants the SKU of the next one, and the last one that of one that stays', async () => {
    const summary = await importFile([
      'id,sku',
      ...rows((n) => `${n + 1},${n + 1 < PRODUCTS ? `S-${n + 1}` : 'STAYS'}`),
    ])
    expect([summary.updated, summary.rejected.length]).toEqual([0, PRODUCTS])
  })

  test('each wants the SKU of the next one, and the last one is free', async () => {
    const up = await importFile(['id,sku', ...rows((n) => `${n + 1},S-${n + 1}`)])
    expect([up.updated, up.rejected]).toEqual([PRODUCTS, []])
    expect([await skuOf(0), await skuOf(PRODUCTS - 1)]).toEqual(['S-1', `S-${PRODUCTS}`])
    const back = await importFile(['id,sku', ...rows((n) => `${n + 1},S-${n}`)])
    expect([back.updated, back.rejected]).toEqual([PRODUCTS, []])
  })

  test('all in one circle, and in circles of two', async () => {
    const round = await importFile(['id,sku', ...rows((n) => `${n + 1},S-${(n + 1) % PRODUCTS}`)])
    expect([round.updated, round.rejected]).toEqual([PRODUCTS, []])
    expect([await skuOf(0), await skuOf(PRODUCTS - 1)]).toEqual(['S-1', 'S-0'])
    const back = await importFile(['id,sku', ...rows((n) => `${n + 1},S-${n}`)])
    expect([back.updated, back.rejected]).toEqual([PRODUCTS, []])
    const swapped = await importFile(['id,sku', ...rows((n) => `${n + 1},S-${n % 2 === 0 ? n + 1 : n - 1}`)])
    expect([swapped.updated, swapped.rejected]).toEqual([PRODUCTS, []])
    expect([await skuOf(0), await skuOf(1)]).toEqual(['S-1', 'S-0'])
  })
})
