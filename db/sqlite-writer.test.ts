/** Transactions that share a commit: each is alone in what it does, and none is answered early. */
import { afterEach, beforeEach, expect, test } from 'bun:test'
import { Database as Connection } from 'bun:sqlite'
import { join } from 'node:path'
import { temporaryFolder } from '#scripts/lab/harness/test-server.ts'
import { SqliteWriter } from './sqlite-writer.ts'

/** Notes what ends a transaction. */
class Watched extends Connection {
  readonly commits: string[] = []
  rollbacksToFail = 0
  override run(...statement: Parameters<Connection['run']>) {
    if (statement[0] === 'rollback' && this.rollbacksToFail-- > 0) throw new Error('disk I/O error')
    if (/^(?:commit|rollback$)/.test(statement[0])) this.commits.push(statement[0])
    return super.run(...statement)
  }
}

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let connection: Watched
let reader: Connection
let mayCommit: boolean
let writer: SqliteWriter

beforeEach(async () => {
  folder = await temporaryFolder()
  const path = join(folder.path, 'a.db')
  connection = new Watched(path)
  connection.run('pragma journal_mode = wal')
  connection.run('create table rows (n integer primary key)')
  reader = new Connection(path)
  mayCommit = true
  writer = new SqliteWriter(connection, () => {
    if (!mayCommit) throw new Error('moved away')
  })
})
afterEach(async () => {
  reader.close()
  await writer.close()
  await folder[Symbol.asyncDispose]()
})

const stored = () =>
  reader
    .query<{ n: number }, []>('select n from rows order by n')
    .all()
    .map(({ n }) => n)
const insert = (n: number) => void connection.run('insert into rows values (?)', [n])
/** Each with what a reader saw the moment it was answered. */
const answered = <T>(transaction: Promise<T>) =>
  transaction.then(
    (value) => ({ value, stored: stored() }),
    (error: unknown) => ({ error: String(error), stored: stored() }),
  )

test('those that wait together are committed together, and each is answered after that', async () => {
  const all = Array.from({ length: 20 }, (_, n) =>
    answered(
      writer.transaction(async () => {
        insert(n)
        await Bun.sleep(0)
        return n
      }),
    ),
  )
  const numbers = Array.from({ length: 20 }, (_, n) => n)
  for (const [n, answer] of (await Promise.all(all)).entries()) {
    expect(answer).toMatchObject({ value: n })
    expect(answer.stored).toContain(n)
  }
  expect(stored()).toEqual(numbers)
  expect(connection.commits.length).toBeLessThan(10)
})

test('one that fails is rolled back alone, and is told so after the commit of what it saw', async () => {
  const [first, failed, last] = await Promise.all([
    answered(writer.transaction(async () => insert(1))),
    answered(
      writer.transaction(async () => {
        insert(2)
        const { seen } =
          connection.query<{ seen: number }, []>('select count(*) as seen from rows').get() ?? {}
        throw new Error(`saw ${seen}`)
      }),
    ),
    answered(writer.transaction(async () => insert(3))),
  ])
  expect(first.stored).toContain(1)
  expect(failed).toMatchObject({ error: 'Error: saw 2' })
  expect(failed.stored).toContain(1)
  expect(failed.stored).not.toContain(2)
  expect(last.stored).toEqual([1, 3])
  expect(connection.commits).toEqual(['commit'])
})

test('where the commit is refused, none of the group is stored, and each is told', async () => {
  mayCommit = false
  const refused = await Promise.all([1, 2].map((n) => answered(writer.transaction(async () => insert(n)))))
  for (const each of refused) expect(each).toEqual({ error: 'Error: moved away', stored: [] })
  mayCommit = true
  expect(await answered(writer.transaction(async () => insert(3)))).toMatchObject({ stored: [3] })
})

test('where SQLite ends the transaction by itself, none of the group passes for stored', async () => {
  const [first, ended, next] = await Promise.all([
    answered(writer.transaction(async () => insert(1))),
    answered(
      writer.transaction(async () => {
        connection.run('rollback')
        throw new Error('disk I/O error')
      }),
    ),
    answered(writer.transaction(async () => insert(3))),
  ])
  expect([first, ended]).toMatchObject([
    { error: 'Error: disk I/O error' },
    { error: 'Error: disk I/O error' },
  ])
  expect(next).toMatchObject({ stored: [3] })
})

test('where not even the rollback succeeds, the next transaction is stored alone', async () => {
  connection.rollbacksToFail = 1
  mayCommit = false
  const failed = await answered(writer.transaction(async () => insert(1)))
  expect(failed).toEqual({ error: 'Error: moved away', stored: [] })
  mayCommit = true
  expect(await answered(writer.transaction(async () => insert(2)))).toEqual({ value: undefined, stored: [2] })
})

test('closing waits for what was begun', async () => {
  const begun = writer.transaction(async () => {
    await Bun.sleep(1)
    insert(1)
  })
  await writer.close()
  await begun
  expect(stored()).toEqual([1])
})
