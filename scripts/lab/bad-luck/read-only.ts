/**
 * A database and a store of ads on a file system that is read-only: what is said, by each command and by the start. As
 * root, because it mounts one. Ends with 1 when a command says more than a line, or fails where it only reads.
 */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { ROOT } from '#scripts/lab/harness/server-process.ts'
import { temporaryFolder } from '#scripts/lab/harness/test-server.ts'

await using folder = await temporaryFolder()
const disk = join(folder.path, 'disk')
await mkdir(disk)
const env = {
  PATH: Bun.env['PATH'] ?? '',
  PORT: '0',
  DATABASE_URL: `file:${join(disk, 'adstock.db')}`,
  ADS_DIR: join(disk, 'ads'),
  ADS_SOURCE: 'demo',
}

interface Ended {
  code: number
  said: string[]
}

async function run(...command: string[]): Promise<Ended> {
  const child = Bun.spawn(command, { cwd: ROOT, env, stdout: 'ignore', stderr: 'pipe' })
  const said = (await new Response(child.stderr).text()).trim().split('\n')
  return { code: await child.exited, said }
}

async function system(...command: string[]): Promise<void> {
  const { code, said } = await run(...command)
  if (code !== 0) throw new Error(`${command.join(' ')}: ${said.join(' ')}`)
}

async function expectOf(words: string, isRight: (ended: Ended) => boolean, ...more: string[]): Promise<void> {
  const ended = await run(process.execPath, ...words.split(' '), ...more)
  const right = isRight(ended)
  console.log(`${right ? 'as it should be' : 'WRONG'}  ${words}: ${ended.code} ${ended.said[0]}`)
  if (!right) process.exitCode = 1
}

const FETCH = 'server/cli/ads.ts fetch --report campaign --start 2026-01-01 --end'
const isDone = ({ code }: Ended) => code === 0
const isRefused = ({ code, said }: Ended) => code > 0 && said.length === 1

await system('mount', '-t', 'tmpfs', '-o', 'size=64m', 'tmpfs', disk)
try {
  await expectOf('server/cli/products.ts seed --count 50', isDone)
  await expectOf(`${FETCH} 2026-01-02`, isDone)
  await system('mount', '-o', 'remount,ro', disk)
  await expectOf('server/main.ts', isRefused)
  await expectOf('server/cli/products.ts seed --count 3', isRefused)
  await expectOf(`${FETCH} 2026-01-03`, isRefused)
  await expectOf('server/cli/ads.ts aggregate', isRefused)
  await expectOf('server/cli/backup.ts create', isRefused, join(folder.path, 'backup'))
  await expectOf('server/cli/ads.ts status', isDone)
  await expectOf('server/cli/ads.ts verify', isDone)
  await expectOf('server/cli/ads.ts query', isDone, 'SELECT sum(clicks) FROM campaign')
} finally {
  await system('umount', disk)
}
