/**
 * Deliveries that are due: made of what the outbox has, claimed for an attempt, and settled after it. Each turn is one
 * transaction that holds the endpoints' rows, so that of all servers one at a time decides what is sent next.
 */
import { and, eq, inArray, isNull, lte, min, sql } from 'drizzle-orm'
import type { Database, Queries } from '#db/database.ts'
import type { WebhookDeliveryRow, WebhookEndpointRow, WebhookOutboxRow } from '#db/schema.postgres.ts'
import type { Delivery } from './send.ts'
import { enqueue, type Within } from './enqueue.ts'
import { eventsOfChange, type Event } from './event.ts'

/**
 * How long a claimed delivery belongs to the server that claimed it. An attempt ends well before; a server that was
 * killed has its deliveries sent again after this time.
 */
export const LEASE_MS = 20_000
const CHANGES_PER_TURN = 500

/** A delivery to be attempted now. */
export interface Claim extends Delivery {
  id: number
  attempts: number
  retryUntil: number
  /** When it belongs to another server again: tells one claim of a delivery from the next. */
  leaseEndsAt: number
}

/** What became of an attempt. `retryInMs` undefined: it was delivered. */
export interface Outcome {
  claim: Claim
  status: number | null
  error: string | null
  retryInMs: number | undefined
}

export interface QueueOptions {
  /** Before the paths in bodies: where this server is reached from elsewhere. */
  baseUrl: string
  lowStockAt: number
}

/** Of an endpoint, how many more attempts may begin. */
export type Capacity = (endpointId: number) => number

export interface Turn {
  claims: Claim[]
  parked: Claim[]
  /** The outbox has more. */
  isFull: boolean
}

export type Queue = ReturnType<typeof createQueue>

export function createQueue(db: Database, options: QueueOptions) {
  const { webhookOutbox, webhookEndpoints, webhookDeliveries } = db.tables
  return {
    /** Cheap: without a lock, and asked all the time. */
    async hasWork(): Promise<boolean> {
      const [change] = await db.reader.select({ id: webhookOutbox.id }).from(webhookOutbox).limit(1)
      if (change) return true
      const [due] = await db.reader
        .select({ id: webhookDeliveries.id })
        .from(webhookEndpoints)
        .innerJoin(webhookDeliveries, eq(webhookDeliveries.endpointId, webhookEndpoints.id))
        .where(
          and(eq(webhookEndpoints.state, 'enabled'), lte(webhookDeliveries.dueAt, await db.now(db.reader))),
        )
        .limit(1)
      return due !== undefined
    },

    turn: async (outcomes: readonly Outcome[], capacity: Capacity): Promise<Turn> =>
      await db.withTransaction(async (tx) => {
        await lockEndpoints({ db, tx })
        const within = { db, tx, now: await db.now(tx) }
        const parked: Claim[] = []
        for (const outcome of outcomes) if (await settle(within, outcome)) parked.push(outcome.claim)
        const taken = await takeChanges(within)
        // Read after the changes: one that was made before any of them must not be missed.
        const endpoints = await lockEndpoints({ db, tx })
        const events = taken.flatMap((row) => eventsOfChange(row, options.lowStockAt))
        await enqueue(within, { endpoints, events, baseUrl: options.baseUrl })
        const claims: Claim[] = []
        for (const endpoint of endpoints)
          if (endpoint.state === 'enabled')
            claims.push(...(await claim(within, endpoint, capacity(endpoint.id))))
        return { claims, parked, isFull: taken.length === CHANGES_PER_TURN }
      }),

    /**
     * Puts events into the queue that are no changes of products.
     * @param eventsFor runs in the transaction, with all servers but this one waiting
     */
    tell: async (
      eventsFor: (tx: Queries, endpoints: readonly WebhookEndpointRow[]) => Promise<AddressedEvent[]>,
    ): Promise<void> =>
      await db.withTransaction(async (tx) => {
        const endpoints = await lockEndpoints({ db, tx })
        const within = { db, tx, now: await db.now(tx) }
        for (const { event, to } of await eventsFor(tx, endpoints))
          await enqueue(within, { endpoints: to, events: [event], baseUrl: options.baseUrl })
      }),
  }
}

export interface AddressedEvent {
  event: Event
  to: readonly WebhookEndpointRow[]
}

