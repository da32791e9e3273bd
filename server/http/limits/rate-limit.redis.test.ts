/** Limits that hold across replicas: three server processes, one Redis, and what happens when it is lost. */
import { afterAll, afterEach, beforeAll, expect, test } from 'bun:test'
import { temporaryPostgres } from '#db/postgres.testing.ts'
import { temporaryRedis, type TemporaryRedis } from '#server/platform/redis.testing.ts'
import { until } from '#scripts/lab/harness/until.ts'
import { spawnServer, urlOf } from '#scripts/lab/harness/server-process.ts'
import { metricOf, temporaryFolder } from '#scripts/lab/harness/test-server.ts'

const LIMIT = 100
const REPLICAS = 3
/** Long, so that next to nothing is refilled while a test runs: one request in 36 s. */
const WINDOW_S = 3_600

const resources = new AsyncDisposableStack()
let redis: TemporaryRedis
let urls: string[]

beforeAll(async () => {
  redis = resources.use(await temporaryRedis())
  const folder = resources.use(await temporaryFolder())
  const DATABASE_URL = await temporaryPostgres()
  const servers = Array.from({ length: REPLICAS }, () =>
    spawnServer(folder.path, {
      DATABASE_URL,
      REDIS_URL: redis.url,
      RATE_LIMIT_READ: `${LIMIT}/${WINDOW_S}s`,
      TRUSTED_PROXY_HOPS: '1',
    }),
  )
  resources.defer(async () => {
    for (const server of servers) server.kill()
    await Promise.all(servers.map(({ exited }) => exited))
  })
  urls = await Promise.all(servers.map(urlOf))
})
afterAll(() => resources.disposeAsync())
beforeAll(allTogether)
afterEach(allTogether)

/** Every replica has Redis, and knows of all. */
async function allTogether(): Promise<void> {
  for (const url of urls)
    await until('Redis is there and all replicas are known', async () => {
      return (
        (await redisState(url)) === 'ok' && (await metricOf(url, 'adstock_rate_limit_replicas')) === REPLICAS
      )
    })
}

async function degraded(): Promise<void> {
  for (const url of urls) await until('Redis is missed', async () => (await redisState(url)) === 'degraded')
}

async function redisState(url: string): Promise<string> {
  return ((await (await fetch(`${url}readyz`)).json()) as { redis: string }).redis
}

let callers = 0
/** Whom the trusted proxy saw. */
const newCaller = () => `203.0.113.${(callers += 1)}`

const ask = (url: string | undefined, caller: string, path = 'v1/products/4711') =>
  fetch(`${url ?? ''}${path}`, { headers: { 'x-forwarded-for': caller } })

/** Through all replicas, all at once. */
async function storm(requests: number, callerOf: (n: number) => string): Promise<Response[]> {
  const asked = Array.from({ length: requests }, (_, n) => ask(urls[n % REPLICAS], callerOf(n)))
  return await Promise.all(asked)
}

function admitted(answers: Response[]): number {
  for (const { status, headers } of answers) {
    expect([404, 429]).toContain(status)
    expect(headers.get('ratelimit-policy')).toMatch(/^"read";q=\d+;w=3600$/)
    expect(headers.get('ratelimit')).toMatch(/^"read";r=\d+;t=\d+$/)
    expect(headers.has('retry-after')).toBe(status === 429)
    if (status === 429) expect(headers.get('ratelimit')).toStartWith('"read";r=0;')
  }
  return answers.filter(({ status }) => status !== 429).length
}

test('of 1,000 requests at once through three replicas, the limit passes', async () => {
  const caller = newCaller()
  const passed = admitted(await storm(1_000, () => caller))
  expect(passed).toBeGreaterThan(LIMIT / 2)
  expect(passed).toBeLessThanOrEqual(LIMIT + 2)
})

test('what a client claims beyond the trusted proxy changes nothing', async () => {
  const caller = newCaller()
  const passed = admitted(await storm(300, (n) => `198.51.100.${n % 250}, 10.0.0.${n % 250}, ${caller}`))
  expect(passed).toBeGreaterThan(LIMIT / 2)
  expect(passed).toBeLessThanOrEqual(LIMIT + 2)
})

