/** Several server processes on one port: what their clients see, and what becomes of them. */
import { describe, expect, test } from 'bun:test'
import { createServer } from 'node:net'
import { once } from 'node:events'
import { spawnServer } from '#scripts/lab/harness/server-process.ts'
import { temporaryFolder } from '#scripts/lab/harness/test-server.ts'
import { until, untilIs } from '#scripts/lab/harness/until.ts'
import { databaseOf, startSupervised, type Supervised } from './supervised.testing.ts'

interface Runs {
  items: { id: string }[]
  next_run_at: string
}

const JSON_TYPE = { 'content-type': 'application/json' }

async function create({ ask }: Supervised, name: string, headers: Record<string, string> = {}) {
  return await ask('v1/products', {
    method: 'POST',
    headers: { ...JSON_TYPE, ...headers },
    body: JSON.stringify({ name, price: '1' }),
  })
}

/** Which servers have answered so far. */
function answerers({ log }: Supervised): Set<unknown> {
  return new Set(log.filter(({ msg }) => msg === 'request').map(({ server }) => server))
}

/** What was on its connections is lost. Settles when no new ones come to it. @returns its process */
async function kill({ pids, log }: Supervised, server: number): Promise<number> {
  const victim = pids().get(server) ?? 0
  process.kill(victim, 'SIGKILL')
  await until('its end is told', () => log.some(({ pid, in_ms: delay }) => pid === victim && delay))
  return victim
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

describe.each(['SQLite', 'PostgreSQL'] as const)('on %s', (dialect) => {
  test('requests go to all of them, and a read after an acknowledged write is never older', async () => {
    await using servers = await startSupervised(await databaseOf[dialect]())
    const created = await create(servers, 'Belt')
    expect(created.status).toBe(201)
    for (let stock = 1; stock <= 25; stock += 1) {
      const written = await servers.ask('v1/products/1', {
        method: 'PATCH',
        headers: JSON_TYPE,
        body: JSON.stringify({ stock_level: stock }),
      })
      expect(written.status).toBe(200)
      const reads = Array.from({ length: 4 }, async () => await (await servers.ask('v1/products/1')).json())
      for (const read of await Promise.all(reads)) expect(read).toMatchObject({ stock_level: stock })
    }
    expect(answerers(servers)).toEqual(new Set([1, 2]))
  })

  test('a key has one effect, whichever processes its requests reach', async () => {
    await using servers = await startSupervised(await databaseOf[dialect]())
    const created = Array.from({ length: 20 }, () => create(servers, 'Belt', { 'idempotency-key': 'one' }))
    for (const { status } of await Promise.all(created)) expect([201, 409]).toContain(status)
    const csv = `sku,name,price\n${Array.from({ length: 2_000 }, (_, n) => `S${n},Name ${n},1\n`).join('')}`
    const imports = Array.from({ length: 8 }, () =>
      servers.ask('v1/products/import', {
        method: 'POST',
        headers: { 'content-type': 'text/csv', 'idempotency-key': 'two' },
        body: csv,
      }),
    )
    const answers = await Promise.all(imports)
    for (const { status } of answers) expect([200, 409]).toContain(status)
    const effects = answers.filter(
      ({ status, headers }) => status === 200 && !headers.has('idempotent-replayed'),
    )
    expect(effects).toHaveLength(1)
    const { total } = await (await servers.ask('v1/products?count=exact')).json()
    expect(total).toEqual({ value: 2_001, precision: 'exact' })
  })
})

test('one limit holds for a caller over all of them, without a Redis', async () => {
  await using servers = await startSupervised({ RATE_LIMIT: 'on', RATE_LIMIT_READ: '50/9999s' })
  const asked = await Promise.all(Array.from({ length: 150 }, () => servers.ask('v1/products')))
  expect(asked.filter(({ status }) => status === 200)).toHaveLength(50)
  expect(asked.filter(({ status }) => status === 429)).toHaveLength(100)
  expect(asked[0]?.headers.get('ratelimit-policy')).toBe('"read";q=50;w=9999')
  expect(answerers(servers)).toEqual(new Set([1, 2]))
})

test('wrong keys are counted over all of them', async () => {
  await using servers = await startSupervised({
    AUTH: 'keys',
    ADMIN_KEY: 'a-key-of-the-tests',
    RATE_LIMIT: 'on',
  })
  const wrong = () => servers.ask('v1/products', { headers: { authorization: `Bearer ak_${'A'.repeat(8)}` } })
  const statuses = await Promise.all(Array.from({ length: 60 }, async () => (await wrong()).status))
  expect(statuses.filter((status) => status === 401)).toHaveLength(20)
})

test('one that is killed fails no request of the others, and another takes its place', async () => {
  await using servers = await startSupervised()
  await create(servers, 'Belt')
  const victim = await kill(servers, 1)
  const during = await Promise.all(Array.from({ length: 50 }, () => servers.ask('v1/products/1')))
  expect(during.every(({ status }) => status === 200)).toBe(true)
  await until('another one listens', () => servers.pids().get(1) !== victim)
  expect(servers.log.find(({ in_ms: delay }) => delay)).toMatchObject({ server: 1, pid: victim, code: 137 })
})

test('SIGTERM ends all of them, and then the parent, with 0', async () => {
  await using servers = await startSupervised()
  const pids = [...servers.pids().values()]
  servers.parent.kill('SIGTERM')
  expect(await servers.parent.exited).toBe(0)
  expect(pids.some(isAlive)).toBe(false)
})

test('without their parent they end by themselves', async () => {
  await using servers = await startSupervised()
  const pids = [...servers.pids().values()]
  servers.parent.kill('SIGKILL')
  await until('they have ended', () => !pids.some(isAlive))
})

test('servers that end again and again end all, with 1', async () => {
  await using servers = await startSupervised()
  const killed = new Set<number>()
  await until('the parent gives up', () => {
    for (const pid of servers.pids().values()) {
      if (killed.has(pid) || killed.size === 5) continue
      killed.add(pid)
      process.kill(pid, 'SIGKILL')
    }
    return servers.parent.exitCode !== null
  })
  expect(servers.parent.exitCode).toBe(1)
})

test('what keeps the first one from starting is told once, and ends the start with its code', async () => {
  await using folder = await temporaryFolder()
  const taken = createServer().listen(0, '127.0.0.1')
  await once(taken, 'listening')
  const { port } = taken.address() as { port: number }
  const onTaken = spawnServer(folder.path, { SERVERS: '3', PORT: String(port) })
  const unwritable = spawnServer(folder.path, { SERVERS: '3', ADS_DIR: '/proc/none/ads' })
  const wrong = spawnServer(folder.path, { SERVERS: '0' })
  const said = await Promise.all(
    [onTaken, unwritable, wrong].map(async ({ stderr, exited }) => [
      (await new Response(stderr).text()).trim().split('\n'),
      await exited,
    ]),
  )
  taken.close()
  expect(said).toEqual([
    [[expect.stringContaining(`Cannot listen on port ${port}`)], 2],
    [[expect.stringContaining('Cannot write /proc/none/ads')], 2],
    [['The configuration has mistakes:', expect.stringContaining('SERVERS: must be')], 2],
  ])
})

test('a second start on the same port is refused, not joined', async () => {
  await using servers = await startSupervised()
  await using folder = await temporaryFolder()
  const second = spawnServer(folder.path, { SERVERS: '2', PORT: new URL(servers.url).port })
  expect(await second.exited).toBe(2)
  expect(await new Response(second.stderr).text()).toContain('it is in use')
})

test('one of them alone catches up with the ads, all tell of its run, and the next one leads when it ends', async () => {
  await using servers = await startSupervised({ ADS_SOURCE: 'demo', ADS_CRON: '30 6 * * *' })
  const runsOf = async () => (await (await servers.ask('v1/ads/runs')).json()) as Runs
  const seen = await until('each tells of a run', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, runsOf))
    return answers.every(({ items }) => items.length > 0) && answers
  })
  if (seen === false) throw new Error('No run was told.')
  expect(new Set(seen.flatMap(({ items }) => items.map(({ id }) => id))).size).toBe(1)
  expect(new Set(seen.map(({ next_run_at: next }) => next)).size).toBe(1)
  const metrics = async () => await (await servers.ask('metrics')).text()
  await until('the run has ended', async () => (await metrics()).includes('outcome="done"} 1'))
  expect(await metrics()).not.toContain('outcome="busy"')
  await kill(servers, 1)
  await until('the next one has caught up', async () => (await runsOf()).items.length === 2)
})

