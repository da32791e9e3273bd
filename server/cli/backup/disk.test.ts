/** A disk on which nothing more goes while a backup is written, restored or proved. */
import { expect, setDefaultTimeout, test } from 'bun:test'
import { existsSync, readdirSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { contentsOfFile } from '#db/contents.ts'
import { dateFiles, ended, spawnAds } from '#server/cli/ads/ads-command.testing.ts'
import { ROOT } from '#scripts/lab/harness/server-process.ts'
import { temporaryFolder } from '#scripts/lab/harness/test-server.ts'

setDefaultTimeout(120_000)

/** With files that cannot grow beyond `blocks` of 512 bytes. */
async function run(program: string, env: Record<string, string>, blocks: number | 'unlimited' = 'unlimited') {
  const script = `trap '' XFSZ; ulimit -f ${blocks}; exec ${process.execPath} server/cli/${program}`
  const child = Bun.spawn(['sh', '-c', script], {
    cwd: ROOT,
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdout: 'ignore',
    stderr: 'pipe',
  })
  return { code: await child.exited, said: await new Response(child.stderr).text() }
}

const DONE = { code: 0, said: '' }

/** A catalogue of more than a megabyte, and dates of ads of some kilobytes. */
async function openShop(path: string) {
  const env = {
    DATABASE_URL: `file:${join(path, 'shop.db')}`,
    ADS_DIR: join(path, 'ads'),
    ADS_SOURCE: 'demo',
  }
  await run('products.ts seed --count 2000', env)
  const fetching = 'fetch --start 2026-01-01 --end 2026-01-02 --report product'
  expect(await ended(spawnAds(fetching, env))).toMatchObject({ code: 0 })
  return env
}

test('one line says so, nothing is under the name nor beside it, and it is done once there is room', async () => {
  await using folder = await temporaryFolder()
  const env = await openShop(folder.path)
  const backup = join(folder.path, 'backup')
  const kept = () =>
    readdirSync(folder.path)
      .filter((name) => !name.startsWith('shop.db-'))
      .toSorted()
  const before = kept()
  const refusedWith = async (command: string, message: RegExp, { blocks = 400, of = env } = {}) => {
    const { code, said } = await run(`backup.ts ${command}`, of, blocks)
    expect([command, code, said.trim().split('\n')]).toEqual([command, 2, [expect.stringMatching(message)]])
  }
  await refusedWith(`create ${backup}`, /^No backup was written: .*disk/)
  await refusedWith(`create ${backup} --only ads`, /^No backup was written: EFBIG/, { blocks: 8 })
  expect(kept()).toEqual(before)
  expect(await run(`backup.ts create ${backup}`, env)).toEqual(DONE)

  await refusedWith(`verify ${backup}`, /^The backup cannot be proved: EFBIG/)
  const restored = {
    ...env,
    DATABASE_URL: `file:${join(folder.path, 'new.db')}`,
    ADS_DIR: join(folder.path, 'new'),
  }
  await mkdir(restored.ADS_DIR)
  for (const blocks of [8, 400])
    await refusedWith(`restore ${backup}`, /^Nothing was restored: EFBIG/, { blocks, of: restored })
  expect(readdirSync(restored.ADS_DIR)).toEqual([])
  expect(kept()).toEqual([...before, 'backup', 'new'].toSorted())

  expect(await run(`backup.ts verify ${backup}`, env)).toEqual(DONE)
  expect(await run(`backup.ts restore ${backup}`, restored)).toEqual(DONE)
  expect(dateFiles(restored.ADS_DIR)).toEqual(dateFiles(env.ADS_DIR))
  expect((await contentsOfFile(join(folder.path, 'new.db'))).tables['products']).toBe(2000)
  expect(existsSync(join(folder.path, 'new.db.restoring'))).toBe(false)
})