test('behind one trusted proxy each client has its own limit; an IPv6 network counts as one', async () => {
  const [first, second] = [newCaller(), newCaller()]
  expect(admitted(await storm(150, (n) => (n % 2 === 0 ? first : second)))).toBe(150)
  const passed = admitted(await storm(300, (n) => `2001:db8:0:7::${n.toString(16)}`))
  expect(passed).toBeLessThanOrEqual(LIMIT + 2)
})

test('a batch pays for each procedure on any replica, however its commas are written', async () => {
  const caller = newCaller()
  const names = Array.from({ length: 10 }, () => 'products.list')
  const batch = (separator: string, url: string | undefined) =>
    ask(url, caller, `trpc/${names.join(separator)}?batch=1&input=%7B%7D`)
  for (let n = 0; n < 10; n += 1) {
    const { status } = await batch(n % 2 === 0 ? ',' : '%2C', urls[n % REPLICAS])
    expect(status).toBeLessThan(300)
  }
  expect((await ask(urls[0], caller)).status).toBe(429)
})

/** Each replica alone: its share of the limit, and a request that has been refilled meanwhile. */
const SHARES = REPLICAS * (Math.floor(LIMIT / REPLICAS) + 1)

test.each(['stopped', 'killed'] as const)(
  'Redis %s under load: limits hold, and nothing fails',
  async (how) => {
    const callersBefore = [newCaller(), newCaller()]
    const passed = new Map<string, number>()
    const load = async (callerOf: (n: number) => string, requests: number) => {
      for (let sent = 0; sent < requests; sent += 60) {
        const answers = await storm(60, (n) => callerOf(n))
        admitted(answers)
        for (const [n, { status }] of answers.entries())
          if (status !== 429) passed.set(callerOf(n), (passed.get(callerOf(n)) ?? 0) + 1)
      }
    }
    const under = load((n) => callersBefore[n % 2] ?? '', 1_200)
    if (how === 'stopped') redis.pause()
    else await redis.kill()
    try {
      await under
      // Counted by Redis before, and then by each replica: never more than both.
      for (const caller of callersBefore) expect(passed.get(caller)).toBeLessThanOrEqual(LIMIT + SHARES)
      await degraded()
      const caller = newCaller()
      const alone = admitted(await storm(600, () => caller))
      expect(alone).toBeGreaterThan(0)
      expect(alone).toBeLessThanOrEqual(SHARES)
      expect((await ask(urls[0], newCaller())).headers.get('ratelimit-policy')).toBe(
        `"read";q=${Math.floor(LIMIT / REPLICAS)};w=${WINDOW_S}`,
      )
    } finally {
      if (how === 'stopped') redis.resume()
      else await redis.start()
    }
    await allTogether()
    const caller = newCaller()
    expect(admitted(await storm(300, () => caller))).toBeLessThanOrEqual(LIMIT + 2)
  },
)

test('who is known to have used up the limit does not get another when Redis goes', async () => {
  const caller = newCaller()
  admitted(await storm(300, () => caller))
  await redis.kill()
  try {
    await degraded()
    expect(admitted(await storm(300, () => caller))).toBeLessThanOrEqual(REPLICAS)
  } finally {
    await redis.start()
  }
})

test('a server that has never seen Redis takes a quarter of the limit', async () => {
  await using folder = await temporaryFolder()
  const server = spawnServer(folder.path, {
    REDIS_URL: 'redis://127.0.0.1:1',
    RATE_LIMIT_READ: `${LIMIT}/${WINDOW_S}s`,
  })
  const url = await urlOf(server)
  const answers = await Promise.all(Array.from({ length: 200 }, () => ask(url, 'anybody')))
  const passed = admitted(answers)
  expect(passed).toBeGreaterThanOrEqual(25)
  expect(passed).toBeLessThanOrEqual(26)
  server.kill()
  await server.exited
})
