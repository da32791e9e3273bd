/** Endpoints, and the deliveries to them that are on record. */
import { and, count, eq, sql, type SQL } from 'drizzle-orm'
import type { Database, Queries } from '#db/database.ts'
import type { WebhookDeliveryRow, WebhookEndpointRow } from '#db/schema.postgres.ts'
import { ProblemError } from '#server/errors.ts'
import type { Clock } from '#server/platform/clock.ts'
import { mistakeIn, type AddressPolicy } from './address.ts'
import { deliveryRows, forgetOld, requeue, type DeliveryPage } from './delivery-log.ts'
import { changesFor, EVENT_TYPES, type EventType } from './event.ts'
import { newSecret } from './signature.ts'

/** Each one costs every change of a product a row, and a server some connections. */
const MAX_ENDPOINTS = 20

export interface Endpoint extends Omit<WebhookEndpointRow, 'events'> {
  events: EventType[]
  pending: number
  parked: number
}

export type NewEndpoint = Pick<Endpoint, 'url' | 'events' | 'description' | 'format' | 'minSpendMicros'>

export interface WebhookStore extends ReturnType<typeof actionsOf> {
  /** The same store, whose writes go into this transaction, for the caller to commit. */
  within(tx: Queries): WebhookStore
}

interface Parts {
  clock: Clock
  policy: AddressPolicy
  begin: Database['withTransaction']
}

export function createWebhookStore(db: Database, parts: Omit<Parts, 'begin'>): WebhookStore {
  return storeOf(db, { ...parts, begin: db.withTransaction })
}

function storeOf(db: Database, parts: Parts): WebhookStore {
  return {
    ...actionsOf(db, parts),
    within: (tx) => storeOf(db, { ...parts, begin: (run) => run(tx) }),
  }
}

function actionsOf(db: Database, { clock, policy, begin }: Parts) {
  const { webhookEndpoints: endpoints } = db.tables

  /** Locked: a delivery is neither claimed nor settled meanwhile. */
  const change = async (
    id: number,
    toValues: (row: WebhookEndpointRow) => Partial<WebhookEndpointRow>,
  ): Promise<Endpoint> =>
    await begin(async (tx) => {
      const row = await lock({ db, tx }, id)
      const after = { ...row, ...toValues(row), updatedAt: Math.max(clock.now(), row.updatedAt) }
      const productChanges = after.state === 'enabled' ? changesFor(eventsOf(after)) : 'none'
      await tx
        .update(endpoints)
        .set({ ...after, productChanges })
        .where(eq(endpoints.id, id))
      return await counted(db, tx, after)
    })

  return {
    /** In the order of their creation. */
    async list(): Promise<Endpoint[]> {
      const rows = await db.reader.select().from(endpoints).orderBy(endpoints.id)
      return await Promise.all(rows.map((row) => counted(db, db.reader, row)))
    },

    /** @throws ProblemError `WEBHOOK_URL_REFUSED`, `WEBHOOK_LIMIT_REACHED` */
    async create(wishes: NewEndpoint): Promise<Endpoint> {
      checkUrl(wishes.url, policy)
      return await begin((tx) => insert({ db, tx }, wishes, clock.now()))
    },

    /** @throws ProblemError `WEBHOOK_NOT_FOUND`, `WEBHOOK_URL_REFUSED` */
    async update(
      id: number,
      { events, ...wishes }: Partial<NewEndpoint & Pick<Endpoint, 'state'>>,
    ): Promise<Endpoint> {
      if (wishes.url !== undefined) checkUrl(wishes.url, policy)
      return await change(id, () => ({ ...wishes, ...(events && { events: stored(events) }) }))
    },

    /** A new secret; the one until now signs as well for a time. @throws ProblemError `WEBHOOK_NOT_FOUND` */
    rotate: async (id: number, overlapMs: number): Promise<Endpoint> =>
      await change(id, ({ secret }) => ({
        secret: newSecret(),
        previousSecret: overlapMs === 0 ? null : secret,
        previousSecretUntil: overlapMs === 0 ? null : clock.now() + overlapMs,
      })),

    /** Its deliveries end; what was recorded of them is forgotten later. @throws ProblemError `WEBHOOK_NOT_FOUND` */
    remove: async (id: number): Promise<void> =>
      await begin(async (tx) => {
        await lock({ db, tx }, id)
        await tx.delete(endpoints).where(eq(endpoints.id, id))
      }),

    /** Newest first. @throws ProblemError `WEBHOOK_NOT_FOUND` */
    async deliveries(id: number, page: DeliveryPage): Promise<WebhookDeliveryRow[]> {
      const [row] = await db.reader.select({ id: endpoints.id }).from(endpoints).where(eq(endpoints.id, id))
      if (!row) throw webhookNotFound(id)
      return await deliveryRows(db, id, page)
    },

    /** See `requeue`. @throws ProblemError `WEBHOOK_NOT_FOUND`, `DELIVERY_NOT_FOUND` */
    resend: async (id: number, deliveryId: number | undefined): Promise<number> =>
      await begin(async (tx) => {
        await lock({ db, tx }, id)
        return await requeue({ db, tx }, id, deliveryId)
      }),

    /** Deliveries that were made or given up long ago, and those of endpoints that are deleted. */
    forgetExpired: async (): Promise<void> => await forgetOld(db, clock),
  }
}

