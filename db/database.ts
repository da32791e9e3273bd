import type { Column, SQL } from 'drizzle-orm'
import type { PgDatabase, PgQueryResultHKT } from 'drizzle-orm/pg-core'
import type * as postgres from './schema.postgres.ts'

/** Drizzle's query builder. Queries are typed as PostgreSQL's and run on either dialect: await them. */
export type Queries = Pick<
  PgDatabase<PgQueryResultHKT>,
  'select' | 'selectDistinct' | 'insert' | 'update' | 'delete' | '$count'
>

/** Products whose name has, of each of `wanted`, at least one, but not so of `unwanted`. */
export interface NameSearch {
  wanted: readonly Alternatives[]
  unwanted?: readonly Alternatives[] | undefined
}

/** Words of which any will do. */
export type Alternatives = readonly { word: string; prefix: boolean }[]

export interface ValueColumn {
  name: string
  /** Otherwise an integer. */
  text: boolean
}

export interface MatchSource {
  /** A table `matches` with the ids of all matches, or of the first ones. */
  table: SQL
  /** Worth trying when the one before it has found so many. */
  after: (found: number) => boolean
}

/** A select within a transaction. */
export interface Lockable {
  for(strength: 'update'): unknown
}

export type Tables = Pick<
  typeof postgres,
  | 'products'
  | 'stockAdjustments'
  | 'stockOuts'
  | 'changes'
  | 'words'
  | 'wordRemainders'
  | 'idempotencyKeys'
  | 'imports'
  | 'importChanges'
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
  /**
   * As `withTransaction`, when `run` does nothing but add very many products, whose ids it gives back: their part of
   * the change feed is written at once instead of row by row.
   */
  load: (run: (tx: Queries) => Promise<readonly number[]>) => Promise<void>
  /** A statement that the query builder has no words for, and its rows. */
  all(tx: Queries, statement: SQL): Promise<Record<string, unknown>[]>
  /** A table made of values, `(…) as given`, to select these columns from. */
  rowsOf(values: readonly object[], columns: readonly ValueColumn[]): SQL
  /** The rows of this query stay as they are until the transaction ends. */
  forUpdate<Q extends Lockable>(query: Q): Q
  /** False when another transaction holds this name; it is held until this transaction ends. */
  tryLock(tx: Queries, name: string): Promise<boolean>
  /** Milliseconds since the epoch, on a clock that all processes with this database share. */
  now(tx: Queries): Promise<number>
  /**
   * Holds this name until it is disposed of, or the process ends: for work that outlasts any transaction.
   * Undefined when another holds it. Only processes of one PostgreSQL see each other.
   */
  acquireLease: (name: string) => Promise<AsyncDisposable | undefined>
  /**
   * Where to find products by words above `afterId`, in the order to try. A page that one of them fills is right; the
   * last has all. Several, because no engine knows beforehand whether few or many match.
   */
  matches(search: NameSearch, afterId: number): MatchSource[]
  /** The column, but not to be found by its index: for a filter beside an order that has an index of its own. */
  unindexed(column: Column): SQL
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
  /** How many wait for their turn at it. */
  waiting: () => number
  close(): Promise<void>
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
