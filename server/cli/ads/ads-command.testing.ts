/** For tests: the real command line as a child process, against a simulator over real HTTP. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import { startSimulator, type Simulator, type SimulatorOptions } from '#scripts/lab/simulator/server.ts'

export const CUSTOMER = '1234567890'

export interface Bench extends AsyncDisposable {
  dir: string
  simulator: Simulator
  env: Record<string, string>
  ads: (args: Args, env?: Record<string, string>) => Promise<Ended>
  spawn: (args: Args, env?: Record<string, string>) => Child
  stats: () => Promise<Stats>
  expected: (
    report: string,
    ...range: [from: string, to: string, customerId?: string]
  ) => Promise<ExpectedDay[]>
}

/** A text is divided at its spaces. */
export type Args = string | readonly string[]

export interface Stats {
  figures: number
  tokens: number
  paths: Record<string, number>
  dates: Record<string, number>
  faults: Record<string, number>
}

export interface ExpectedDay {
  date: string
  rows: number
  impressions: number
  clicks: number
  cost_micros: string
  conversions: number
}

export interface Summary {
  report: string
  from: string
  to: string
  requested: number
  skipped: number
  fetched: number
  empty: number
  failed: { date: string; code: string; detail: string }[]
  rows: number
  requests: number
  retries: number
  parked_until: string | null
}

export interface Ended {
  code: number
  stdout: string
  stderr: string
  /** The last line of stdout, when it is JSON. */
  summary: Summary
}

export type Child = ReturnType<typeof spawnAds>

/** A simulator, a folder, and the environment that ties a child to both. */
export function openBench(options: SimulatorOptions = {}): Bench {
  const simulator = startSimulator(options)
  const dir = mkdtempSync(join(tmpdir(), 'adstock-ads-'))
  const env = {
    GOOGLE_ADS_ENDPOINT: simulator.endpoint,
    GOOGLE_OAUTH_ENDPOINT: simulator.oauthEndpoint,
    GOOGLE_ADS_CLIENT_ID: 'id',
    GOOGLE_ADS_CLIENT_SECRET: 'secret',
    GOOGLE_ADS_REFRESH_TOKEN: 'refresh',
    GOOGLE_ADS_CUSTOMER_ID: CUSTOMER,
    ADS_REPORTS: 'campaign',
    ADS_DIR: dir,
    ADS_IDLE_TIMEOUT_MS: fallsSilent(options.scenario) ? '1000' : '20000',
    LOG_LEVEL: 'error',
  }
  const get = async (path: string) => (await fetch(`${simulator.endpoint}${path}`)).json()
  return {
    dir,
    simulator,
    env,
    ads: async (args, more = {}) => await ended(spawnAds(args, { ...env, ...more })),
    spawn: (args, more = {}) => spawnAds(args, { ...env, ...more }),
    stats: async () => (await get('/__stats')) as Awaited<ReturnType<Bench['stats']>>,
    expected: async (report, ...[from, to, customerId = CUSTOMER]) => {
      const query = new URLSearchParams({ report, customer_id: customerId, from, to })
      return ((await get(`/__expected?${query}`)) as { days: ExpectedDay[] }).days
    },
    async [Symbol.asyncDispose]() {
      await simulator.stop()
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

export function spawnAds(args: Args, env: Record<string, string>) {
  const preload =
    env['FAIL_POINT'] === undefined ? [] : ['--preload', './server/cli/ads/fail-point.testing.ts']
  const words = typeof args === 'string' ? args.split(' ') : args
  const command = [process.execPath, ...preload, 'server/cli/ads.ts', ...words]
  return spawnInRoot(command, env)
}

/** Silence costs a test the whole time-out; elsewhere a busy machine must not be taken for it. */
function fallsSilent(scenario: SimulatorOptions['scenario']): boolean {
  return scenario === 'stall' || scenario === 'mixed'
}

/** With files that cannot grow beyond `blocks` of 512 bytes, as on a disk that is full. */
export function spawnCramped(args: string, { blocks, env }: { blocks: number; env: Record<string, string> }) {
  const script = `trap '' XFSZ; ulimit -f ${blocks}; exec "$@"`
  return spawnInRoot(
    ['sh', '-c', script, 'sh', process.execPath, 'server/cli/ads.ts', ...args.split(' ')],
    env,
  )
}

function spawnInRoot(command: string[], env: Record<string, string>) {
  const { PATH = '', HOME = '' } = process.env
  return Bun.spawn(command, {
    cwd: join(import.meta.dir, '../../..'),
    // Without a database, the developer's own would have the runs in its audit.
    env: { PATH, HOME, DATABASE_URL: 'file:/none/adstock.db', ...env },
    stdout: 'pipe',
    stderr: 'pipe',
  })
}

export async function ended(child: Child): Promise<Ended> {
  const [stdout, stderr, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ])
  const last = stdout.trimEnd().split('\n').at(-1) ?? ''
  return { code, stdout, stderr, summary: (last.startsWith('{') ? JSON.parse(last) : undefined) as Summary }
}

export type Record_ = Record<string, string>

export function readCsv(path: string): Record_[] {
  return parse<Record_>(readFileSync(path), { columns: true })
}

/** Every data.csv, relative to the store's folder. */
export function dateFiles(dir: string): string[] {
  return readdirSync(dir, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('data.csv'))
    .toSorted()
}

export function dateFile(report: string, date: string): string {
  return join(report, `customer_id=${CUSTOMER}`, `date=${date}`, 'data.csv')
}

/** What a CSV reader makes of rows, in the words of the simulator's expectation. */
export function sumsByDate(rows: readonly Record_[]): Map<string, Omit<ExpectedDay, 'date'>> {
  const sums = new Map<string, Omit<ExpectedDay, 'date'>>()
  for (const row of rows) {
    const sum = sums.get(row['date'] ?? '') ?? {
      rows: 0,
      impressions: 0,
      clicks: 0,
      cost_micros: '0',
      conversions: 0,
    }
    sums.set(row['date'] ?? '', {
      rows: sum.rows + 1,
      impressions: sum.impressions + Number(row['impressions']),
      clicks: sum.clicks + Number(row['clicks']),
      cost_micros: `${BigInt(sum.cost_micros) + BigInt(row['cost_micros'] ?? 0)}`,
      conversions: Math.round((sum.conversions + Number(row['conversions'])) * 1e6) / 1e6,
    })
  }
  return sums
}

/** The expectation in the same form; dates without rows have no line in a CSV. */
export function expectedSums(days: readonly ExpectedDay[]): Map<string, Omit<ExpectedDay, 'date'>> {
  return new Map(
    days
      .filter(({ rows }) => rows > 0)
      .map(({ date, rows, impressions, clicks, cost_micros, conversions }) => [
        date,
        { rows, impressions, clicks, cost_micros, conversions },
      ]),
  )
}