test('a run of one of them is told and cancelled by any', async () => {
  await using servers = await startSupervised({ ADS_SOURCE: 'demo', SERVERS: '3' })
  const catchingUp = await until('it has begun', async () => {
    const { items } = await (await servers.ask('v1/ads/runs')).json()
    return items[0] as { id: string } | undefined
  })
  const cancelled = Array.from({ length: 6 }, () =>
    servers.ask(`v1/ads/runs/${catchingUp?.id}/cancel`, { method: 'POST' }),
  )
  for (const { status } of await Promise.all(cancelled)) expect(status).toBe(202)
  const stateOf = async () => (await (await servers.ask(`v1/ads/runs/${catchingUp?.id}`)).json()).state
  await untilIs(stateOf, 'interrupted')
  const started = await servers.ask('v1/ads/runs', { method: 'POST', headers: JSON_TYPE, body: '{}' })
  expect(started.status).toBe(202)
  const { id } = await started.json()
  const found = await Promise.all(Array.from({ length: 10 }, () => servers.ask(`v1/ads/runs/${id}`)))
  expect(found.every(({ status }) => status === 200)).toBe(true)
})

test('metrics, status and errors are those of all, and no counter falls when one ends', async () => {
  await using servers = await startSupervised()
  for (let n = 0; n < 20; n += 1) await (await servers.ask('v1/products/999')).text()
  const counted = async () => {
    const text = await (await servers.ask('metrics')).text()
    return Number(/_count\{method="GET",route="\/v1\/products\/:id",status="404"\} (\d+)/.exec(text)?.[1])
  }
  for (let n = 0; n < 5; n += 1) expect(await counted()).toBe(20)
  const status = await (await servers.ask('v1/system/status')).json()
  expect(status.processes).toBe(2)
  const { items } = await (await servers.ask('v1/system/errors')).json()
  expect(items).toHaveLength(20)

  await kill(servers, 2)
  expect(await counted()).toBe(20)
})

