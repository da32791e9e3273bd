/** A thousand events while servers are killed and the receiver comes and goes: each one delivered, in order, told apart by id. */
import { expect, test } from 'bun:test'
import { join } from 'node:path'
import { freePort } from '#db/free-port.testing.ts'
import { temporaryPostgres } from '#db/postgres.testing.ts'
import { startServerProcess, type ServerProcess } from '#scripts/lab/harness/server-process.ts'
import { temporaryFolder } from '#scripts/lab/harness/test-server.ts'
import { PATIENCE_MS, until } from '#scripts/lab/harness/until.ts'

const PRODUCTS = 100
const EVENTS_OF_A_PRODUCT = 10
const KILLS = 4
const KILL_EVERY_MS = 1_200
const WRITERS = 5

interface Arrived {
  id: string
  product: number
  version: number
}

/** Goes away in the middle of requests, some of which it has taken in, and comes back at the same port. */
function unsteadyReceiver(port: number) {
  const arrived: Arrived[] = []
  const underWay = new Set<string>()
  const overlaps: string[] = []
  const start = () =>
    Bun.serve({
      port,
      hostname: '127.0.0.1',
      async fetch(request) {
        const id = request.headers.get('webhook-id') ?? ''
        if (underWay.has(id)) overlaps.push(id)
        underWay.add(id)
        const { data } = (await request.json()) as { data: { product_id: number; version: number } }
        arrived.push({ id, product: data.product_id, version: data.version })
        await Bun.sleep(Math.random() * 20)
        underWay.delete(id)
        return new Response(null, { status: Math.random() < 0.02 ? 500 : 204 })
      },
    })
  let server = start()
  return {
    url: `http://127.0.0.1:${port}/`,
    arrived,
    overlaps,
    async restart() {
      await server.stop(true)
      underWay.clear()
      await Bun.sleep(200)
      server = start()
    },
    [Symbol.dispose]: () => void server.stop(true),
  }
}

/** One effect, however many servers are killed under it. */
async function write(
  servers: readonly ServerProcess[],
  path: string,
  init: RequestInit,
): Promise<{ id: number }> {
  const headers = { 'content-type': 'application/json', 'idempotency-key': crypto.randomUUID() }
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const server = servers[attempt % servers.length]
    const answer = await fetch(`${server?.url}/v1${path}`, { ...init, headers }).catch(() => undefined)
    if (answer?.ok) return (await answer.json()) as { id: number }
    await Bun.sleep(50)
  }
  throw new Error(`No server took ${path}.`)
}

async function writeAll(servers: readonly ServerProcess[], products: Iterator<number>): Promise<void> {
  for (let next = products.next(); !next.done; next = products.next()) {
    const body = { name: `Product ${next.value}`, price: '1.00', stock_level: 0 }
    const created = await write(servers, '/products', { method: 'POST', body: JSON.stringify(body) })
    for (let version = 2; version <= EVENTS_OF_A_PRODUCT; version += 1)
      await write(servers, `/products/${created.id}`, {
        method: 'PATCH',
        body: JSON.stringify({ stock_level: version }),
      })
  }
}

function firstArrivals(arrived: readonly Arrived[]): Arrived[] {
  const seen = new Set<string>()
  return arrived.filter(({ id }) => !seen.has(id) && seen.add(id))
}

test.each([
  ['SQLite', 2],
  ['PostgreSQL', 3],
] as const)(
  'on %s, with %d servers',
  async (dialect, count) => {
    await using folder = await temporaryFolder()
    const database = dialect === 'PostgreSQL' ? { DATABASE_URL: await temporaryPostgres() } : {}
    const env = { ...database, WEBHOOKS_ALLOW_PRIVATE: 'true', LOG_LEVEL: 'silent' }
    await using running = new AsyncDisposableStack()
    const servers: ServerProcess[] = []
    for (let index = 0; index < count; index += 1) {
      const own = { ...env, ADS_DIR: join(folder.path, `ads-${index}`) }
      servers.push(running.use(await startServerProcess(folder.path, own)))
    }
    using receiver = unsteadyReceiver(await freePort())
    const body = JSON.stringify({ url: receiver.url, events: ['product.changed'] })
    await write(servers, '/webhooks', { method: 'POST', body })

    const products = Array.from({ length: PRODUCTS }, (_, index) => index).values()
    const writing = Promise.all(Array.from({ length: WRITERS }, () => writeAll(servers, products)))
    for (let kill = 0; kill < KILLS; kill += 1) {
      await Bun.sleep(KILL_EVERY_MS)
      const victim = servers[kill % servers.length]
      await victim?.kill()
      await receiver.restart()
      await victim?.start()
    }
    await writing
    const total = PRODUCTS * EVENTS_OF_A_PRODUCT
    const first = () => firstArrivals(receiver.arrived)
    const giveUpAt = performance.now() + 2 * PATIENCE_MS
    while (first().length < total && performance.now() < giveUpAt) await Bun.sleep(100)

    const versions = Map.groupBy(first(), ({ product }) => product)
    const inOrder = Array.from({ length: EVENTS_OF_A_PRODUCT }, (_, index) => index + 1)
    expect(versions.size).toBe(PRODUCTS)
    for (const [product, events] of versions)
      expect([product, events.map(({ version }) => version)]).toEqual([product, inOrder])
    expect(receiver.overlaps).toEqual([])
    // A duplicate is the same event under the same id.
    const contents = new Map(
      receiver.arrived.map(({ id, product, version }) => [id, `${product}/${version}`]),
    )
    expect(
      receiver.arrived.filter((each) => contents.get(each.id) !== `${each.product}/${each.version}`),
    ).toEqual([])
    await until('nothing is left', async () => {
      const { items } = (await (await fetch(`${servers[0]?.url}/v1/webhooks`)).json()) as {
        items: { pending: number; parked: number }[]
      }
      return items[0]?.pending === 0 && items[0].parked === 0
    })
  },
  300_000,
)
