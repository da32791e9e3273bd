import { SQL } from 'bun'
import { sql, type SQL as Statement } from 'drizzle-orm'
import { drizzle, type BunSQLDatabase } from 'drizzle-orm/bun-sql'
import { PgDialect } from 'drizzle-orm/pg-core'
import { ConnectionQueue, queued } from './connection-queue.ts'
import { withCommitHooks } from './commit-hooks.ts'
import { migrationsOf, pendingMigrations, type Migration } from './migrate.ts'
import {
  DatabaseBusyError,
  type FeedEntry,
  type ChangeFeedReader,
  type Database,
  type DatabaseDescription,
  type Queries,
} from './database.ts'
import * as tables from './schema.postgres.ts'
import { writeWordQuery } from './search/word-query.ts'

const MAX_CONNECTIONS = 10
const CONNECT_TIMEOUT_S = 5
/** The server gives up by itself, so that an abandoned query does not go on. */
const STATEMENT_TIMEOUT_MS = 5_000
/** Longer than any statement may take: then the server is not at work, but gone or stopped. */
const SILENCE_MS = STATEMENT_TIMEOUT_MS + 1_000
/** A database that starts together with this program may have to recover first. */
const START_TIMEOUT_MS = 60_000
const START_POLL_MS = 500
/** A migration that waits for a lock blocks the queries behind it, those of the version that still serves among them. */
const MIGRATION_LOCK_TIMEOUT_MS = 500
/** Longer than a sale holds a product, shorter than a caller notices. */
const SOON = sql.raw("'50ms'")
const LOCK_NOT_AVAILABLE = '55P03'
/** About a second's work in reads; writes are refused last. */
const QUEUE_LIMITS = { waitingReads: 1_500, waitingTransactions: 3_000, silenceMs: SILENCE_MS }
/** Any number, as long as every version of this program takes the same one. */
const MIGRATION_LOCK = 7_235_811
/** Drizzle's select wants a source. */
const ONE_ROW = sql`(select 1) as one`
const UNIQUE_VIOLATION = '23505'

/**
 * @param url `postgres://…`
 * @param onWaiting told with each refusal while the server is still starting, and each time that a migration gives
 * way; without it a server that is starting is not waited for
 */
export async function openPostgres(url: string, onWaiting?: (error: unknown) => void): Promise<Database> {
  const first = connect(url)
  const connections = [...Array.from({ length: MAX_CONNECTIONS - 1 }, () => connect(url)), first]
  // Every read asks it first: it must not wait behind a full pool, nor be planned anew each time.
  const watcher = connect(url, { plan_cache_mode: 'force_generic_plan' })
  // Opened by the first question, so never by a server that knows no keys.
  const keyWatcher = connect(url, { plan_cache_mode: 'force_generic_plan' })
  await untilDone(() => migrate(first), onWaiting)
  const queue = new ConnectionQueue(connections, QUEUE_LIMITS)
  const queries = drizzle({ client: queued(queue) })

  return {
    tables,
    reader: queries,
    scanner: queries,
    ...withCommitHooks((run) => queries.transaction(run)),
    load: (run) =>
      drizzle({ client: first }).transaction(async (tx) => {
        await tx.execute(
          sql`select set_config('statement_timeout', '0', true), set_config('adstock.loading', 'on', true)`,
        )
        const ids = await run(tx)
        await tx.execute(sql`select record_loaded_products(${`{${ids.join()}}`}::bigint[])`)
      }),
    groupsCommits: false,
    all: async (tx, statement) => Array.from(await (tx as typeof queries).execute(statement)),
    prepare,
    rowsOf: (values, columns) => {
      const cells = columns.map(
        ({ name, text }) => sql`${sql.identifier(name)} ${sql.raw(text ? 'text' : 'bigint')}`,
      )
      // By way of text: what the driver takes for JSON it would make a JSON string of.
      return sql`json_to_recordset(${JSON.stringify(values)}::text::json) as given (${sql.join(cells, sql`, `)})`
    },
    forUpdate: (query) => query.for('update') as typeof query,
    forUpdateClause: sql`for update`,
    lockingSoon,
    tryLock: async (tx, name) => {
      const [row] = await tx
        .select({ locked: sql<boolean>`pg_try_advisory_xact_lock(hashtextextended(${name}, 0))` })
        .from(ONE_ROW)
      return row?.locked ?? false
    },
    now: async (tx) => {
      const nowMs = sql<string>`floor(extract(epoch from clock_timestamp()) * 1000)::bigint`
      const [row] = await tx.select({ nowMs }).from(ONE_ROW)
      return Number(row?.nowMs)
    },
    acquireLease: (name) => acquireLease(url, name),
    // The fence keeps the planner from walking all products in the hope of a match.
    matches: (query) => sql`(
      select id from products where search @@ ${writeWordQuery(query, MATCH_SYNTAX)}::tsquery offset 0
    ) as matches`,
    derive: (run) =>
      queries.transaction(async (tx) => {
        await tx.execute(sql`select set_config('adstock.loading', 'on', true)`)
        await run(tx)
      }),
    // The planner knows how many rows a filter leaves, and decides well.
    unindexed: (column) => sql`${column}`,
    hasRowEstimates: true,
    changeFeed: changeMarks(watcher),
    keyState: keyStateIn(keyWatcher),
    uniqueViolation: (error) =>
      driverError(error).sqlState === UNIQUE_VIOLATION ? String(causeOf(error)) : undefined,
    isUnavailable: (error) => isPassing(error) || isElsewhereToMend(error),
    // Its connections end with it, and new ones are to the one that is there.
    replaced: new Promise(() => {}),
    describe: async () => await describe(queries),
    waiting: () => queue.waiting,
    async close() {
      await Promise.all([...connections, watcher, keyWatcher].map((connection) => connection.close()))
    },
  }
}

