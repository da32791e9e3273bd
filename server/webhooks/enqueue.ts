/** Events become deliveries: a row for each endpoint that wants one, behind the earlier ones of its subject. */
import { and, inArray, sql } from 'drizzle-orm'
import { insertMany } from '#db/bulk.ts'
import type { Database, Queries } from '#db/database.ts'
import type { WebhookEndpointRow } from '#db/schema.postgres.ts'
import { RETRIED_FOR_MS } from './backoff.ts'
import { bodyOf } from './body.ts'
import type { Event } from './event.ts'
import { eventsOf } from './webhook-store.ts'

const SUBJECTS_PER_QUERY = 500

/** A turn of the queue: its transaction holds the endpoints' rows. */
export interface Within {
  db: Database
  tx: Queries
  /** By the database's clock. */
  now: number
}

interface Enqueued {
  endpoints: readonly WebhookEndpointRow[]
  events: readonly Event[]
  baseUrl: string
}

export async function enqueue(within: Within, { endpoints, events, baseUrl }: Enqueued): Promise<void> {
  if (endpoints.length === 0) return
  const { db, now } = within
  const waiting = await openSubjects(within, { endpoints, events })
  const rows = events.flatMap((event) => {
    const eventId = `evt_${crypto.randomUUID()}`
    return endpoints
      .filter((endpoint) => endpoint.state === 'enabled' && eventsOf(endpoint).includes(event.type))
      .map((endpoint) => {
        const queue = queueName(endpoint.id, event.subject)
        const isFirst = !waiting.has(queue)
        waiting.add(queue)
        return {
          endpointId: endpoint.id,
          eventId,
          type: event.type,
          subject: event.subject,
          body: bodyOf(event, endpoint.format, baseUrl),
          state: 'pending' as const,
          attempts: 0,
          dueAt: isFirst ? now : null,
          retryUntil: now + RETRIED_FOR_MS,
          createdAt: now,
        }
      })
  })
  await insertMany(within, { into: db.tables.webhookDeliveries, rows })
}

/** Queues, of an endpoint and a subject, with a delivery in them. */
async function openSubjects(
  { db, tx }: Within,
  { endpoints, events }: Pick<Enqueued, 'endpoints' | 'events'>,
): Promise<Set<string>> {
  const { webhookDeliveries: deliveries } = db.tables
  const endpointIds = endpoints.map(({ id }) => id)
  const subjects = [...new Set(events.map(({ subject }) => subject))]
  const open = new Set<string>()
  for (let start = 0; start < subjects.length; start += SUBJECTS_PER_QUERY) {
    const some = subjects.slice(start, start + SUBJECTS_PER_QUERY)
    const found = await tx
      .selectDistinct({ endpointId: deliveries.endpointId, subject: deliveries.subject })
      .from(deliveries)
      .where(
        and(
          inArray(deliveries.endpointId, endpointIds),
          inArray(deliveries.subject, some),
          sql`${deliveries.state} = 'pending'`,
        ),
      )
    for (const { endpointId, subject } of found) open.add(queueName(endpointId, subject))
  }
  return open
}

const queueName = (endpointId: number, subject: string) => `${endpointId} ${subject}`
