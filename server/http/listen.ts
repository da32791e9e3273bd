/** The socket that requests come in by. */
import type { Server } from 'bun'
import type { Config } from '#server/config.ts'
import type { Fetch } from './request-metrics.ts'

/** The address is another program's, or no address of this machine. */
export class ListenError extends Error {
  override readonly name = 'ListenError'

  constructor(host: string, port: number, cause: unknown) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause)
    const why = code === 'EADDRINUSE' ? 'it is in use: set PORT, or stop what uses it' : code
    super(`Cannot listen on port ${port} of ${host} (PORT, HOST): ${why}.`, { cause })
  }
}

/** Of an import, which is read as it comes; whatever is read whole has bounds of its own. */
const MAX_REQUEST_BYTES = 4 * 1024 ** 3
/** Of a connection, and of a head or a body until it is whole: Bun counts from its beginning. */
export const IDLE_TIMEOUT_S = 10

interface Address extends Pick<Config, 'host' | 'port'> {
  /** Whether servers of the same user may listen there too: the system then spreads connections over all. */
  sharesPort?: boolean
}

/** @throws ListenError */
export function listen({ host, port, sharesPort = false }: Address, fetch: Fetch): Server<undefined> {
  try {
    return Bun.serve({
      hostname: host,
      port,
      reusePort: sharesPort,
      maxRequestBodySize: MAX_REQUEST_BYTES,
      idleTimeout: IDLE_TIMEOUT_S,
      fetch,
    })
  } catch (error) {
    throw new ListenError(host, port, error)
  }
}