/** The driver itself keeps what has the same text prepared, on each connection. */
function prepare(statement: Statement): ReturnType<Database['prepare']> {
  const [head = '', tail = ''] = new PgDialect().sqlToQuery(statement).sql.split('$1')
  return async (tx, parameter) =>
    Array.from(
      await (tx as unknown as BunSQLDatabase).execute(sql`${sql.raw(head)}${parameter}${sql.raw(tail)}`),
    )
}

async function lockingSoon<T>(tx: Queries, lock: () => Promise<T>): Promise<T> {
  const setBound = async (bound: Statement) => {
    await (tx as unknown as BunSQLDatabase).execute(sql`set local lock_timeout to ${bound}`)
  }
  // In this order, without a wait in between. Later locks, such as that of the change feed, are waited for as ever.
  const [, locked] = await Promise.all([setBound(SOON), lock(), setBound(sql`default`)])
  return locked
}

async function describe(queries: Pick<BunSQLDatabase, 'select'>): Promise<DatabaseDescription> {
  const [row] = await queries
    .select({
      version: sql<string>`split_part(current_setting('server_version'), ' ', 1)`,
      bytes: sql<string>`pg_database_size(current_database())`,
    })
    .from(ONE_ROW)
  return { product: 'PostgreSQL', version: row?.version ?? '', bytes: Number(row?.bytes) }
}

/** One connection, opened by the first query and again when it was lost. */
function connect(url: string, settings: Record<string, string> = {}): SQL {
  return new SQL({
    url,
    max: 1,
    connectionTimeout: CONNECT_TIMEOUT_S,
    connection: { statement_timeout: STATEMENT_TIMEOUT_MS, ...settings },
  })
}

function changeMarks(watcher: SQL): ChangeFeedReader {
  const queue = new ConnectionQueue([watcher], QUEUE_LIMITS)
  const ask = async (query: () => Promise<Record<keyof FeedEntry, string>[]>) => {
    const rows = await queue.run(async () => await query(), 'waitingReads')
    return rows.map(({ seq, at, subject }) => ({
      seq: Number(seq),
      at: Number(at),
      subject: Number(subject),
    }))
  }
  return {
    head: async () =>
      (
        await ask(() => watcher`select seq, at, product_id as subject from changes order by seq desc limit 1`)
      )[0],
    from: (seq, limit) =>
      ask(
        () => watcher`
          select seq, at, product_id as subject from changes where seq >= ${seq} order by seq limit ${limit}`,
      ),
  }
}

