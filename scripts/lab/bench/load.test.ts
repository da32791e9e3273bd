import { expect, test } from 'bun:test'
import { makeSampleDatabase } from '#scripts/lab/harness/sample-database.ts'
import { startTestServer, temporaryFolder } from '#scripts/lab/harness/test-server.ts'
import { runLoad } from './run-load.ts'

const COUNT = 21

test('a load of price writes changes every product, and no version that it sends is stale', async () => {
  await using folder = await temporaryFolder()
  const DATABASE_URL = `file:${folder.path}/adstock.db`
  await makeSampleDatabase(DATABASE_URL, COUNT)
  await using server = await startTestServer({ DATABASE_URL })
  const port = Number(new URL(server.url).port)
  const load = { port, path: '/v1/products/{n}', keys: COUNT, connections: 4 }

  const { statuses } = await runLoad({ ...load, writes: true, seconds: 1 })
  expect(Object.keys(statuses)).toEqual(['200'])
  const { items } = await server.client.products.list.query({ limit: COUNT })
  const changes = items.reduce((sum, { version }) => sum + version - 1, 0)
  expect(changes).toBe(statuses['200'] ?? 0)

  const reads = await runLoad({ ...load, once: true })
  expect(reads.statuses).toEqual({ 200: COUNT })
})

test('writes of more connections than products are refused', async () => {
  await expect(runLoad({ port: 1, path: '/{n}', keys: 3, connections: 4, writes: true })).rejects.toThrow(
    '4 connections need as many products to write',
  )
})
