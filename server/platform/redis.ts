/** The connection to Redis, which replicas share. Calls time out after 80 ms; a circuit breaker then opens for 1 s. */
import { withTimeout } from './with-timeout.ts'

export type RedisClient = Awaited<ReturnType<typeof clientOf>>

export interface Redis extends AsyncDisposable {
  /** False while the circuit breaker is open. */
  readonly healthy: boolean
  /** `undefined` while the circuit breaker is open, on an error, or after 80 ms. Never throws. */
  ask: <T>(work: (client: RedisClient) => Promise<T>) => Promise<T | undefined>
  /** Fire and forget. */
  tell: (work: (client: RedisClient) => Promise<unknown>) => void
}

export interface RedisOptions {
  url: string
  onTrouble: (error: unknown) => void
}

const ANSWER_MS = 80
/** How long the circuit breaker stays open. */
const REST_MS = 1_000
/** Of commands that Redis has not answered yet. */
const MAX_QUEUED = 10_000

export async function connectRedis({ url, onTrouble }: RedisOptions): Promise<Redis> {
  const client = await clientOf(url)
  let restUntil = 0
  const rest = (error: unknown): undefined => {
    if (performance.now() >= restUntil) onTrouble(error)
    restUntil = performance.now() + REST_MS
    return undefined
  }
  const ready = () => client.isReady && performance.now() >= restUntil
  client.on('error', rest)
  client.connect().catch(rest)
  return {
    get healthy() {
      return ready()
    },
    ask: async (work) => (ready() ? await withTimeout(ANSWER_MS, work(client), late).catch(rest) : undefined),
    tell(work) {
      if (ready()) work(client).catch(rest)
    },
    [Symbol.asyncDispose]: async () => client.destroy(),
  }
}

async function clientOf(url: string) {
  // Loaded only where there is a Redis: its modules are a third of what the server loads to start.
  const { createClient } = await import('redis')
  return createClient({
    url,
    RESP: 3,
    disableOfflineQueue: true,
    commandsQueueMaxLength: MAX_QUEUED,
    pingInterval: 250,
    socket: {
      connectTimeout: 500,
      socketTimeout: 1_000,
      reconnectStrategy: (retries) => Math.min(50 * 2 ** retries, 1_000),
    },
  })
}

/** A script that Redis keeps, and is sent again when it has lost it. */
export function script(source: string) {
  const sha1 = new Bun.CryptoHasher('sha1').update(source).digest('hex')
  return async (client: RedisClient, key: string, ...values: (string | number)[]): Promise<unknown> => {
    const parameters = { keys: [key], arguments: values.map(String) }
    try {
      return await client.evalSha(sha1, parameters)
    } catch (error) {
      if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error
      return await client.eval(source, parameters)
    }
  }
}

function late(): Error {
  return new Error(`Redis did not answer within ${ANSWER_MS} ms.`)
}
