/**
 * `bun run container upgrade`: the version before the last migration serves, on three replicas under load, and each is
 * replaced by this one. The first to be replaced migrates the database that the others go on using.
 */
import { join } from 'node:path'
import { temporaryFolder } from '#server/testing.ts'
import { need, run } from './program.ts'
import { ROOT } from './replica.ts'
import { rollingRestart, startCluster } from './scale.ts'

const NO_ADS = join(ROOT, 'scripts/consistency/no-ads.ts')

export async function playUpgrade({
  from,
  rate,
  pause,
}: {
  from?: string
  rate: number
  pause: number
}): Promise<void> {
  need('git', 'haproxy', 'redis-server')
  const commit = from ?? (await beforeLastMigration())
  await using resources = new AsyncDisposableStack()
  const folder = resources.use(await temporaryFolder())
  const old = join(folder.path, 'old')
  await git('worktree', 'add', '--detach', old, commit)
  resources.defer(async () => void (await git('worktree', 'remove', '--force', old)))
  const installing = Bun.spawn([process.execPath, 'install', '--frozen-lockfile', '--ignore-scripts'], {
    cwd: old,
    stdout: 'ignore',
    stderr: 'ignore',
  })
  if ((await installing.exited) !== 0) throw new Error(`The packages of ${commit} could not be installed.`)

  const cluster = resources.use(
    await startCluster({ ADS_SOURCE: NO_ADS, GOOGLE_ADS_CUSTOMER_ID: '1234567890' }, old),
  )
  const migrations = async () =>
    (await cluster.sql<{ name: string }[]>`select name from migrations order by name`).map(({ name }) => name)
  const before = await migrations()
  console.log(`from ${commit} to this version at ${rate} requests/s`)
  const wrong = await rollingRestart(cluster, { perSecond: rate, pauseMs: pause })
  const added = (await migrations()).slice(before.length)
  console.log(`  migrated meanwhile: ${added.join(', ') || 'nothing'}`)
  for (const each of wrong) console.log(`  WRONG: ${each}`)
  if (wrong.length === 0) console.log('  nothing is wrong')
  process.exitCode = wrong.length === 0 ? 0 : 1
}

async function beforeLastMigration(): Promise<string> {
  const last = await git('log', '-1', '--format=%H', '--', 'db/migrations/postgres')
  return (await git('rev-parse', '--short', `${last}^`)).trim()
}

async function git(...parameters: readonly string[]): Promise<string> {
  return await run('git', ['-C', ROOT, ...parameters])
}
