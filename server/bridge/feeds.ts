/**
 * The catalogue's availability and prices as a supplemental source of Google's Merchant Center, tab-delimited or as
 * RSS 2.0: https://support.google.com/merchants/answer/14987622
 */
import * as v from 'valibot'
import type { ProductRow } from '#db/schema.postgres.ts'
import type { Context } from '#server/context.ts'
import { download } from '#server/file-route.ts'
import { formatPrice } from '#server/products/product.ts'
import { walkRows } from '#server/products/walk-rows.ts'
import { itemIdOf } from './item-id-rules.ts'

/** https://support.google.com/merchants/answer/6324486 */
const DESTINATIONS = ['Shopping_ads', 'Display_ads', 'Free_listings'] as const

const FeedQuery = v.strictObject({
  key: v.pipe(
    v.optional(v.pipe(v.string(), v.regex(/^[\x21-\x7E]{0,1000}$/, 'must be a feed key'))),
    v.description('A feed key, `feed_…`, for programs that send no headers. No other key is taken here.'),
  ),
  excluded_destination: v.pipe(
    v.optional(v.picklist(DESTINATIONS, `must be one of ${DESTINATIONS.join(', ')}`)),
    v.description('Where products are not shown while they are out of stock.'),
  ),
})
type FeedQuery = v.InferOutput<typeof FeedQuery>

const shared = {
  input: FeedQuery,
  scope: 'feeds:read',
  cost: 'search',
} as const

export const feedRoutes = {
  availabilityTsv: download({
    ...shared,
    rest: 'GET /feeds/google-availability.tsv',
    example: 'id\tavailability\tprice\ngla_42\tin_stock\t29.00 USD\n',
    summary: 'Availability and price of every product, as a tab-delimited source of Merchant Center',
    mediaType: 'text/tab-separated-values',
    fileName: 'google-availability.tsv',
    run: asTsv,
  }),

  availabilityXml: download({
    ...shared,
    rest: 'GET /feeds/google-availability.xml',
    example: '<?xml version="1.0"?>\n<rss version="2.0" xmlns:g="http://base.google.com/ns/1.0">…</rss>\n',
    summary: 'Availability and price of every product, as an RSS 2.0 source of Merchant Center',
    mediaType: 'application/xml',
    fileName: 'google-availability.xml',
    run: asXml,
  }),
}

async function* asTsv(ctx: Context, query: FeedQuery): AsyncGenerator<string> {
  let head: string | undefined
  for await (const items of itemPages(ctx, query)) {
    const lines = items.map((item) => Object.values(item).join('\t'))
    const isFirst = head === undefined
    head ??= fieldsOf(query).join('\t')
    yield [...(isFirst ? [head] : []), ...lines].map((line) => `${line}\n`).join('')
  }
}

async function* asXml(ctx: Context, query: FeedQuery): AsyncGenerator<string> {
  let before =
    '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0" xmlns:g="http://base.google.com/ns/1.0">\n<channel>\n<title>Availability</title>\n'
  for await (const items of itemPages(ctx, query)) {
    yield before + items.map(asElement).join('')
    before = ''
  }
  yield '</channel>\n</rss>\n'
}

function asElement(item: Item): string {
  const parts = Object.entries(item).flatMap(([name, value]) =>
    value === '' ? [] : [`<g:${name}>${escapeXml(value)}</g:${name}>`],
  )
  return `<item>${parts.join('')}</item>\n`
}

type Item = Record<string, string>

async function* itemPages(ctx: Context, query: FeedQuery): AsyncGenerator<Item[]> {
  for await (const rows of walkRows(ctx, {})) yield rows.flatMap((row) => itemOf(row, ctx, query))
}

function fieldsOf({ excluded_destination }: FeedQuery): string[] {
  return ['id', 'availability', 'price', ...(excluded_destination ? ['excluded_destination'] : [])]
}

/** None for a product without an id there. */
function itemOf(row: ProductRow, { currency }: Context, { excluded_destination }: FeedQuery): Item[] {
  const id = itemIdOf(row)
  if (id === null) return []
  const isIn = row.stockLevel > 0
  return [
    {
      id: oneLine(id),
      availability: isIn ? 'in_stock' : 'out_of_stock',
      price: `${formatPrice(row.priceMinor, currency)} ${currency.code}`,
      ...(excluded_destination && { excluded_destination: isIn ? '' : excluded_destination }),
    },
  ]
}

/** A tab or a line break within an id would begin another cell or line, and XML has no such characters. */
function oneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\uFFFE\uFFFF]/gu, ' ')
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
