/**
 * Bun's PostgreSQL client has no timeout for a server that neither answers nor closes the connection. Queries queue here
 * for a free connection, so that the timeout counts only from when the query was sent.
 */
import type { SQL } from 'bun'
import { DatabaseBusyError } from './database.ts'

type Queryable = Pick<SQL, 'unsafe'>
/** Does something with a connection, and says each time that the server was heard. */
type Work<C, T> = (connection: C, heard: () => void) => Promise<T>

export interface QueueLimits {
  /** Beyond so many queued queries the next one is refused. */
  waitingReads: number
  waitingTransactions: number
  silenceMs: number
}

/** The bound of the queue that a query joins. */
type Bound = 'waitingReads' | 'waitingTransactions'

/** A client, as far as drizzle uses one, which gives up on a silent server. @throws DatabaseBusyError */
export function queued(queue: ConnectionQueue<SQL>): SQL {
  const unsafe = ask((query) => queue.run(query, 'waitingReads'))
  const begin = async (run: (tx: Queryable) => Promise<unknown>) =>
    await queue.run(
      async (connection, heard) =>
        connection.begin(async (tx) => {
          heard()
          return await run({ unsafe: ask((query) => query(tx).finally(heard)) })
        }),
      'waitingTransactions',
    )
  return { unsafe, begin } as unknown as SQL
}

type Send = <T>(query: (connection: Queryable) => Promise<T>) => Promise<T>

/** As the driver's own: a query is sent when it is awaited, for its rows or for their values. */
function ask(send: Send): Queryable['unsafe'] {
  const unsafe = (...query: Parameters<Queryable['unsafe']>) => ({
    values: () => send(async (connection) => await connection.unsafe(...query).values()),
    // oxlint-disable-next-line unicorn/no-thenable -- the driver's own query is one
    then: (...reactions: Parameters<Promise<unknown>['then']>) =>
      send(async (connection) => await connection.unsafe(...query)).then(...reactions),
  })
  return unsafe as unknown as Queryable['unsafe']
}

/**
 * Lends each connection to one at a time; the others wait their turn. The connection that was in use last is lent
 * first: its server process has the statements prepared, and its data in the processor's caches. A silent one is lent
 * last: it may be the only one that is broken.
 * @throws DatabaseBusyError when too many wait, or the server is silent
 */
export class ConnectionQueue<C> {
  readonly #limits: QueueLimits
  readonly #waiting: PromiseWithResolvers<C>[] = []
  readonly #free: C[]

  constructor(connections: readonly C[], limits: QueueLimits) {
    this.#free = [...connections]
    this.#limits = limits
  }

  get waiting(): number {
    return this.#waiting.length
  }

  async run<T>(work: Work<C, T>, bound: Bound): Promise<T> {
    const connection = this.#free.pop() ?? (await this.#turn(bound))
    const silence = Promise.withResolvers<never>()
    let isSilent = false
    const timer = setTimeout(() => {
      isSilent = true
      silence.reject(this.#giveUp())
    }, this.#limits.silenceMs)
    try {
      return await Promise.race([work(connection, () => void timer.refresh()), silence.promise])
    } finally {
      clearTimeout(timer)
      const next = this.#waiting.shift()
      if (next) next.resolve(connection)
      else if (isSilent) this.#free.unshift(connection)
      else this.#free.push(connection)
    }
  }

  async #turn(bound: Bound): Promise<C> {
    if (this.#waiting.length >= this.#limits[bound])
      throw new DatabaseBusyError(`${this.#waiting.length} wait for the database already.`)
    const turn = Promise.withResolvers<C>()
    this.#waiting.push(turn)
    return await turn.promise
  }

  /** Rejects the queue as well: its queries would fare no better. */
  #giveUp(): DatabaseBusyError {
    const error = new DatabaseBusyError(`The database has not answered for ${this.#limits.silenceMs} ms.`)
    for (const turn of this.#waiting.splice(0)) turn.reject(error)
    return error
  }
}
