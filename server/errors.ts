/**
 * Every way in which Adstock refuses. A code is stable: clients branch on it, whatever the transport.
 * `trpc` is tRPC's name for the same status; http/problem.ts turns both into the one problem object (RFC 9457).
 */
export const PROBLEMS = {
  BODY_UNREADABLE: { status: 400, trpc: 'PARSE_ERROR', title: 'The body cannot be read' },
  HOST_INVALID: { status: 400, trpc: 'BAD_REQUEST', title: 'The Host header is invalid' },
  KEY_MISSING: { status: 401, trpc: 'UNAUTHORIZED', title: 'An API key is needed' },
  KEY_INVALID: { status: 401, trpc: 'UNAUTHORIZED', title: 'This API key is not valid' },
  SCOPE_MISSING: { status: 403, trpc: 'FORBIDDEN', title: 'The key lacks the required scope' },
  CROSS_SITE_REFUSED: { status: 403, trpc: 'FORBIDDEN', title: 'Another site may not do that' },
  PRODUCT_NOT_FOUND: { status: 404, trpc: 'NOT_FOUND', title: 'There is no such product' },
  IMPORT_NOT_FOUND: { status: 404, trpc: 'NOT_FOUND', title: 'There is no such import' },
  RUN_NOT_FOUND: { status: 404, trpc: 'NOT_FOUND', title: 'There is no such run' },
  WEBHOOK_NOT_FOUND: { status: 404, trpc: 'NOT_FOUND', title: 'There is no such webhook' },
  FEED_KEY_NOT_FOUND: { status: 404, trpc: 'NOT_FOUND', title: 'There is no such feed key' },
  KEY_NOT_FOUND: { status: 404, trpc: 'NOT_FOUND', title: 'There is no such key' },
  DELIVERY_NOT_FOUND: { status: 404, trpc: 'NOT_FOUND', title: 'There is no such delivery to repeat' },
  ROUTE_NOT_FOUND: { status: 404, trpc: 'NOT_FOUND', title: 'There is nothing at this address' },
  METHOD_NOT_ALLOWED: {
    status: 405,
    trpc: 'METHOD_NOT_SUPPORTED',
    title: 'This address takes other methods',
  },
  NOT_ACCEPTABLE: {
    status: 406,
    trpc: 'BAD_REQUEST',
    title: 'There is no answer of the media types that are accepted',
  },
  BODY_TOO_SLOW: { status: 408, trpc: 'TIMEOUT', title: 'The body did not come in time' },
  SKU_TAKEN: { status: 409, trpc: 'CONFLICT', title: 'Another product has this SKU' },
  ADS_ITEM_ID_TAKEN: { status: 409, trpc: 'CONFLICT', title: 'Another product has this item id of the ads' },
  GTIN_TAKEN: { status: 409, trpc: 'CONFLICT', title: 'Another product has this GTIN' },
  IDEMPOTENCY_IN_PROGRESS: {
    status: 409,
    trpc: 'CONFLICT',
    title: 'The first request with this key still runs',
  },
  STORE_BUSY: { status: 409, trpc: 'CONFLICT', title: 'Another run holds the ads store' },
  WEBHOOK_LIMIT_REACHED: { status: 409, trpc: 'CONFLICT', title: 'There are too many webhooks already' },
  KEY_LIMIT_REACHED: { status: 409, trpc: 'CONFLICT', title: 'There are too many keys already' },
  BATCH_FAILED: { status: 409, trpc: 'CONFLICT', title: 'Not every operation of the batch can be done' },
  INSUFFICIENT_STOCK: { status: 409, trpc: 'CONFLICT', title: 'Insufficient stock' },
  STOCK_LEVEL_CHANGED: { status: 409, trpc: 'CONFLICT', title: 'The stock level is another one now' },
  STOCK_OUT_CHANGED: { status: 409, trpc: 'CONFLICT', title: 'The stock has run out or come back meanwhile' },
  FEED_SET_BACK: { status: 409, trpc: 'CONFLICT', title: 'The change feed is not the one that was followed' },
  VERSION_MISMATCH: { status: 412, trpc: 'PRECONDITION_FAILED', title: 'The product has changed meanwhile' },
  BODY_TOO_LARGE: { status: 413, trpc: 'PAYLOAD_TOO_LARGE', title: 'The body is too large' },
  MEDIA_TYPE_UNSUPPORTED: {
    status: 415,
    trpc: 'UNSUPPORTED_MEDIA_TYPE',
    title: 'The body has another media type than this address takes',
  },
  CODING_UNSUPPORTED: {
    status: 415,
    trpc: 'UNSUPPORTED_MEDIA_TYPE',
    title: 'The body has a content coding that is not taken',
  },
  IDEMPOTENCY_KEY_REUSED: {
    status: 422,
    trpc: 'UNPROCESSABLE_CONTENT',
    title: 'This idempotency key belongs to another request',
  },
  WEBHOOK_URL_REFUSED: {
    status: 422,
    trpc: 'UNPROCESSABLE_CONTENT',
    title: 'This server sends nothing to such an address',
  },
  INVALID_INPUT: { status: 422, trpc: 'UNPROCESSABLE_CONTENT', title: 'The input is not valid' },
  RATE_LIMITED: { status: 429, trpc: 'TOO_MANY_REQUESTS', title: 'Too many requests' },
  INTERNAL: { status: 500, trpc: 'INTERNAL_SERVER_ERROR', title: 'Something went wrong on our side' },
  UNAVAILABLE: { status: 503, trpc: 'SERVICE_UNAVAILABLE', title: 'Not available just now' },
} as const satisfies Record<string, { status: number; trpc: string; title: string }>

export type ProblemCode = keyof typeof PROBLEMS

/** Where in the input (an RFC 6901 pointer, `/price`), and what is wrong there. */
export interface InputIssue {
  pointer: string
  detail: string
}

/** A refusal with its data: `extra` becomes members of the problem object (`current`, `available`, …). */
export class ProblemError extends Error {
  override readonly name = 'ProblemError'
  readonly code: ProblemCode
  readonly extra: Readonly<Record<string, unknown>>

  constructor(code: ProblemCode, detail: string, extra: Record<string, unknown> = {}) {
    super(detail)
    this.code = code
    this.extra = extra
  }
}

/** In the detail. */
const MAX_NAMED = 10
/** As many as a batch has operations: an answer is not to be many times as long as its request. */
const MAX_ERRORS = 1_000

export function invalidInput(errors: InputIssue[]): ProblemError {
  const named = errors
    .slice(0, MAX_NAMED)
    .map(({ pointer, detail }) => `${pointer || 'The input'}: ${detail}`)
  const more = errors.length > MAX_NAMED ? [`and ${errors.length - MAX_NAMED} more`] : []
  const detail = [...named, ...more].join('; ') || 'The input is not valid.'
  return new ProblemError('INVALID_INPUT', detail, { errors: errors.slice(0, MAX_ERRORS) })
}
