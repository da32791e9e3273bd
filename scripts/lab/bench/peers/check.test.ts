import { expect, test } from 'bun:test'
import { Database } from 'bun:sqlite'
import { makeSampleDatabase } from '#scripts/lab/harness/sample-database.ts'
import { startTestServer, temporaryFolder } from '#scripts/lab/harness/test-server.ts'
import { readCatalogue, writeCatalogue } from './catalogue.ts'
import { checkServer } from './check.ts'

/** More than a page of the list. */
const COUNT = 201

test('our own server passes the check, and the peers get its products', async () => {
  await using folder = await temporaryFolder()
  const DATABASE_URL = `file:${folder.path}/adstock.db`
  await makeSampleDatabase(DATABASE_URL, COUNT)
  await using server = await startTestServer({ DATABASE_URL })
  const products = await readCatalogue(server.url)
  expect(new Set(products.map(({ id }) => id)).size).toBe(COUNT)

  const path = `${folder.path}/peer.db`
  writeCatalogue(path, products)
  using copy = new Database(path)
  const { price, ...rest } = products.at(-1) ?? {}
  const priceMinor = Number(String(price).replace('.', ''))
  expect(copy.query('select * from products where id = ?').get(COUNT)).toEqual({
    ...rest,
    price_minor: priceMinor,
  })

  const [first = {}] = products
  await checkServer(server.url, first)
  const { body } = await server.rest(`GET /products/${first['id']}`)
  expect(body.version).toBe(2)
})

const PRODUCT = { id: 1, price: '1.00', version: 1, updated_at: '2026-01-01T00:00:00.000Z' }

test.each([
  [
    'takes a stale version',
    { guarded: false, kept: false },
    'the status of a write with a stale version is 200',
  ],
  [
    'reads from a cache that a write leaves alone',
    { guarded: true, kept: true },
    'the product after a write',
  ],
])('a server that %s does not pass', async (_, flaws, message) => {
  await using server = flawed(flaws)
  await expect(checkServer(server.url.origin, PRODUCT)).rejects.toThrow(message)
})

function flawed({ guarded, kept }: { guarded: boolean; kept: boolean }) {
  let product = PRODUCT
  const answer = (body: typeof product) => Response.json(body, { headers: { etag: `"${body.version}"` } })
  const server = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    async fetch(request) {
      if (request.method === 'GET') return answer(kept ? PRODUCT : product)
      if (guarded && request.headers.get('if-match') !== `"${product.version}"`)
        return Response.json({}, { status: 412 })
      const { price } = (await request.json()) as { price: string }
      product = { ...product, price, version: product.version + 1 }
      return answer(product)
    },
  })
  return Object.assign(server, { [Symbol.asyncDispose]: () => server.stop(true) })
}
