/** How much a run of the ads slows down reads of products in the same process. */
import { spawnServer, urlOf } from '#scripts/lab/harness/server-process.ts'
import { temporaryFolder } from '#scripts/lab/harness/test-server.ts'
import { print } from './measure.ts'
import { runToEnd, spawnSimulator, type Environment } from './processes.ts'

const PRODUCTS = 5_000
const REQUESTS_PER_SECOND = 200
const WARM_UP_MS = 3_000
const QUIET_MS = 8_000
const ROUNDS = 3
const LIMIT = 1.5

export async function benchServerBesideRun(): Promise<void> {
  await using simulator = await spawnSimulator(['--latency-ms', '50'])
  await using folder = await temporaryFolder()
  const env: Environment = {
    ...simulator.env,
    ADS_SOURCE: 'google',
    DATABASE_URL: `file:${folder.path}/adstock.db`,
    ADS_DIR: `${folder.path}/ads`,
    ADS_REPORTS: 'campaign,product',
    RATE_LIMIT: 'off',
  }
  await runToEnd(['server/cli/products.ts', 'seed', '--count', `${PRODUCTS}`], env)
  const server = spawnServer(folder.path, env)
  try {
    const url = await urlOf(server)
    await firstBackfillOf(url)
    await readFor(url, WARM_UP_MS)
    const quiet: number[] = []
    const busy: number[] = []
    for (let round = 0; round < ROUNDS; round++) {
      quiet.push(...(await readFor(url, QUIET_MS)))
      busy.push(...(await readDuringRun(url)))
    }
    const [before, during] = [p99(quiet), p99(busy)]
    print(
      `p99 of GET /v1/products/{id}, ${REQUESTS_PER_SECOND} a second, during a run`,
      `${during.toFixed(2)} ms of ${busy.length.toLocaleString('en')} reads`,
      `${(during / before).toFixed(2)} × ${before.toFixed(2)} ms without (limit ${LIMIT})`,
    )
  } finally {
    server.kill()
    await server.exited
  }
}

/** A server begins with one of its own. */
async function firstBackfillOf(url: string): Promise<void> {
  for (;;) {
    await Bun.sleep(500)
    const { items } = (await (await fetch(`${url}v1/ads/runs`)).json()) as { items: { state: string }[] }
    if (items[0]?.state === 'done') return
    if (items[0]?.state === 'failed') throw new Error('The first backfill failed.')
  }
}

async function readFor(url: string, ms: number): Promise<number[]> {
  const untilMs = performance.now() + ms
  return await read(url, () => performance.now() > untilMs)
}

/** A run of all dates, from its start to its end. */
async function readDuringRun(url: string): Promise<number[]> {
  const body = JSON.stringify({ refresh: true })
  const headers = { 'content-type': 'application/json' }
  const response = await fetch(`${url}v1/ads/runs`, { method: 'POST', headers, body })
  if (response.status !== 202)
    throw new Error(`The run did not start: ${response.status} ${await response.text()}`)
  const { id } = (await response.json()) as { id: string }
  let ended = false
  const watch = setInterval(() => {
    void fetch(`${url}v1/ads/runs/${id}`)
      .then(async (answer) => (await answer.json()) as { state: string })
      .then(({ state }) => (ended = state !== 'running' && state !== 'queued'))
  }, 500)
  const times = await read(url, () => ended)
  clearInterval(watch)
  return times
}

/** At a steady pace, whether the last answer has come or not: a stall must delay every request that arrives during it. */
async function read(url: string, isOver: () => boolean): Promise<number[]> {
  const times: number[] = []
  const under: Promise<void>[] = []
  const startedAtMs = performance.now()
  for (let sent = 0; !isOver(); sent++) {
    const dueMs = startedAtMs + (sent * 1000) / REQUESTS_PER_SECOND
    await Bun.sleep(Math.max(0, dueMs - performance.now()))
    under.push(readOne(url, 1 + ((sent * 7_919) % PRODUCTS)).then((ms) => void times.push(ms)))
  }
  await Promise.all(under)
  return times
}

async function readOne(url: string, id: number): Promise<number> {
  const startedAtMs = performance.now()
  const response = await fetch(`${url}v1/products/${id}`)
  await response.arrayBuffer()
  if (response.status !== 200) throw new Error(`Product ${id} answered ${response.status}.`)
  return performance.now() - startedAtMs
}

function p99(times: number[]): number {
  const sorted = times.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length * 0.99)] ?? 0
}
