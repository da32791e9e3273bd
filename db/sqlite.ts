import { SQLiteError, type Database as Connection } from 'bun:sqlite'
import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { sql, type SQL } from 'drizzle-orm'
import { DrizzleQueryError } from 'drizzle-orm/errors'
import { drizzle, type BunSQLiteDatabase } from 'drizzle-orm/bun-sqlite'
import { SQLiteSyncDialect } from 'drizzle-orm/sqlite-core'
import { watchCommits } from './sqlite-commits.ts'
import { connect, connectReader, isUnavailable, patiently } from './sqlite-connections.ts'
import { watchFile } from './sqlite-file.ts'
import { openScans } from './sqlite-scans.ts'
import { SqliteWriter } from './sqlite-writer.ts'
import { withCommitHooks } from './commit-hooks.ts'
import { acquireFileLease } from './file-lease.ts'
import { migrationsOf, pendingMigrations } from './migrate.ts'
import {
  type FeedEntry,
  type ChangeFeedReader,
  type Database,
  type DatabaseDescription,
  type Queries,
  type Tables,
} from './database.ts'
import * as tables from './schema.sqlite.ts'
import { writeWordQuery } from './search/word-query.ts'

/**
 * One connection writes, one transaction at a time; one reads, so that a read never waits for a write nor sees an uncommitted row;
 * and one reads what takes longer, in a thread of its own.
 */
export async function openSqlite(path: string): Promise<Database> {
  await mkdir(dirname(path), { recursive: true })
  const { writer, reader, hasCommitted } = await connectBoth(path)
  const file = watchFile(path)
  const [writes, reads] = [asQueries(writer), asQueries(reader)]
  const scans = openScans(path)
  const groups = new SqliteWriter(writer, file.requireOwn)
  const hooked = withCommitHooks((run) => groups.transaction(() => run(writes)))

  return {
    // The same columns in both dialects, checked in schema.sqlite.ts; drizzle has no common type for them.
    tables: tables as unknown as Tables,
    get reader() {
      file.requireSeen()
      return reads
    },
    get scanner() {
      file.requireSeen()
      return scans.queries
    },
    ...hooked,
    load: async (run) => void (await hooked.withTransaction(run)),
    all: async (tx, statement) => (tx as unknown as BunSQLiteDatabase).all(statement),
    prepare: (statement) => prepareOn(writer, statement),
    groupsCommits: true,
    rowsOf: (values, columns) => {
      const cells = columns.map(
        ({ name }) => sql`value ->> ${sql.raw(`'${name}'`)} as ${sql.identifier(name)}`,
      )
      return sql`(select ${sql.join(cells, sql`, `)} from json_each(${JSON.stringify(values)})) as given`
    },
    // The transaction holds the write lock already.
    forUpdate: (query) => query,
    forUpdateClause: sql``,
    lockingSoon: async (_tx, lock) => await lock(),
    // There is only one transaction at a time that writes.
    tryLock: async () => true,
    // Its processes share a machine, and so its clock.
    now: async () => Date.now(),
    acquireLease: async (name) => acquireFileLease(path, name),
    matches: (query) => sql`(
      select rowid as id from product_words where product_words match ${writeWordQuery(query, MATCH_SYNTAX)}
    ) as matches`,
    derive: (run) =>
      hooked.withTransaction(async (tx) => {
        const last = writer
          .query<{ seq: number }, []>('select coalesce(max(seq), 0) as seq from changes')
          .get()
        await run(tx)
        writer.run('delete from changes where seq > ?', [last?.seq ?? 0])
      }),
    // Without it the planner takes the filter's index, and then sorts all that it found.
    unindexed: (column) => sql`+${column}`,
    hasRowEstimates: false,
    changeFeed: changeMarks(reader, hasCommitted, file.requireSeen),
    replaced: file.replaced,
    keyState: keyStateIn(reader, watchCommits(path).hasCommitted),
    uniqueViolation: (error) =>
      error instanceof SQLiteError && error.code === 'SQLITE_CONSTRAINT_UNIQUE' ? error.message : undefined,
    isUnavailable: (error) => isUnavailable(error instanceof DrizzleQueryError ? error.cause : error),
    describe: async () => describe(reader),
    waiting: () => groups.waiting + scans.waiting(),
    async close() {
      file[Symbol.dispose]()
      await scans.close()
      reader.close()
      await groups.close()
    },
  }
}

