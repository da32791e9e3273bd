/** Two years of ads from a simulator in another process: how near to the ideal, how much memory, how soon done again. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { print } from './measure.ts'
import { runAds, spawnSimulator, type Environment, type Ran } from './processes.ts'
import { benchServerBesideRun } from './server-beside-run.ts'

const PARTS = {
  latency: benchLatency,
  rate: benchRate,
  memory: benchMemory,
  second: benchSecondBackfill,
  server: benchServerBesideRun,
}
type Part = keyof typeof PARTS
export const ADS_PARTS = Object.keys(PARTS) as Part[]

export async function benchAds(parts: readonly string[]): Promise<void> {
  for (const part of ADS_PARTS) if (parts.length === 0 || parts.includes(part)) await PARTS[part]()
}

const CONCURRENCY = 8
const LIMIT = 1.15

async function benchLatency(): Promise<void> {
  const latencyMs = 200
  await using simulator = await spawnSimulator(['--latency-ms', `${latencyMs}`])
  using store = temporaryStore(simulator.env)
  const ran = await runAds(['backfill', '--report', 'campaign'], store.env)
  printWall(`${dates(ran)} dates, ${latencyMs} ms each, ${CONCURRENCY} at once`, ran, {
    idealMs: (dates(ran) * latencyMs) / CONCURRENCY,
  })
}

async function benchRate(): Promise<void> {
  for (const [perSecond, burst] of [
    [40, 10],
    [15, 3],
  ] as const) {
    await using simulator = await spawnSimulator(['--latency-ms', '50', '--rate', `${perSecond}/${burst}`])
    using store = temporaryStore(simulator.env)
    const ran = await runAds(['backfill', '--report', 'campaign'], store.env)
    const { faults } = await simulator.stats()
    const what = `${dates(ran)} dates, ${perSecond} a second allowed, ${faults['temporary-quota'] ?? 0} refused`
    printWall(what, ran, { idealMs: ((dates(ran) - burst) / perSecond) * 1000 })
  }
}

const MEMORY_LIMIT_MB = 500

async function benchMemory(): Promise<void> {
  for (const [rows, days] of [
    [15_000, 24],
    [150_000, 16],
  ] as const) {
    await using simulator = await spawnSimulator(['--huge-day-rows', `${rows}`])
    using store = temporaryStore(simulator.env)
    const range = ['--start', '2026-01-01', '--end', `2026-01-${days}`]
    const ran = await runAds(['fetch', ...range, '--report', 'product'], store.env)
    const total = ran.summaries.reduce((sum, each) => sum + each.rows, 0)
    print(
      `${days} dates of ${rows.toLocaleString('en')} rows, ${CONCURRENCY} at once`,
      `${Math.round((total / ran.cpuMs) * 1000).toLocaleString('en')} rows/s per core`,
      `peak ${Math.round(ran.peakMb)} MB (limit ${MEMORY_LIMIT_MB})`,
    )
  }
}

const SECOND_LIMIT_MS = 300

async function benchSecondBackfill(): Promise<void> {
  await using simulator = await spawnSimulator([])
  using store = temporaryStore(simulator.env)
  const backfill = async () =>
    await runAds(['backfill', ...['campaign', 'ad_group', 'product'].flatMap((name) => ['--report', name])], {
      ...store.env,
    })
  await backfill()
  const before = (await simulator.stats()).figures
  const times: number[] = []
  for (let round = 0; round < 9; round++) times.push((await backfill()).wallMs)
  times.sort((a, b) => a - b)
  const requests = (await simulator.stats()).figures - before
  print(
    'a second backfill, 3 reports, the whole command',
    `p50 ${Math.round(times[4] ?? 0)} ms, max ${Math.round(times.at(-1) ?? 0)} ms`,
    `${requests} requests (limits ${SECOND_LIMIT_MS} ms, 0)`,
  )
}

function printWall(what: string, { wallMs }: Ran, { idealMs }: { idealMs: number }): void {
  const ratio = (wallMs / idealMs).toFixed(2)
  print(what, seconds(wallMs), `${ratio} × the ideal ${seconds(idealMs)} (limit ${LIMIT})`)
}

function dates({ summaries }: Ran): number {
  return summaries.reduce((sum, { fetched }) => sum + fetched, 0)
}

function temporaryStore(env: Environment): Disposable & { env: Environment } {
  const dir = mkdtempSync(join(tmpdir(), 'adstock-bench-ads-'))
  return {
    env: { ...env, ADS_DIR: dir },
    [Symbol.dispose]: () => rmSync(dir, { recursive: true, force: true }),
  }
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`
}
