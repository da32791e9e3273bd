/**
 * Events of the ads' runs, told once each: found in the runs that are on record, so that those of other processes and
 * those that ended just before a kill are told as well.
 */
import type { Database, Queries } from '#db/database.ts'
import { readSetting, writeSetting } from '#db/settings.ts'
import type { WebhookEndpointRow } from '#db/schema.postgres.ts'
import type { Run } from '#server/ads/run-schema.ts'
import type { Logger } from '#server/platform/log.ts'
import { eventOfSpend, eventsOfRuns, type Event, type OutOfStockSpend } from './event.ts'
import type { AddressedEvent, Queue } from './queue.ts'
import { eventsOf } from './webhook-store.ts'

/** For runs of other processes; one that ends here is told at once. */
const LOOK_MS = 60_000
const TOLD_UNTIL = 'webhooks: runs told until'

export interface AdsNewsParts {
  db: Database
  queue: Queue
  /** Newest first. */
  runs: () => readonly Run[]
  /** One for each currency. */
  spendOnOutOfStock: () => Promise<readonly OutOfStockSpend[]>
  log: Logger
}

export interface AdsNews extends AsyncDisposable {
  /** A run has ended. Never rejects. */
  look: () => Promise<void>
}

export function createAdsNews(parts: AdsNewsParts): AdsNews {
  let looking = Promise.resolve()
  let isStopped = false
  const look = async () => {
    if (isStopped) return
    looking = looking
      .then(() => tellNewRuns(parts))
      .catch((error: unknown) => parts.log.warn({ err: error }, 'ended runs are told to no webhook yet'))
    await looking
  }
  const timer = setInterval(() => void look(), LOOK_MS)
  void look()
  return {
    look,
    async [Symbol.asyncDispose]() {
      isStopped = true
      clearInterval(timer)
      await looking
    },
  }
}

async function tellNewRuns(parts: AdsNewsParts): Promise<void> {
  const { db, queue } = parts
  const runs = parts.runs()
  const until = Math.max(0, ...runs.map(endOf))
  const toldUntil = await readTold(db, db.reader)
  if (until <= toldUntil) return
  const daily = runs.find((run) => endOf(run) > toldUntil && run.kind === 'daily' && run.state === 'done')
  const spends = daily ? await parts.spendOnOutOfStock() : []
  await queue.tell(async (tx, endpoints) => {
    // Another server may have been first.
    if ((await readTold(db, tx)) !== toldUntil) return []
    await writeSetting({ db, tx }, TOLD_UNTIL, String(until))
    const news = eventsOfRuns(runs, toldUntil, Date.parse)
    const told = news.map((event) => ({ event, to: endpoints.filter((each) => wants(each, event)) }))
    const at = daily ? endOf(daily) : 0
    return [...told, ...spends.map((spend) => toldSpend(eventOfSpend(spend, at), spend, endpoints))]
  })
}

function toldSpend(
  event: Event,
  { costMicros }: OutOfStockSpend,
  endpoints: readonly WebhookEndpointRow[],
): AddressedEvent {
  const isEnough = ({ minSpendMicros }: WebhookEndpointRow) => costMicros >= Math.max(minSpendMicros, 1)
  return { event, to: endpoints.filter((each) => wants(each, event) && isEnough(each)) }
}

/** Not what happened before there was this endpoint. */
function wants(endpoint: WebhookEndpointRow, { type, at }: Event): boolean {
  return eventsOf(endpoint).includes(type) && at >= endpoint.createdAt
}

function endOf({ finished_at }: Run): number {
  return finished_at === null ? 0 : Date.parse(finished_at)
}

async function readTold(db: Database, queries: Queries): Promise<number> {
  return Number((await readSetting(db, queries, TOLD_UNTIL)) ?? 0)
}
