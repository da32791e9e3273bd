import type { Column, SQL } from 'drizzle-orm'
import type { PgDatabase, PgQueryResultHKT } from 'drizzle-orm/pg-core'
import type * as postgres from './schema.postgres.ts'
import type { WordQuery } from './search/word-query.ts'

/** Drizzle's query builder. Queries are typed as PostgreSQL's and run on either dialect: await them. */
export type Queries = Pick<
  PgDatabase<PgQueryResultHKT>,
  'select' | 'selectDistinct' | 'insert' | 'update' | 'delete' | '$count'
>

export interface ValueColumn {
  name: string
  /** Otherwise an integer. */
  text: boolean
}

/** A select within a transaction. */
export interface Lockable {
  for(strength: 'update'): unknown
}

export type Tables = Pick<
  typeof postgres,
  | 'products'
  | 'stockAdjustments'
  | 'priceChanges'
  | 'stockOuts'
  | 'stockOutStatuses'
  | 'changes'
  | 'words'
  | 'wordRemainders'
  | 'idempotencyKeys'
  | 'imports'
  | 'importChanges'
  | 'audit'
  | 'settings'
  | 'apiKeys'
  | 'sessions'
  | 'keyState'
  | 'webhookEndpoints'
  | 'webhookOutbox'
  | 'webhookDeliveries'
>

/** One open, migrated database. What differs between the dialects is here and nowhere else. */
export interface Database {
  tables: Tables
  /** For reads outside a transaction: always the newest commit. */
  reader: Queries
  /** As `reader`, for queries that may scan very many rows: they block no other query. */
  scanner: Queries
  /** Serialised against every other writer; rolled back when `run` throws. */
  withTransaction: <T>(run: (tx: Queries) => Promise<T>) => Promise<T>
  /** Runs `then` once this transaction of `withTransaction` is committed, and never if it is rolled back. */
  afterCommit: (tx: Queries, then: () => void) => void
  /**
   * As `withTransaction`, when `run` does nothing but add very many products, whose ids it gives back: their part of
   * the change feed is written at once instead of row by row.
   */
  load: (run: (tx: Queries) => Promise<readonly number[]>) => Promise<void>
  /** Transactions that wait share a commit already: to put several writes into one would gain nothing. */
  groupsCommits: boolean
  /** A statement that the query builder has no words for, and its rows. */
  all(tx: Queries, statement: SQL): Promise<Record<string, unknown>[]>
  /** A statement with one parameter, a text, for transactions of `withTransaction`: composed once. */
  prepare(statement: SQL): (tx: Queries, parameter: string) => Promise<Record<string, unknown>[]>
  /** A table made of values, `(…) as given`, to select these columns from. */
  rowsOf(values: readonly object[], columns: readonly ValueColumn[]): SQL
  /** The rows of this query stay as they are until the transaction ends. */
  forUpdate<Q extends Lockable>(query: Q): Q
  /** The end of such a query in words, for one that is composed once. */
  forUpdateClause: SQL
  /** Runs a query that locks rows, which gives up soon where another transaction holds them. */
  lockingSoon<T>(tx: Queries, lock: () => Promise<T>): Promise<T>
  /** False when another transaction holds this name; it is held until this transaction ends. */
  tryLock(tx: Queries, name: string): Promise<boolean>
  /** Milliseconds since the epoch, on a clock that all processes with this database share. */
  now(tx: Queries): Promise<number>
  /**
   * Holds this name until it is disposed of, or the process ends: for work that outlasts any transaction.
   * Undefined when another holds it, in this process or in another.
   */
  acquireLease: (name: string) => Promise<AsyncDisposable | undefined>
  /** A table `matches` of the ids of the products with these words, which the index alone gives. */
  matches(query: WordQuery): SQL
  /**
   * As `withTransaction`, for columns that are derived from others: no product changes by it, so the change feed does
   * not tell of it.
   */
  derive: (run: (tx: Queries) => Promise<void>) => Promise<void>
  /** The column, but not to be found by its index: for a filter beside an order that has an index of its own. */
  unindexed(column: Column | SQL): SQL
  /** Its planner knows about how many rows a filter leaves. */
  hasRowEstimates: boolean
  changeFeed: ChangeFeedReader
  /**
   * Another value than before when a key or a session may have ceased to hold since; all that was committed before the
   * call is told.
   */
  keyState: () => string | Promise<string>
  /** The text with which the database refused a second row with the same unique value: it names the column. */
  uniqueViolation(error: unknown): string | undefined
  /** The database did not do its work just now, and may soon: lost connection, time-out, lock, full disk. */
  isUnavailable: (error: unknown) => boolean
  /** Settles when another database was put in its place, and has to be opened instead. */
  replaced: Promise<void>
  /** For a person to read; nothing is decided by it. */
  describe: () => Promise<DatabaseDescription>
  /** How many wait for their turn at it. */
  waiting: () => number
  close(): Promise<void>
}

export interface DatabaseDescription {
  product: 'SQLite' | 'PostgreSQL'
  version: string
  /** On its disk, with all that it keeps beside the rows. */
  bytes: number
}

/** Of an entry of the change feed, where it stands and which product it is about. */
export interface FeedEntry {
  seq: number
  at: number
  subject: number
}

/** The end of the change feed, asked for before every read: all that was committed before the call. */
export interface ChangeFeedReader {
  head: () => FeedEntry | undefined | Promise<FeedEntry | undefined>
  /** From `seq` on, oldest first. */
  from: (seq: number, limit: number) => readonly FeedEntry[] | Promise<readonly FeedEntry[]>
}

export class DatabaseBusyError extends Error {
  override readonly name = 'DatabaseBusyError'
}

/** The message is one line that says which database, and why: its operator can mend that. */
export class DatabaseOpenError extends Error {
  override readonly name = 'DatabaseOpenError'
}