function prepareOn(writer: Connection, statement: SQL): ReturnType<Database['prepare']> {
  const { sql: text } = new SQLiteSyncDialect().sqlToQuery(statement)
  const prepared = writer.prepare<Record<string, unknown>, [string]>(text)
  return async (_, parameter) => prepared.all(parameter)
}

function describe(reader: Connection): DatabaseDescription {
  const found = reader
    .query<{ version: string; bytes: number }, []>(
      'select sqlite_version() as version, page_count * page_size as bytes from pragma_page_count, pragma_page_size',
    )
    .get()
  return { product: 'SQLite', version: '', bytes: 0, ...found }
}

async function connectBoth(path: string) {
  for (;;) {
    const { hasCommitted, isCurrent } = watchCommits(path)
    const writer = connect(path)
    await patiently(writer, 'pragma journal_mode = wal')
    await migrate(writer)
    const reader = connectReader(path)
    if (isCurrent()) return { writer, reader, hasCommitted }
    // The last connection of another process was closed just now, and took the index with it.
    reader.close()
    writer.close()
  }
}

/** @param requireFile throws when what is read would be of a database that was moved away */
function changeMarks(
  reader: Connection,
  hasCommitted: () => boolean,
  requireFile: () => void,
): ChangeFeedReader {
  const select = 'select seq, at, product_id as subject from changes'
  const last = reader.query<FeedEntry, []>(`${select} order by seq desc limit 1`)
  const onwards = reader.query<FeedEntry, [number, number]>(`${select} where seq >= ? order by seq limit ?`)
  let end: readonly FeedEntry[] = []
  return {
    head: () => last.get() ?? undefined,
    from(seq, limit) {
      requireFile()
      if (!hasCommitted() && seq === end[0]?.seq) return end
      const found = onwards.all(seq, limit)
      end = found.length < limit ? found.slice(-1) : []
      return found
    },
  }
}

function keyStateIn(reader: Connection, hasCommitted: () => boolean): () => string {
  const select = reader.query<{ state: string }, []>('select state from key_state')
  let known: string | undefined
  return () => {
    if (!hasCommitted() && known !== undefined) return known
    // Unknown until it is read: should reading fail, the next one must not take the old one for the newest.
    known = undefined
    known = select.get()?.state ?? ''
    return known
  }
}

function asQueries(connection: Connection): Queries {
  return drizzle({ client: connection }) as unknown as Queries
}

/** All in one transaction that begins with the write lock: two processes that start at once migrate once. */
async function migrate(connection: Connection): Promise<void> {
  const migrations = await migrationsOf('sqlite')
  await patiently(connection, 'begin immediate')
  try {
    connection.run(
      'create table if not exists migrations (name text primary key, sha256 text not null) strict',
    )
    const applied = connection
      .query<{ name: string; sha256: string }, []>('select name, sha256 from migrations')
      .all()
    for (const { name, sha256, statements } of pendingMigrations(migrations, applied)) {
      connection.run(statements)
      connection.run('insert into migrations (name, sha256) values (?, ?)', [name, sha256])
    }
    connection.run('commit')
  } catch (error) {
    if (connection.inTransaction) connection.run('rollback')
    throw error
  }
}

/** Quoted, so that no word is taken for an operator. */
const MATCH_SYNTAX = {
  word: (word: string, prefix: boolean) => `"${word.replaceAll('"', '""')}"${prefix ? ' *' : ''}`,
  and: ' AND ',
  or: ' OR ',
  not: ' NOT ',
}
