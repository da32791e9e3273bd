/** How much a run of the ads slows down reads of products in the same process. */
import { median } from '#scripts/lab/harness/median.ts'
import { spawnServer, urlOf } from '#scripts/lab/harness/server-process.ts'
import { temporaryFolder } from '#scripts/lab/harness/test-server.ts'
import { PACE_MS, startReader, type Waited } from './beside.ts'
import { print } from './measure.ts'
import { runToEnd, spawnSimulator, type Environment } from './processes.ts'

const PRODUCTS = 5_000
const WARM_UP_MS = 3_000
const QUIET_MS = 8_000
const POLL_MS = 500
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
    await latestRunOf(url)
    using reader = startReader({ port: Number(new URL(url).port), path: '/v1/products/{n}', keys: PRODUCTS })
    await reader.during(() => Bun.sleep(WARM_UP_MS))
    const quiet: Waited[] = []
    const busy: Waited[] = []
    for (let round = 0; round < ROUNDS; round++) {
      quiet.push(await reader.during(() => Bun.sleep(QUIET_MS)))
      busy.push(await reader.during(() => runAll(url)))
    }
    const refused = [...quiet, ...busy].reduce((sum, round) => sum + round.refused, 0)
    if (refused > 0) throw new Error(`${refused} reads were not answered with 200.`)
    const [before, during] = [medianP99(quiet), medianP99(busy)]
    const reads = busy.reduce((sum, round) => sum + round.reads, 0)
    print(
      `p99 of GET /v1/products/{id}, ${1000 / PACE_MS} a second, during a run`,
      `${during.toFixed(2)} ms, the median of ${ROUNDS} runs; ${reads.toLocaleString('en')} reads`,
      `${(during / before).toFixed(2)} × ${before.toFixed(2)} ms without (limit ${LIMIT})`,
    )
  } finally {
    server.kill()
    await server.exited
  }
}

/** Waits until it has ended: a server begins with one of its own. */
async function latestRunOf(url: string): Promise<void> {
  for (;;) {
    await Bun.sleep(POLL_MS)
    const { items } = (await (await fetch(`${url}v1/ads/runs`)).json()) as { items: { state: string }[] }
    const state = items[0]?.state ?? 'queued'
    if (state === 'done') return
    if (state !== 'queued' && state !== 'running') throw new Error(`A run has ended as ${state}.`)
  }
}

/** A run of all dates, from its start to its end. */
async function runAll(url: string): Promise<void> {
  const body = JSON.stringify({ refresh: true })
  const headers = { 'content-type': 'application/json' }
  const response = await fetch(`${url}v1/ads/runs`, { method: 'POST', headers, body })
  if (response.status !== 202)
    throw new Error(`The run did not start: ${response.status} ${await response.text()}`)
  await latestRunOf(url)
}

function medianP99(rounds: readonly Waited[]): number {
  return median(rounds.map(({ p99 }) => p99))
}
