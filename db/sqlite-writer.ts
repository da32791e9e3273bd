/**
 * Commits transactions in groups: those that wait while the disk syncs share the next sync. Each runs alone, one after the
 * other, in a savepoint, so one that fails is rolled back alone. None is answered before the commit of its group, not even
 * one that failed: it may have failed by what another of the group wrote.
 */
import type { Database as Connection } from 'bun:sqlite'
import { DatabaseBusyError } from './database.ts'
import { patiently } from './sqlite-connections.ts'

const MAX_WAITING = 3_000
/** A group takes no further transaction after this, so that the first one is not held up by the last. */
const GROUP_MS = 20

interface Task {
  work: () => Promise<unknown>
  resolve: (value: unknown) => void
  reject: (error: unknown) => void
}

export class SqliteWriter {
  readonly #connection: Connection
  readonly #beforeCommit: () => void
  readonly #waiting: Task[] = []
  #committing: Promise<void> | undefined

  /** @param beforeCommit throws when nothing may be committed any more */
  constructor(connection: Connection, beforeCommit: () => void) {
    this.#connection = connection
    this.#beforeCommit = beforeCommit
  }

  get waiting(): number {
    return this.#waiting.length
  }

  /** Resolves once what `work` wrote is committed. @throws DatabaseBusyError, and what `work` throws: then nothing of it stays */
  async transaction<T>(work: () => Promise<T>): Promise<T> {
    if (this.#waiting.length >= MAX_WAITING)
      throw new DatabaseBusyError(`${this.#waiting.length} writers wait already.`)
    const { promise, resolve, reject } = Promise.withResolvers<unknown>()
    this.#waiting.push({ work, resolve, reject })
    this.#committing ??= this.#commitAll()
    return (await promise) as T
  }

  /** When nothing waits any more. */
  async close(): Promise<void> {
    await this.#committing
    this.#connection.close()
  }

  async #commitAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      // Requests that have arrived meanwhile are read first, and join.
      await new Promise<void>((resolve) => setImmediate(resolve))
      await this.#commitGroup()
    }
    this.#committing = undefined
  }

  async #commitGroup(): Promise<void> {
    const connection = this.#connection
    const arrived = this.#waiting.length
    const group: Task[] = []
    const answers: (() => void)[] = []
    try {
      // Of a group before, where the disk refused even that.
      rollBack(connection)
      await patiently(connection, 'begin immediate')
      const closesAt = performance.now() + GROUP_MS
      for (let task; performance.now() < closesAt && (task = this.#waiting.shift());) {
        group.push(task)
        answers.push(await this.#attempt(task))
      }
      this.#beforeCommit()
      connection.run('commit')
    } catch (error) {
      try {
        rollBack(connection)
      } catch {
        // The next group tries again.
      }
      const failed = group.length > 0 ? group : this.#waiting.splice(0, arrived)
      for (const { reject } of failed) reject(error)
      return
    }
    for (const answer of answers) answer()
  }

  /** Gives back what is to be answered. @throws when SQLite has ended the whole transaction, as where its disk fails */
  async #attempt({ work, resolve, reject }: Task): Promise<() => void> {
    const connection = this.#connection
    connection.prepare('savepoint task').run()
    try {
      const value = await work()
      connection.prepare('release task').run()
      return () => resolve(value)
    } catch (error) {
      if (!connection.inTransaction) throw error
      connection.run('rollback to task')
      connection.run('release task')
      return () => reject(error)
    }
  }
}

function rollBack(connection: Connection): void {
  if (connection.inTransaction) connection.run('rollback')
}
