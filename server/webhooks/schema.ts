/** The shapes of webhooks on the wire, for both transports. */
import * as v from 'valibot'
import { Cursor, integer, limit, text } from '#server/products/schema.ts'
import { EVENT_TYPES } from './event.ts'

const MAX_URL_LENGTH = 2_000
const MAX_DESCRIPTION_LENGTH = 200
const MAX_OVERLAP_HOURS = 168

const Id = integer(1, Number.MAX_SAFE_INTEGER)
const time = v.pipe(v.string(), v.isoTimestamp())

/** Within what a URL needs: neither spaces nor control characters. */
const Url = v.pipe(
  v.string('must be a URL'),
  v.maxLength(MAX_URL_LENGTH, `must have at most ${MAX_URL_LENGTH} characters`),
  v.regex(/^https?:\/\/[\x21-\x7E]+$/, 'must be a URL that begins with https://'),
)
const Description = v.nullable(text(MAX_DESCRIPTION_LENGTH))
const eventType = `must be of ${EVENT_TYPES.join(', ')}`
const Events = v.pipe(
  v.array(v.picklist(EVENT_TYPES, eventType), eventType),
  v.minLength(1, 'must name an event'),
  v.maxLength(EVENT_TYPES.length, `must have at most ${EVENT_TYPES.length} events`),
)
const Format = v.picklist(['standard', 'slack'], 'must be standard or slack')
const MinSpendMicros = v.pipe(
  v.string('must be a string of digits'),
  v.regex(/^\d{1,15}$/, 'must be a string of 1 to 15 digits'),
  v.description(
    '`ads.spend_on_out_of_stock` is sent from this spend of a day on, in millionths of the currency.',
  ),
)
const State = v.picklist(['enabled', 'disabled'], 'must be enabled or disabled')

export const Webhook = v.pipe(
  v.object({
    id: Id,
    url: v.string(),
    description: v.nullable(v.string()),
    events: v.array(v.picklist(EVENT_TYPES)),
    format: Format,
    min_spend_micros: v.string(),
    state: State,
    /** Until when the secret before this one signs as well. */
    previous_secret_until: v.nullable(time),
    pending: v.number(),
    parked: v.number(),
    created_at: time,
    updated_at: time,
  }),
  v.title('Webhook'),
)

/** The secret is shown this once. */
export const WebhookWithSecret = v.object({ ...Webhook.entries, secret: v.string() })

export const WebhookList = v.object({ items: v.array(Webhook) })

export const Nothing = v.strictObject({})

export const ById = v.strictObject({ id: Id })

export const NewWebhook = v.strictObject({
  url: Url,
  events: Events,
  description: v.optional(Description),
  format: v.optional(Format),
  min_spend_micros: v.optional(MinSpendMicros),
})

export const WebhookChange = v.strictObject({
  id: Id,
  url: v.optional(Url),
  events: v.optional(Events),
  description: v.optional(Description),
  format: v.optional(Format),
  min_spend_micros: v.optional(MinSpendMicros),
  state: v.optional(State),
})

export const Rotation = v.strictObject({
  id: Id,
  overlap_hours: v.optional(integer(0, MAX_OVERLAP_HOURS), 24),
})

const DELIVERY_STATES = ['pending', 'delivered', 'parked'] as const

export const Delivery = v.pipe(
  v.object({
    id: Id,
    event_id: v.string(),
    type: v.string(),
    state: v.picklist(DELIVERY_STATES),
    attempts: v.number(),
    /** Null while it waits for an earlier event of the same product. */
    next_attempt_at: v.nullable(time),
    created_at: time,
    finished_at: v.nullable(time),
    /** What the receiver answered last, or why there was no answer. */
    status: v.nullable(v.number()),
    error: v.nullable(v.string()),
    body: v.string(),
  }),
  v.title('Delivery'),
)

export const DeliveriesQuery = v.strictObject({
  id: Id,
  state: v.optional(v.picklist(DELIVERY_STATES, `must be of ${DELIVERY_STATES.join(', ')}`)),
  limit,
  cursor: v.optional(Cursor),
})

export const DeliveryPage = v.object({ items: v.array(Delivery), next_cursor: v.nullable(v.string()) })

export const Resend = v.strictObject({
  id: Id,
  delivery_id: v.optional(
    v.pipe(Id, v.description('One that was delivered or parked; without it, all that are parked.')),
  ),
})

export const Resent = v.object({ resent: v.number() })
