/**
 * Bun's PostgreSQL client has no timeout for a server that neither answers nor closes the connection. Queries queue here
 * for a free connection, so that the timeout counts only from when the query was sent.
 */
import type { SQL } from 'bun'
import { DatabaseBusyError } from './database.ts'

type Queryable = Pick<SQL, 'unsafe'>
/** Does something with a connection, and says each time that the server was heard. */
type Work<T> = (heard: () => void) => Promise<T>

export interface QueueLimits {
  connections: number
  /** Beyond so many queued queries the next one is refused. */
  waitingReads: number
  waitingTransactions: number
  silenceMs: number
}

/** The bound of the queue that a query joins. */
type Bound = 'waitingReads' | 'waitingTransactions'

/** The client, as far as drizzle uses it, which gives up on a silent server. @throws DatabaseBusyError */
export function queued(client: SQL, queue: ConnectionQueue): SQL {
  const unsafe = ask(client, (query) => queue.run(query, 'waitingReads'))
  const begin = async (run: (tx: Queryable) => Promise<unknown>) =>
    await queue.run(
      async (heard) =>
        client.begin(async (tx) => {
          heard()
          return await run({ unsafe: ask(tx, (query) => query(heard).finally(heard)) })
        }),
      'waitingTransactions',
    )
  return { unsafe, begin } as unknown as SQL
}

/** As the driver's own: a query is sent when it is awaited, for its rows or for their values. */
function ask(client: Queryable, send: <T>(query: Work<T>) => Promise<T>): Queryable['unsafe'] {
  const unsafe = (...query: Parameters<Queryable['unsafe']>) => ({
    values: () => send(async () => await client.unsafe(...query).values()),
    // oxlint-disable-next-line unicorn/no-thenable -- the driver's own query is one
    then: (...reactions: Parameters<Promise<unknown>['then']>) =>
      send(async () => await client.unsafe(...query)).then(...reactions),
  })
  return unsafe as unknown as Queryable['unsafe']
}

/** Lets so many at a time to the server, the others wait their turn. @throws DatabaseBusyError when too many wait, or the server is silent */
export class ConnectionQueue {
  readonly #limits: QueueLimits
  readonly #waiting: PromiseWithResolvers<void>[] = []
  #free: number

  constructor(limits: QueueLimits) {
    this.#limits = limits
    this.#free = limits.connections
  }

  get waiting(): number {
    return this.#waiting.length
  }

  async run<T>(work: Work<T>, bound: Bound): Promise<T> {
    const { silenceMs } = this.#limits
    if (this.#free > 0) this.#free -= 1
    else {
      if (this.#waiting.length >= this.#limits[bound])
        throw new DatabaseBusyError(`${this.#waiting.length} wait for the database already.`)
      const turn = Promise.withResolvers<void>()
      this.#waiting.push(turn)
      await turn.promise
    }
    const silence = Promise.withResolvers<never>()
    const timer = setTimeout(() => silence.reject(this.#giveUp()), silenceMs)
    try {
      return await Promise.race([work(() => void timer.refresh()), silence.promise])
    } finally {
      clearTimeout(timer)
      const next = this.#waiting.shift()
      if (next) next.resolve()
      else this.#free += 1
    }
  }

  /** Rejects the queue as well: its queries would fare no better. */
  #giveUp(): DatabaseBusyError {
    const error = new DatabaseBusyError(`The database has not answered for ${this.#limits.silenceMs} ms.`)
    for (const turn of this.#waiting.splice(0)) turn.reject(error)
    return error
  }
}
