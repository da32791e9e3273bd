import { Database as Connection, SQLiteError, type SQLQueryBindings, type Statement } from 'bun:sqlite'
import { DatabaseBusyError } from './database.ts'

/** The default of 2 MB turns writes to a large catalogue, with its indexes, into reads. */
const CACHE_KIB = 65_536
/**
 * Pages of 4 KiB that the log holds before they are copied into the database, by the writer and so in the event loop.
 * A page that many commits change is copied once: the default of 1,000 took a third of an import's time.
 */
const CHECKPOINT_PAGES = 16_000

/** Texts that stay compiled; one with a list of ids in it is another text for each length of the list. */
const MAX_STATEMENTS = 300
const MAX_TEXT = 10_000

/** Compiles a text once: with a table's triggers, compiling a write takes longer than running it. */
class CompilingConnection extends Connection {
  readonly #compiled = new Map<string, Statement>()

  override prepare<Row, Values extends SQLQueryBindings | SQLQueryBindings[]>(text: string) {
    const statement = this.#compiled.get(text) ?? this.#compile(text)
    return statement as ReturnType<typeof Connection.prototype.prepare<Row, Values>>
  }

  #compile(text: string): Statement {
    const statement = super.prepare(text)
    if (text.length > MAX_TEXT) return statement
    const [oldest] = this.#compiled.keys()
    if (oldest !== undefined && this.#compiled.size >= MAX_STATEMENTS) this.#compiled.delete(oldest)
    this.#compiled.set(text, statement)
    return statement
  }

  override close(): void {
    // A statement that is left keeps the file open.
    for (const statement of this.#compiled.values()) statement.finalize()
    this.#compiled.clear()
    super.close()
  }
}

/** With full sync, a commit that was acknowledged survives a power cut. */
export function connect(path: string): Connection {
  const connection = new CompilingConnection(path, { create: true })
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

const WRITER_WAIT_MS = 5_000
const WRITER_RETRY_MS = 5

/**
 * Another process may be writing. SQLite's own wait would stop the event loop, and there is none when two want to make
 * the same new file one with a write-ahead log; so the waiting is done here.
 */
export async function patiently(connection: Connection, statement: string): Promise<void> {
  connection.run('pragma busy_timeout = 0')
  const giveUpAt = performance.now() + WRITER_WAIT_MS
  for (;;) {
    try {
      connection.run(statement)
      return
    } catch (error) {
      if (!(error instanceof SQLiteError) || !error.code?.startsWith('SQLITE_BUSY')) throw error
      if (performance.now() > giveUpAt)
        throw new DatabaseBusyError(`The database was locked for ${WRITER_WAIT_MS} ms.`)
    }
    await Bun.sleep(WRITER_RETRY_MS)
  }
}

/** The disk, the file or another process is the cause: it works again when that is over. */
const OUTSIDE_CAUSE = /^SQLITE_(BUSY|FULL|IOERR|READONLY|CANTOPEN|CORRUPT|NOTADB)/

export function isUnavailable(error: unknown): boolean {
  if (error instanceof DatabaseBusyError) return true
  return error instanceof SQLiteError && OUTSIDE_CAUSE.test(error.code ?? '')
}