function keyStateIn(watcher: SQL): () => Promise<string> {
  const queue = new ConnectionQueue([watcher], QUEUE_LIMITS)
  const ask = async () => await watcher<{ state: string }[]>`select state from key_state`
  return async () => {
    const [row] = await queue.run(ask, 'waitingReads')
    return row?.state ?? ''
  }
}

/** An advisory lock of a session, on a connection of its own: it takes none from the pool. */
async function acquireLease(url: string, name: string): Promise<AsyncDisposable | undefined> {
  const session = new SQL({ url, max: 1, connectionTimeout: CONNECT_TIMEOUT_S })
  try {
    const [row] = await session<{ locked: boolean }[]>`
      select pg_try_advisory_lock(hashtextextended(${name}, 0)) as locked`
    if (row?.locked) return { [Symbol.asyncDispose]: () => session.close() }
  } catch (error) {
    await session.close()
    throw error
  }
  await session.close()
  return undefined
}

/** Drizzle wraps the driver's error as the cause. Bun puts the SQLSTATE in `errno`, and what is its own in `code`. */
function driverError(error: unknown): { sqlState: string; code: string } {
  const cause = causeOf(error)
  const { errno = '', code = '' }: { errno?: unknown; code?: unknown } = Object(cause)
  return { sqlState: String(errno), code: String(code) }
}

/** The driver's own may have a cause, too: what had ended a transaction whose connection then broke. */
function causeOf(error: unknown): unknown {
  if (error instanceof SQL.PostgresError) return error
  return error instanceof Error && error.cause !== undefined ? error.cause : error
}

/** Connection errors of the driver; SQLSTATE classes 08 connection, 53 resources, 57 intervention and time-out, 40 deadlock. */
function isPassing(error: unknown): boolean {
  const { sqlState, code } = driverError(error)
  return (
    causeOf(error) instanceof DatabaseBusyError ||
    /^ERR_POSTGRES_(CONNECTION|IDLE_TIMEOUT|LIFETIME_TIMEOUT)/.test(code) ||
    /^(08|53|57|40)...$/.test(sqlState)
  )
}

/**
 * Of a server that was open: it was set read-only or fails at its disk, or its database, tables or user are gone, as
 * while a backup is restored. SQLSTATE 25006, classes 28 and 58, 3D000, 42P01, and XX001 and XX002 for damaged files.
 */
function isElsewhereToMend(error: unknown): boolean {
  return /^(25006|28...|58...|3D000|42P01|XX00[12])$/.test(driverError(error).sqlState)
}

/** What cannot pass, such as a wrong password, fails at once. */
async function untilDone(run: () => Promise<void>, onWaiting?: (error: unknown) => void): Promise<void> {
  const giveUpAt = performance.now() + START_TIMEOUT_MS
  for (;;) {
    try {
      return await run()
    } catch (error) {
      const gaveWay = driverError(error).sqlState === LOCK_NOT_AVAILABLE
      const passing = gaveWay || (onWaiting !== undefined && isPassing(error))
      if (!passing || performance.now() > giveUpAt) throw error
      onWaiting?.(error)
      await Bun.sleep(START_POLL_MS)
    }
  }
}

/** Under a lock that ends with the transaction: several servers that start at once migrate once. */
async function migrate(client: SQL): Promise<void> {
  const migrations = await migrationsOf('postgres')
  await client.begin(async (tx) => {
    await tx`select pg_advisory_xact_lock(${MIGRATION_LOCK})`
    await tx`select set_config('lock_timeout', ${String(MIGRATION_LOCK_TIMEOUT_MS)}, true)`
    await tx`create table if not exists migrations (name text primary key, sha256 text not null)`
    const applied = await tx<Pick<Migration, 'name' | 'sha256'>[]>`select name, sha256 from migrations`
    for (const { name, sha256, statements } of pendingMigrations(migrations, applied)) {
      await tx.unsafe(statements).simple()
      await tx`insert into migrations (name, sha256) values (${name}, ${sha256})`
    }
  })
}

/** Quoted, so that no word is taken for an operator. */
const MATCH_SYNTAX = {
  word: (word: string, prefix: boolean) =>
    `'${word.replaceAll('\\', '\\\\').replaceAll("'", "''")}'${prefix ? ':*' : ''}`,
  and: ' & ',
  or: ' | ',
  not: ' & !',
}