interface Within {
  db: Database
  tx: Queries
}

async function insert({ db, tx }: Within, wishes: NewEndpoint, now: number): Promise<Endpoint> {
  const { webhookEndpoints: endpoints } = db.tables
  const existing = await tx.select({ id: endpoints.id }).from(endpoints)
  if (existing.length >= MAX_ENDPOINTS)
    throw new ProblemError('WEBHOOK_LIMIT_REACHED', `There are ${existing.length} webhooks already.`)
  const [row] = await tx
    .insert(endpoints)
    .values({
      ...wishes,
      events: stored(wishes.events),
      productChanges: changesFor(wishes.events),
      state: 'enabled',
      secret: newSecret(),
      createdAt: now,
      updatedAt: now,
    })
    .returning()
  if (!row) throw new Error('A webhook was inserted and did not come back.')
  return await counted(db, tx, row)
}

/** @throws ProblemError `WEBHOOK_NOT_FOUND` */
async function lock({ db, tx }: Within, id: number): Promise<WebhookEndpointRow> {
  const { webhookEndpoints } = db.tables
  const [row] = await db.forUpdate(tx.select().from(webhookEndpoints).where(eq(webhookEndpoints.id, id)))
  if (!row) throw webhookNotFound(id)
  return row
}

function webhookNotFound(id: number): ProblemError {
  return new ProblemError('WEBHOOK_NOT_FOUND', `No webhook has the id ${id}.`)
}

function checkUrl(url: string, policy: AddressPolicy): void {
  const detail = mistakeIn(url, policy)
  if (detail !== undefined) throw new ProblemError('WEBHOOK_URL_REFUSED', `The URL ${detail}.`)
}

/** @returns in the order in which they are documented */
export function eventsOf({ events }: Pick<WebhookEndpointRow, 'events'>): EventType[] {
  const wanted = new Set(events.split(' '))
  return EVENT_TYPES.filter((type) => wanted.has(type))
}

function stored(events: readonly EventType[]): string {
  return [...new Set(events)].join(' ')
}

async function counted(
  { tables: { webhookDeliveries } }: Database,
  queries: Queries,
  row: WebhookEndpointRow,
): Promise<Endpoint> {
  const countOf = async (state: SQL) => {
    const ofEndpoint = and(eq(webhookDeliveries.endpointId, row.id), state)
    const [found] = await queries.select({ rows: count() }).from(webhookDeliveries).where(ofEndpoint)
    return found?.rows ?? 0
  }
  // Told as literals, by which both databases know the index that has only these.
  const pending = await countOf(sql`${webhookDeliveries.state} = 'pending'`)
  const parked = await countOf(sql`${webhookDeliveries.state} = 'parked'`)
  return { ...row, events: eventsOf(row), pending, parked }
}
