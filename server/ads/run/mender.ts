/** Has runs mend what readers find damaged in the store, where this server fetches by itself. */
import type { Logger } from '#server/platform/log.ts'
import type { StartRun } from '#server/ads/ads.ts'
import type { DamagedDateError } from '#server/ads/errors.ts'

const MAX_REMEMBERED = 1_000

export interface MenderParts {
  log: Logger
  /** False where nothing is fetched without being asked for. */
  mayFetch: () => boolean
  fetch: (request: StartRun) => Promise<void>
}

export class Mender {
  readonly #parts: MenderParts
  readonly #tried = new Set<string>()

  constructor(parts: MenderParts) {
    this.#parts = parts
  }

  /** Once: what that does not mend is left to the daily job, which reads every file. */
  date(error: DamagedDateError): void {
    const { report, customerId, date } = error.of
    const what = `${report}/${customerId}/${date}`
    if (this.#tried.has(what)) return
    if (this.#tried.size > MAX_REMEMBERED) this.#tried.clear()
    this.#tried.add(what)
    const range = { from: date, to: date }
    this.#mend(error, {
      kind: 'fetch',
      range,
      reports: [report],
      customerIds: [customerId],
      refresh: true,
    })
  }

  /** Any run makes the index anew. */
  index(path: string): void {
    this.#mend(new Error(`${path} is damaged: it tells of no date until a run makes it anew.`), {
      kind: 'backfill',
    })
  }

  #mend(error: Error, request: StartRun): void {
    const { log, mayFetch, fetch } = this.#parts
    log.error({ err: error }, 'the store of the ads is damaged')
    if (mayFetch()) void fetch(request)
  }
}
