/** Whatever the host's clock is set to, a date is the account's: around midnight, and where an hour is missing or comes twice. */
import { expect, setDefaultTimeout, test } from 'bun:test'
import { join } from 'node:path'
import { dateFiles, ended, openBench } from '#server/cli/ads/ads-command.testing.ts'
import { temporaryFolder } from '#scripts/lab/harness/test-server.ts'
import { startSimulator } from '#scripts/lab/simulator/server.ts'

// Children on a busy machine.
setDefaultTimeout(120_000)

const HOSTS = ['Pacific/Kiritimati', 'Pacific/Pago_Pago']
const MOMENTS: { zone: string; at: string; yesterday: string; why: string }[] = [
  { zone: 'America/New_York', at: '2026-03-08T04:59:00Z', yesterday: '2026-03-06', why: 'before midnight' },
  { zone: 'America/New_York', at: '2026-03-08T05:01:00Z', yesterday: '2026-03-07', why: 'after midnight' },
  {
    zone: 'America/New_York',
    at: '2026-03-09T03:59:00Z',
    yesterday: '2026-03-07',
    why: 'a day of 23 hours ends',
  },
  { zone: 'America/New_York', at: '2026-03-09T04:01:00Z', yesterday: '2026-03-08', why: 'it has ended' },
  {
    zone: 'America/New_York',
    at: '2026-11-02T04:59:00Z',
    yesterday: '2026-10-31',
    why: 'a day of 25 hours ends',
  },
  { zone: 'America/New_York', at: '2026-11-02T05:01:00Z', yesterday: '2026-11-01', why: 'it has ended' },
  { zone: 'Asia/Tokyo', at: '2026-06-30T15:01:00Z', yesterday: '2026-06-30', why: 'tomorrow there already' },
]

/** The server as its own process, in a host's time zone, from a given moment on; it answers one request and ends. */
const SERVER = `
  import { startApp } from '#server/app.ts'
  import { readConfig } from '#server/config.ts'
  import { createLogger } from '#server/platform/log.ts'
  const config = readConfig(process.env)
  const aheadMs = Date.parse(process.env.AT) - Date.now()
  const now = () => Date.now() + aheadMs
  const app = await startApp(config, createLogger(config.log), { clock: { now } })
  const call = async (path, init) => (await fetch(new URL('/v1' + path, app.url), init)).json()
  const body = JSON.stringify({ from: process.env.FROM })
  const { id } = await call('/ads/runs', { method: 'POST', body, headers: { 'content-type': 'application/json' } })
  let run = await call('/ads/runs/' + id)
  for (; run.finished_at === null; run = await call('/ads/runs/' + id)) await Bun.sleep(10)
  const { to } = await call('/ads/days')
  console.log(JSON.stringify({ host: new Date(now()).getHours(), run, to }))
  await app[Symbol.asyncDispose]()
  process.exit(0)`

for (const { zone, at, yesterday, why } of MOMENTS) {
  test(`${at} in ${zone}, ${why}: the last date is ${yesterday}, on any host`, async () => {
    const simulator = startSimulator({ timeZone: zone, nowMs: () => Date.parse(at) })
    const from = Temporal.PlainDate.from(yesterday).subtract({ days: 1 }).toString()
    const hours = new Set<number>()
    for (const TZ of HOSTS) {
      await using place = await temporaryFolder()
      const child = Bun.spawn([process.execPath, '-e', SERVER], {
        cwd: join(import.meta.dir, '../..'),
        env: {
          PATH: process.env['PATH'] ?? '',
          TZ,
          AT: at,
          FROM: from,
          PORT: '0',
          DATABASE_URL: `file:${place.path}/adstock.db`,
          ADS_DIR: join(place.path, 'ads'),
          ADS_REPORTS: 'campaign',
          GOOGLE_ADS_ENDPOINT: simulator.endpoint,
          GOOGLE_OAUTH_ENDPOINT: simulator.oauthEndpoint,
          GOOGLE_ADS_CLIENT_ID: 'id',
          GOOGLE_ADS_CLIENT_SECRET: 'secret',
          GOOGLE_ADS_REFRESH_TOKEN: 'refresh',
          GOOGLE_ADS_CUSTOMER_ID: '1234567890',
          RATE_LIMIT: 'off',
          LOG_LEVEL: 'warn',
        },
        stdout: 'pipe',
        stderr: 'pipe',
      })
      const { code, stdout, stderr } = await ended(child)
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
      const { host, run, to } = JSON.parse(stdout)
      expect(run).toMatchObject({ state: 'done', from, to: yesterday, done: 2 })
      expect(to).toBe(yesterday)
      expect(dateFiles(join(place.path, 'ads')).map((path) => path.slice(-19, -9))).toEqual([from, yesterday])
      hours.add(host)
    }
    // The hosts' clocks really showed different times.
    expect(hours.size).toBe(2)
    await simulator.stop()
  })
}

test('the command line takes the account’s yesterday too, and an end that is left out is that', async () => {
  const zone = 'Pacific/Auckland'
  await using bench = openBench({ timeZone: zone })
  const yesterday = () => Temporal.Now.plainDateISO(zone).subtract({ days: 1 }).toString()
  for (const TZ of HOSTS) {
    const before = yesterday()
    const whole = await bench.ads('backfill --dry-run --json', { TZ })
    const open = await bench.ads('backfill --start 2026-01-01 --dry-run --json', { TZ })
    // Midnight there may pass meanwhile.
    expect([before, yesterday()]).toContain(whole.summary.to)
    expect([before, yesterday()]).toContain(open.summary.to)
    expect(open.summary.from).toBe('2026-01-01')
  }
})
