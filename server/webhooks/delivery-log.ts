/** Deliveries as they are on record, and those that are sent once more. What is under way is in queue.ts. */
import { and, desc, eq, inArray, isNull, lt, notExists, notInArray, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/pg-core'
import type { Database, Queries } from '#db/database.ts'
import type { WebhookDeliveryRow } from '#db/schema.postgres.ts'
import { ProblemError } from '#server/errors.ts'
import type { Clock } from '#server/platform/clock.ts'
import { RETRIED_FOR_MS } from './backoff.ts'

const DELIVERED_KEPT_MS = 3 * 24 * 3_600_000
const PARKED_KEPT_MS = 30 * 24 * 3_600_000
/** A statement may take 5 s. */
const FORGOTTEN_AT_ONCE = 5_000

export interface DeliveryPage {
  state: WebhookDeliveryRow['state'] | undefined
  limit: number
  /** Those older than the one with this id. */
  before: number | undefined
}

/** Newest first. */
export async function deliveryRows(
  db: Database,
  id: number,
  { state, limit, before }: DeliveryPage,
): Promise<WebhookDeliveryRow[]> {
  const { webhookDeliveries: deliveries } = db.tables
  return await db.scanner
    .select()
    .from(deliveries)
    .where(
      and(
        eq(deliveries.endpointId, id),
        state === undefined ? undefined : eq(deliveries.state, state),
        before === undefined ? undefined : lt(deliveries.id, before),
      ),
    )
    .orderBy(desc(deliveries.id))
    .limit(limit)
}

/**
 * Makes deliveries pending again; the caller has locked their endpoint.
 * @param deliveryId without it, all that are parked
 * @returns how many. @throws ProblemError `DELIVERY_NOT_FOUND`
 */
export async function requeue(
  { db, tx }: { db: Database; tx: Queries },
  endpointId: number,
  deliveryId: number | undefined,
): Promise<number> {
  const { webhookDeliveries: deliveries } = db.tables
  const now = await db.now(tx)
  const again = await tx
    .update(deliveries)
    .set({ state: 'pending', dueAt: null, finishedAt: null, attempts: 0, retryUntil: now + RETRIED_FOR_MS })
    .where(
      and(
        eq(deliveries.endpointId, endpointId),
        deliveryId === undefined
          ? eq(deliveries.state, 'parked')
          : and(eq(deliveries.id, deliveryId), inArray(deliveries.state, ['parked', 'delivered'])),
      ),
    )
    .returning({ id: deliveries.id })
  if (deliveryId !== undefined && again.length === 0)
    throw new ProblemError(
      'DELIVERY_NOT_FOUND',
      `No delivery that was delivered or parked has the id ${deliveryId}.`,
    )
  await startQueues({ db, tx }, endpointId)
  return again.length
}

/** Of subjects of which no delivery is due, the earliest becomes so. */
async function startQueues({ db, tx }: { db: Database; tx: Queries }, endpointId: number): Promise<void> {
  const { webhookDeliveries: deliveries } = db.tables
  const ahead = alias(deliveries, 'ahead')
  await tx
    .update(deliveries)
    .set({ dueAt: await db.now(tx) })
    .where(
      and(
        eq(deliveries.endpointId, endpointId),
        sql`${deliveries.state} = 'pending'`,
        isNull(deliveries.dueAt),
        notExists(
          tx
            .select({ id: ahead.id })
            .from(ahead)
            .where(
              and(
                eq(ahead.endpointId, endpointId),
                eq(ahead.subject, deliveries.subject),
                sql`${ahead.state} = 'pending'`,
                sql`(${ahead.id} < ${deliveries.id} or ${ahead.dueAt} is not null)`,
              ),
            ),
        ),
      ),
    )
}

export async function forgetOld(db: Database, clock: Clock): Promise<void> {
  const { webhookDeliveries: deliveries, webhookEndpoints } = db.tables
  const finishedBefore = (state: 'delivered' | 'parked', keptMs: number) =>
    and(eq(deliveries.state, state), lt(deliveries.finishedAt, clock.now() - keptMs))
  const kept = db.scanner.select({ id: webhookEndpoints.id }).from(webhookEndpoints)
  const old = [
    finishedBefore('delivered', DELIVERED_KEPT_MS),
    finishedBefore('parked', PARKED_KEPT_MS),
    notInArray(deliveries.endpointId, kept),
  ]
  for (const condition of old)
    for (let forgotten = FORGOTTEN_AT_ONCE; forgotten === FORGOTTEN_AT_ONCE;) {
      const some = await db.scanner
        .select({ id: deliveries.id })
        .from(deliveries)
        .where(condition)
        .limit(FORGOTTEN_AT_ONCE)
      const ids = some.map(({ id }) => id)
      forgotten = ids.length
      if (forgotten > 0)
        await db.withTransaction((tx) => tx.delete(deliveries).where(inArray(deliveries.id, ids)))
    }
}