test('SIGHUP replaces them one by one, and no request fails', async () => {
  await using servers = await startSupervised()
  await create(servers, 'Belt')
  const before = servers.pids()
  const load = steadyLoad(servers)
  servers.parent.kill('SIGHUP')
  await until('each is replaced', () => servers.log.some(({ msg }) => msg === 'each server is replaced now'))
  const { answered, failures } = await load.end()
  expect(failures).toEqual([])
  expect(answered).toBeGreaterThan(100)
  const after = servers.pids()
  expect(new Set(after.keys())).toEqual(new Set([1, 2]))
  for (const [n, pid] of after) expect(pid).not.toBe(before.get(n) ?? 0)
  expect([...before.values()].some(isAlive)).toBe(false)
})

/** Reads and writes, on kept connections and on new ones. */
function steadyLoad({ url, ask }: Supervised) {
  const ended = new AbortController()
  let answered = 0
  const failures: unknown[] = []
  const client = async (send: () => Promise<Response>) => {
    while (!ended.signal.aborted) {
      try {
        const response = await send()
        await response.text()
        if (response.ok) answered += 1
        else failures.push(response.status)
      } catch (error) {
        failures.push(String(error))
      }
    }
  }
  const adjust = () => ({
    method: 'POST',
    headers: JSON_TYPE,
    body: JSON.stringify({ delta: 1, reason: 'received' }),
  })
  const clients = [
    client(() => fetch(`${url}v1/products/1`)),
    client(() => fetch(`${url}v1/products/1/stock-adjustments`, adjust())),
    client(() => ask('v1/products/1')),
    client(() => ask('v1/products?limit=1')),
    client(() => ask('v1/products/1/stock-adjustments', adjust())),
  ]
  return {
    async end() {
      ended.abort()
      await Promise.all(clients)
      return { answered, failures }
    },
  }
}
