/**
 * Bun's PostgreSQL client waits for ever for a server that neither answers nor closes the connection. Whoever waits
 * for a free connection waits here, so that the time counts only from when the server was asked.
 */
import type { SQL } from 'bun'
import { DatabaseBusyError } from './database.ts'

type Asked = Pick<SQL, 'unsafe'>
/** Does something with a connection, and says each time that the server was heard. */
type Work<T> = (heard: () => void) => Promise<T>

export interface QueueLimits {
  connections: number
  silenceMs: number
}

/** The client, as far as drizzle uses it, which gives up on a silent server. @throws DatabaseBusyError */
export function queued(client: SQL, limits: QueueLimits): SQL {
  const queue = new ConnectionQueue(limits)
  const unsafe = ask(client, (query) => queue.run(query))
  const begin = async (run: (tx: Asked) => Promise<unknown>) =>
    await queue.run(async (heard) =>
      client.begin(async (tx) => {
        heard()
        return await run({ unsafe: ask(tx, (query) => query(heard).finally(heard)) })
      }),
    )
  return { unsafe, begin } as unknown as SQL
}

/** As the driver's own: a query is sent when it is awaited, for its rows or for their values. */
function ask(client: Asked, send: <T>(query: Work<T>) => Promise<T>): Asked['unsafe'] {
  const unsafe = (...query: Parameters<Asked['unsafe']>) => ({
    values: () => send(async () => await client.unsafe(...query).values()),
    // oxlint-disable-next-line unicorn/no-thenable -- the driver's own query is one
    then: (...reactions: Parameters<Promise<unknown>['then']>) =>
      send(async () => await client.unsafe(...query)).then(...reactions),
  })
  return unsafe as unknown as Asked['unsafe']
}

/** Lets so many at a time to the server, the others wait their turn. @throws DatabaseBusyError when the server is silent */
export class ConnectionQueue {
  readonly #silenceMs: number
  readonly #waiting: PromiseWithResolvers<void>[] = []
  #free: number

  constructor({ connections, silenceMs }: QueueLimits) {
    this.#free = connections
    this.#silenceMs = silenceMs
  }

  async run<T>(work: Work<T>): Promise<T> {
    if (this.#free > 0) this.#free -= 1
    else {
      const turn = Promise.withResolvers<void>()
      this.#waiting.push(turn)
      await turn.promise
    }
    const silence = Promise.withResolvers<never>()
    const timer = setTimeout(() => silence.reject(this.#giveUp()), this.#silenceMs)
    try {
      return await Promise.race([work(() => void timer.refresh()), silence.promise])
    } finally {
      clearTimeout(timer)
      const next = this.#waiting.shift()
      if (next) next.resolve()
      else this.#free += 1
    }
  }

  /** Nobody who waits would fare better. */
  #giveUp(): DatabaseBusyError {
    const error = new DatabaseBusyError(`The database has not answered for ${this.#silenceMs} ms.`)
    for (const turn of this.#waiting.splice(0)) turn.reject(error)
    return error
  }
}
