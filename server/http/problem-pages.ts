/** The catalogue of errors, as pages: each problem's `type` is the address of one. */
import { PROBLEMS, type ProblemCode } from '#server/errors.ts'
import { problemPath } from './problem.ts'

/** What to do about it. */
const CURES: Readonly<Record<ProblemCode, string>> = {
  BODY_UNREADABLE: 'Send JSON in UTF-8 that parses, or gzip that is whole.',
  HOST_INVALID: 'Send a Host header with a name, and perhaps a port.',
  KEY_MISSING: 'Send a key as Authorization: Bearer ak_…. ./scripts/adstock keys create makes one.',
  KEY_INVALID: 'The key is unknown, revoked or expired. ./scripts/adstock keys list shows which are valid.',
  SCOPE_MISSING: 'detail names the scope. A key keeps its scopes: make another one that has it.',
  CROSS_SITE_REFUSED: 'A session changes things from the page of this server alone. Elsewhere, send a key.',
  PRODUCT_NOT_FOUND: 'No product has this id, SKU or GTIN, or it was deleted.',
  IMPORT_NOT_FOUND: 'No import has this number, or it is older than 24 hours.',
  RUN_NOT_FOUND: 'No run of ads has this id, or it is no longer on record.',
  WEBHOOK_NOT_FOUND: 'No webhook has this id, or it was deleted.',
  FEED_KEY_NOT_FOUND: 'No feed key has this id. GET /v1/feed-keys lists them.',
  KEY_NOT_FOUND: 'No key has this id. GET /v1/keys lists them.',
  DELIVERY_NOT_FOUND: 'The delivery is forgotten, or still under way.',
  ROUTE_NOT_FOUND: '/openapi.json lists every address.',
  METHOD_NOT_ALLOWED: 'The Allow header lists the methods of this address.',
  NOT_ACCEPTABLE:
    'Send Accept: application/json, or no Accept at all. detail names what the address answers with.',
  BODY_TOO_SLOW: 'Send the request again; a body has to come at the pace that the limits state.',
  SKU_TAKEN: 'SKUs are unique. sku and product_id say where this one is.',
  ADS_ITEM_ID_TAKEN: 'Item ids of the ads are unique, whatever their case.',
  GTIN_TAKEN: 'GTINs are unique; the 12, 13 and 14 digits of one number are the same.',
  IDEMPOTENCY_IN_PROGRESS:
    'Wait and send the request again with the same key: the answer of the first is replayed.',
  STORE_BUSY: 'One run at a time writes the ads store. holder says which; try again when it has ended.',
  WEBHOOK_LIMIT_REACHED: 'Delete a webhook that is no longer needed.',
  KEY_LIMIT_REACHED: 'Revoke a key that is no longer needed.',
  BATCH_FAILED: 'failures names each operation that cannot be done. Nothing was changed.',
  INSUFFICIENT_STOCK: 'available is what there is, requested what was asked for. Nothing was changed.',
  STOCK_LEVEL_CHANGED: 'current is the stock now. Decide again, and send the request with it.',
  STOCK_OUT_CHANGED:
    'The product came back, or is out of stock anew: out_since says since when. Decide again.',
  FEED_SET_BACK:
    'The database was set back to a backup. Read the products anew, and follow the feed from last_seq on.',
  VERSION_MISMATCH: 'current is the product now. Decide again, and send the request with its version.',
  BODY_TOO_LARGE: 'detail names the bound. Send less at a time, or a CSV file.',
  MEDIA_TYPE_UNSUPPORTED: 'detail names the Content-Type that this address takes.',
  CODING_UNSUPPORTED: 'Send the body without Content-Encoding, or as gzip.',
  IDEMPOTENCY_KEY_REUSED: 'A key stands for one request for 24 hours. Make another one for another request.',
  WEBHOOK_URL_REFUSED: 'Only public addresses are sent to, unless WEBHOOKS_ALLOW_PRIVATE is set.',
  INVALID_INPUT: 'errors names each field by JSON pointer, and says what it must be.',
  RATE_LIMITED: 'Wait as long as Retry-After says. RateLimit on every answer says what is left.',
  INTERNAL: 'The log has the cause under this request_id.',
  UNAVAILABLE: 'Wait as long as Retry-After says, and send the request again.',
}

export function cureOf(code: ProblemCode): string {
  return CURES[code]
}

/** Address and document: one for each code, and one that lists them. */
export function problemPages(): (readonly [path: string, html: string])[] {
  const codes = Object.keys(PROBLEMS) as ProblemCode[]
  const list = codes.map(
    (code) => `<li><a href="${problemPath(code)}"><code>${code}</code></a> ${PROBLEMS[code].title}</li>`,
  )
  return [
    ['/problems', page('Errors', `<ul>${list.join('\n')}</ul>`)],
    ...codes.map((code) => {
      const { status, title } = PROBLEMS[code]
      const body = `<p><code>${code}</code>, status ${status}</p><p>${cureOf(code)}</p><p><a href="/problems">All errors</a></p>`
      return [problemPath(code), page(title, body)] as const
    }),
  ]
}

function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title>
<link rel="icon" href="data:,"><style>body{font:1rem/1.5 system-ui;max-width:42rem;margin:2rem auto;padding:0 1rem}</style></head>
<body><h1>${title}</h1>
${body}
</body>
</html>
`
}
