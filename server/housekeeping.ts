/** What a server does each hour with what has become old. */
import { Cron } from 'croner'
import type { Database } from '#db/database.ts'
import { refreshSearch } from '#db/search/refresh.ts'
import type { Logger } from '#server/platform/log.ts'

export function forgetHourly(
  stores: readonly { forgetExpired: () => Promise<void> }[],
  log: Logger,
): Disposable {
  const onError = (error: unknown) =>
    log.error({ err: error }, 'old idempotency keys, sessions, imports, deliveries or audit entries stay')
  const cleaning = new Cron('17 * * * *', { catch: onError }, async () => {
    for (const store of stores) await store.forgetExpired()
  })
  return { [Symbol.dispose]: () => cleaning.stop() }
}

/** At once, and again for what an older version writes beside this one. */
export function refreshHourly(db: Database, log: Logger): AsyncDisposable {
  const stopping = new AbortController()
  const run = async () => {
    const rows = await refreshSearch(db, stopping.signal)
    if (rows > 0) log.info({ rows }, 'rows of an older version are searched like all others now')
  }
  const onError = (error: unknown) => log.error({ err: error }, 'rows of an older version stay as they are')
  let running = run().catch(onError)
  const refreshing = new Cron('37 * * * *', { protect: true }, () => (running = run().catch(onError)))
  return {
    async [Symbol.asyncDispose]() {
      refreshing.stop()
      stopping.abort()
      await running
    },
  }
}
