/** The fixed parts of the OpenAPI document: its prose, header parameters and security schemes. */
import { SESSION_COOKIE } from '#server/http/auth/auth.ts'

export const INTRODUCTION = `Products that are never wrong, two years of ads that are complete, and the bridge between them. The same operations are served over tRPC at \`/trpc\`.

**Errors** are RFC 9457 problems. Branch on \`code\`, which is stable; \`/problems\` lists all. **Unknown fields and parameters** are refused, with the nearest known name.

**Versions.** A product's \`version\` rises with every change and is its \`ETag\`. With \`If-Match\` a change is made only to the version that you saw; otherwise 412 \`VERSION_MISMATCH\`, which carries \`current\`.

**Repeats.** With an \`Idempotency-Key\` a POST or PATCH has one effect, however often it is sent.

**Lists** are walked by \`next_cursor\` and \`prev_cursor\`, or the \`Link\` header: every row that was not itself changed is shown once, whatever is written meanwhile.

**Money.** \`price\` is a decimal string with the currency's decimals; amounts of ads are micros, a million to a unit of currency, as strings of digits.

**Limits** are counted by key, else by address: \`RateLimit\` says what is left, and \`Retry-After\` of a 429 how long to wait.`

export const TAG_TEXTS: Record<string, string> = {
  products: 'The inventory: products, their stock and its ledger, imports, and the feed of changes.',
  ads: 'Google Ads by date, runs that fetch them, and what was spent on what is out of stock.',
  webhooks: 'Endpoints that events are sent to, signed.',
  feedKeys: 'Keys that open a feed, and nothing else.',
  keys: 'Keys of every kind: made, listed and ended by an admin.',
  audit: 'Which key wrote what and when.',
  system: 'What the server is, how it is, and what it refused of late.',
  feeds: 'Files for Merchant Center.',
  server: 'Health, metrics, this document, and the session of the page.',
}

export const IDEMPOTENCY_KEY = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description:
    'Any text of yours, for one effect: the same request with it gets the answer of the first one, for 24 hours.',
  schema: { type: 'string', minLength: 1, maxLength: 255, examples: ['order-1001'] },
}
export const IF_MATCH = {
  name: 'If-Match',
  in: 'header',
  required: false,
  description: 'Do it only if the product has this version, or one of these: its ETag.',
  schema: { type: 'string', maxLength: 8192, examples: ['"7"'] },
}
export const IF_NONE_MATCH = {
  name: 'If-None-Match',
  in: 'header',
  required: false,
  description: 'The ETag of what you have: while it is true, the answer is 304 without a body.',
  schema: { type: 'string', maxLength: 8192, examples: ['"7"'] },
}
export const LAST_EVENT_ID = {
  name: 'Last-Event-ID',
  in: 'header',
  required: false,
  description: 'Of a stream that broke: it goes on behind this event.',
  schema: { type: 'string', pattern: '^\\d{1,16}$', examples: ['4711'] },
}
/** In `AUTH=keys`; where everything is open they are not asked for. */
export const SECURITY_SCHEMES = {
  key: { type: 'http', scheme: 'bearer', description: 'An API key, `ak_…`' },
  session: {
    type: 'apiKey',
    in: 'cookie',
    name: SESSION_COOKIE,
    description: 'What the page holds after `POST /session` with `{"key":"ak_…"}`',
  },
}
