/** What the watch must not do to the locks by which processes of one database know of each other. */
import { Database as Connection } from 'bun:sqlite'
import { expect, test } from 'bun:test'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openDatabase } from './open.ts'

/** The byte of the index on which every process that uses it has a lock; the first one to come has found none. */
const IN_USE = ' 128 128'

async function holdsIndex(path: string): Promise<boolean> {
  const { ino } = statSync(`${path}-shm`)
  const locks = (await readFile('/proc/locks', 'utf8')).split('\n')
  return locks.some(
    (lock) => lock.includes(` ${process.pid} `) && lock.includes(`:${ino} `) && lock.endsWith(IN_USE),
  )
}

test.skipIf(process.platform !== 'linux')(
  'the index stays locked, so that no other process takes itself for the first one and empties it',
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'adstock-watch-'))
    const path = join(folder, 'a.db')
    const first = await openDatabase(`file:${path}`)
    expect(await holdsIndex(path)).toBe(true)
    const second = await openDatabase(`file:${path}`)
    expect(await holdsIndex(path)).toBe(true)
    await second.close()
    expect(await holdsIndex(path)).toBe(true)
    await first.close()

    const again = await openDatabase(`file:${path}`)
    expect(await holdsIndex(path)).toBe(true)
    await again.close()
    await rm(folder, { recursive: true })
  },
)

test('a commit of another process is seen', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'adstock-watch-'))
  const path = join(folder, 'a.db')
  const db = await openDatabase(`file:${path}`)
  const seqs = async () => (await db.changeFeed.from(0, 10)).map(({ seq }) => seq)
  expect(await seqs()).toEqual([])
  for (const seq of [1, 2]) {
    const sql = `insert into changes (seq, kind, product_id, version, at) values (${seq}, 'updated', 1, 1, 1)`
    const program = `new (require('bun:sqlite').Database)(process.argv[1]).run(process.argv[2])`
    const writing = Bun.spawn([process.execPath, '-e', program, path, sql], { stderr: 'inherit' })
    expect(await writing.exited).toBe(0)
    expect((await seqs()).at(-1)).toBe(seq)
  }
  await db.close()
  await rm(folder, { recursive: true })
})

test.each([0, 3])(
  'an index of %d bytes, left by who was killed as it made it, is made anew',
  async (bytes) => {
    const folder = await mkdtemp(join(tmpdir(), 'adstock-watch-'))
    const path = join(folder, 'a.db')
    writeFileSync(`${path}-shm`, new Uint8Array(bytes))
    const db = await openDatabase(`file:${path}`)
    expect(await db.changeFeed.from(0, 10)).toEqual([])
    await db.close()
    await rm(folder, { recursive: true })
  },
)

test('a new file that another process is writing to is waited for', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'adstock-watch-'))
  const path = join(folder, 'a.db')
  const other = new Connection(path)
  other.run('begin immediate')
  const opening = openDatabase(`file:${path}`)
  setTimeout(() => other.run('commit'), 20)
  const db = await opening
  expect(await db.changeFeed.from(0, 10)).toEqual([])
  await db.close()
  other.close()
  await rm(folder, { recursive: true })
})
