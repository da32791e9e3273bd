/** A log line for each request: caller, route, status, duration. No address, no query, no body. */
import type { Caller } from '#server/caller.ts'
import type { Logger } from '#server/platform/log.ts'
import type { Answered } from './request-metrics.ts'
import { exchangeOf } from './exchange.ts'

/** Reads that went well are most of all and tell least: they are logged at `debug`, everything else at `info`. */
export function createRequestLog(
  log: Logger,
  callerOf: (request: Request) => Caller | Promise<Caller>,
): (answered: Answered) => void {
  return ({ request, response, route, durationMs }) => {
    const { method } = request
    const { status } = response
    const level = status < 400 && (method === 'GET' || method === 'HEAD') ? 'debug' : 'info'
    if (!log.isLevelEnabled(level)) return
    const write = (caller: string | undefined) =>
      log[level](
        {
          request_id: response.headers.get('x-request-id') ?? undefined,
          trace_id: exchangeOf(request).trace?.traceId,
          caller,
          method,
          path: exchangeOf(request).path,
          route,
          status,
          duration_ms: Math.round(durationMs * 1000) / 1000,
        },
        'request',
      )
    const caller = callerOf(request)
    if (caller instanceof Promise) void caller.then(({ name }) => write(name)).catch(() => write(undefined))
    else write(caller.name)
  }
}
