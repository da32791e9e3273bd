/** Webhooks over the API: for admins, because an endpoint is told what every key may read, and more. */
import type * as v from 'valibot'
import type { WebhookDeliveryRow } from '#db/schema.postgres.ts'
import type { Context } from '#server/context.ts'
import { isoTime } from '#server/platform/iso-time.ts'
import { mutation, query } from '#server/operation.ts'
import { decodeCursor, pageOf } from '#server/products/cursor.ts'
import * as schema from './schema.ts'
import type { Endpoint, NewEndpoint } from './webhook-store.ts'

const HOUR_MS = 3_600_000
const BY_ID = '/webhooks/:id'

const shared = { scope: 'admin', cost: 'write', subject: 'webhook' } as const

export const webhookOperations = {
  list: query({
    rest: 'GET /webhooks',
    summary: 'Every webhook, with how many deliveries are pending and parked',
    input: schema.Nothing,
    output: schema.WebhookList,
    scope: 'admin',
    cost: 'read',
    run: async ({ webhooks }) => ({ items: (await webhooks.list()).map(toWebhook) }),
  }),

  create: mutation({
    ...shared,
    rest: 'POST /webhooks',
    summary: 'Send events to a URL from now on; the secret to verify them with is shown this once',
    description:
      'An event is sent again until it is taken, for days, so a receiver may see one twice: its `webhook-id` is the same then.',
    input: schema.NewWebhook,
    output: schema.WebhookWithSecret,
    status: 201,
    errors: ['WEBHOOK_LIMIT_REACHED', 'WEBHOOK_URL_REFUSED'],
    run: async ({ webhooks }, input) => withSecret(await webhooks.create(toNewEndpoint(input))),
  }),

  update: mutation({
    ...shared,
    rest: `PATCH ${BY_ID}`,
    summary: 'Change a webhook; while it is disabled nothing is sent, and product events are not collected',
    example: { state: 'disabled' },
    input: schema.WebhookChange,
    output: schema.Webhook,
    errors: ['WEBHOOK_NOT_FOUND', 'WEBHOOK_URL_REFUSED'],
    run: async ({ webhooks }, { id, min_spend_micros, ...input }) => {
      const given = Object.fromEntries(
        Object.entries(input).filter(([, value]) => value !== undefined),
      ) as Partial<NewEndpoint & Pick<Endpoint, 'state'>>
      const spend = min_spend_micros === undefined ? {} : { minSpendMicros: Number(min_spend_micros) }
      return toWebhook(await webhooks.update(id, { ...given, ...spend }))
    },
  }),

  rotate: mutation({
    ...shared,
    rest: `POST ${BY_ID}/rotate`,
    summary: 'A new secret, shown this once; the old one signs as well for some hours',
    example: { overlap_hours: 24 },
    input: schema.Rotation,
    output: schema.WebhookWithSecret,
    errors: ['WEBHOOK_NOT_FOUND'],
    run: async ({ webhooks }, { id, overlap_hours }) =>
      withSecret(await webhooks.rotate(id, overlap_hours * HOUR_MS)),
  }),

  remove: mutation({
    ...shared,
    rest: `DELETE ${BY_ID}`,
    summary: 'Delete a webhook; what it was not sent yet is dropped',
    input: schema.ById,
    output: schema.ById,
    status: 204,
    errors: ['WEBHOOK_NOT_FOUND'],
    async run({ webhooks }, { id }) {
      await webhooks.remove(id)
      return { id }
    },
  }),

  deliveries: query({
    rest: `GET ${BY_ID}/deliveries`,
    summary: 'What was sent and what waits, newest first; delivered ones for 3 days, parked ones for 30',
    input: schema.DeliveriesQuery,
    output: schema.DeliveryPage,
    scope: 'admin',
    cost: 'search',
    errors: ['WEBHOOK_NOT_FOUND'],
    run: deliveries,
  }),

  resend: mutation({
    ...shared,
    rest: `POST ${BY_ID}/resend`,
    summary: 'Deliver once more, under the same id: one delivery, or all that are parked',
    example: { delivery_id: 17 },
    input: schema.Resend,
    output: schema.Resent,
    errors: ['WEBHOOK_NOT_FOUND', 'DELIVERY_NOT_FOUND'],
    run: async ({ webhooks }, { id, delivery_id }) => ({ resent: await webhooks.resend(id, delivery_id) }),
  }),
}

async function deliveries(
  { webhooks }: Context,
  { id, state, limit, cursor }: v.InferOutput<typeof schema.DeliveriesQuery>,
) {
  const bound = ['webhook deliveries', id, state ?? null]
  const before = cursor === undefined ? undefined : decodeCursor(cursor, bound).id
  const found = await webhooks.deliveries(id, { state, limit: limit + 1, before })
  const { rows, next_cursor } = pageOf(found, { limit, list: bound })
  return { items: rows.map(toDelivery), next_cursor }
}

export function toNewEndpoint(input: v.InferOutput<typeof schema.NewWebhook>): NewEndpoint {
  const { url, events, description = null, format = 'standard', min_spend_micros = '0' } = input
  return { url, events, description, format, minSpendMicros: Number(min_spend_micros) }
}

export function toWebhook({ createdAt, updatedAt, minSpendMicros, previousSecretUntil, ...row }: Endpoint) {
  const { id, url, description, events, format, state, pending, parked } = row
  return {
    id,
    url,
    description,
    events,
    format,
    min_spend_micros: String(minSpendMicros),
    state,
    previous_secret_until: isoTime(previousSecretUntil),
    pending,
    parked,
    created_at: new Date(createdAt).toISOString(),
    updated_at: new Date(updatedAt).toISOString(),
  }
}

export function withSecret(endpoint: Endpoint) {
  return { ...toWebhook(endpoint), secret: endpoint.secret }
}

function toDelivery({ id, eventId, type, state, attempts, dueAt, createdAt, ...row }: WebhookDeliveryRow) {
  return {
    id,
    event_id: eventId,
    type,
    state,
    attempts,
    next_attempt_at: isoTime(dueAt),
    created_at: new Date(createdAt).toISOString(),
    finished_at: isoTime(row.finishedAt),
    status: row.status,
    error: row.error,
    body: row.body,
  }
}
