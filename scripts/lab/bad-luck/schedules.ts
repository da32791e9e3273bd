/**
 * The daily job and the scheduled backups of a server whose clock is set back and forth. Prints one line for each step,
 * five minutes in all; ends with 1 when a job is left out or done too often.
 */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { spawnServer, urlOf } from '#scripts/lab/harness/server-process.ts'
import { temporaryFolder } from '#scripts/lab/harness/test-server.ts'
import { until } from '#scripts/lab/harness/until.ts'
import { fakeClockIn } from './fake-clock.ts'

/** A schedule looks at the clock this often, and a job takes some seconds. */
const LOOK_MS = 70_000

await using folder = await temporaryFolder()
const clock = fakeClockIn(folder.path)
const setTo = (time: string) =>
  clock.set(`${Math.round((Date.parse(time) - Date.now()) / 1000)}s`.replace(/^(?=\d)/, '+'))
const backups = join(folder.path, 'backups')

setTo('2026-11-20T06:00:00Z')
const server = spawnServer(folder.path, {
  ...clock.env,
  LOG_LEVEL: 'warn',
  ADS_SOURCE: 'demo',
  ADS_REPORTS: 'campaign',
  ADS_CRON: '30 6 * * *',
  ADS_CRON_TIMEZONE: 'UTC',
  BACKUP_CRON: '30 6 * * *',
  BACKUP_DIR: backups,
})
const url = await urlOf(server)

async function runs() {
  const answer = await fetch(`${url}v1/ads/runs`)
  return ((await answer.json()) as { items: { kind: string; finished_at: string | null }[] }).items
}

async function done(): Promise<{ runs: number; backups: number }> {
  return {
    runs: (await runs()).filter(({ kind }) => kind === 'daily').length,
    backups: existsSync(backups) ? readdirSync(backups).filter((name) => name.endsWith('Z')).length : 0,
  }
}

interface Step {
  what: string
  to: string
  runs: number
  backups: number
}

/** A backup that is made once more for a tick does no harm: its name is of another minute, or it is proved again. */
const STEPS: readonly Step[] = [
  { what: 'a tick', to: '2026-11-20T06:29:15Z', runs: 1, backups: 1 },
  { what: 'set back over the tick', to: '2026-11-20T06:29:15Z', runs: 1, backups: 2 },
  { what: 'set forth by a day and a half', to: '2026-11-21T18:00:00Z', runs: 2, backups: 3 },
  { what: 'set back by half a day, before its tick', to: '2026-11-21T06:29:15Z', runs: 3, backups: 4 },
]

await until('the first run has ended', async () => (await runs())[0]?.finished_at)
for (const { what, to, ...expected } of STEPS) {
  setTo(to)
  await Bun.sleep(LOOK_MS)
  const found = await done()
  const isRight = Bun.deepEquals(found, expected)
  console.log(
    `${what.padEnd(42)} ${JSON.stringify(found)} ${isRight ? 'as it should be' : `not ${JSON.stringify(expected)}`}`,
  )
  if (!isRight) process.exitCode = 1
}
server.kill()
await server.exited
