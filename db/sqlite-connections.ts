import { Database as Connection, SQLiteError } from 'bun:sqlite'
import { DatabaseBusyError } from './database.ts'

/** The default of 2 MB turns writes to a large catalogue, with its indexes, into reads. */
const CACHE_KIB = 65_536
/**
 * Pages of 4 KiB that the log holds before they are copied into the database, by the writer and so in the event loop.
 * A page that many commits change is copied once: the default of 1,000 took a third of an import's time.
 */
const CHECKPOINT_PAGES = 16_000

/** With full sync, a commit that was acknowledged survives a power cut. */
export function connect(path: string): Connection {
  const connection = new Connection(path, { create: true })
  connection.run('pragma busy_timeout = 1000')
  connection.run('pragma synchronous = full')
  connection.run(`pragma wal_autocheckpoint = ${CHECKPOINT_PAGES}`)
  connection.run(`pragma cache_size = -${CACHE_KIB}`)
  return connection
}

export function connectReader(path: string): Connection {
  const connection = connect(path)
  connection.run('pragma query_only = on')
  return connection
}

/** The disk, the file or another process is the cause: it works again when that is over. */
const OUTSIDE_CAUSE = /^SQLITE_(BUSY|FULL|IOERR|READONLY|CANTOPEN|CORRUPT|NOTADB)/

export function isUnavailable(error: unknown): boolean {
  if (error instanceof DatabaseBusyError) return true
  return error instanceof SQLiteError && OUTSIDE_CAUSE.test(error.code ?? '')
}