async function lockEndpoints({ db, tx }: Omit<Within, 'now'>): Promise<WebhookEndpointRow[]> {
  const { webhookEndpoints } = db.tables
  return await db.forUpdate(tx.select().from(webhookEndpoints).orderBy(webhookEndpoints.id))
}

/** @returns true when it is given up */
async function settle({ db, tx, now }: Within, { claim: of, ...outcome }: Outcome): Promise<boolean> {
  const { webhookDeliveries: deliveries } = db.tables
  const { status, error, retryInMs } = outcome
  const isParked = retryInMs !== undefined && now + retryInMs > of.retryUntil
  const isFinished = retryInMs === undefined || isParked
  const settled = await tx
    .update(deliveries)
    .set({
      state: isParked ? 'parked' : retryInMs === undefined ? 'delivered' : 'pending',
      dueAt: isFinished ? null : now + retryInMs,
      finishedAt: isFinished ? now : null,
      status,
      error,
    })
    // Not one that has been claimed again since.
    .where(
      and(
        eq(deliveries.id, of.id),
        eq(deliveries.dueAt, of.leaseEndsAt),
        sql`${deliveries.state} = 'pending'`,
      ),
    )
    .returning({ endpointId: deliveries.endpointId, subject: deliveries.subject })
  for (const { endpointId, subject } of settled)
    if (isFinished) await release({ db, tx, now }, endpointId, subject)
  return isParked && settled.length > 0
}

/** The next one of the subject is due. */
async function release({ db, tx, now }: Within, endpointId: number, subject: string): Promise<void> {
  const { webhookDeliveries: deliveries } = db.tables
  const [next] = await tx
    .select({ id: min(deliveries.id) })
    .from(deliveries)
    .where(
      and(
        eq(deliveries.endpointId, endpointId),
        eq(deliveries.subject, subject),
        sql`${deliveries.state} = 'pending'`,
      ),
    )
  if (next?.id == null) return
  await tx
    .update(deliveries)
    .set({ dueAt: now })
    .where(and(eq(deliveries.id, next.id), isNull(deliveries.dueAt)))
}

/** Oldest first. */
async function takeChanges({ db, tx }: Within): Promise<WebhookOutboxRow[]> {
  const { webhookOutbox } = db.tables
  const oldest = tx
    .select({ id: webhookOutbox.id })
    .from(webhookOutbox)
    .orderBy(webhookOutbox.id)
    .limit(CHANGES_PER_TURN)
  const taken = await tx.delete(webhookOutbox).where(inArray(webhookOutbox.id, oldest)).returning()
  return taken.toSorted((a, b) => a.id - b.id)
}

async function claim(
  { db, tx, now }: Within,
  endpoint: WebhookEndpointRow,
  capacity: number,
): Promise<Claim[]> {
  if (capacity <= 0) return []
  const { webhookDeliveries: deliveries } = db.tables
  const due = await tx
    .select()
    .from(deliveries)
    .where(and(eq(deliveries.endpointId, endpoint.id), lte(deliveries.dueAt, now)))
    .orderBy(deliveries.dueAt)
    .limit(capacity)
  if (due.length === 0) return []
  const leaseEndsAt = now + LEASE_MS
  await tx
    .update(deliveries)
    .set({ dueAt: leaseEndsAt, attempts: sql`${deliveries.attempts} + 1` })
    .where(
      inArray(
        deliveries.id,
        due.map(({ id }) => id),
      ),
    )
  return due.map((row) => toClaim(row, endpoint, { now, leaseEndsAt }))
}

function toClaim(
  row: WebhookDeliveryRow,
  endpoint: WebhookEndpointRow,
  { now, leaseEndsAt }: { now: number; leaseEndsAt: number },
): Claim {
  const { id, eventId, body, attempts, retryUntil, endpointId } = row
  const { url, secret, previousSecret, previousSecretUntil } = endpoint
  const isOverlap = previousSecret !== null && (previousSecretUntil ?? 0) > now
  return {
    id,
    endpointId,
    eventId,
    url,
    body,
    secrets: isOverlap ? [secret, previousSecret] : [secret],
    attempts: attempts + 1,
    retryUntil,
    leaseEndsAt,
  }
}
