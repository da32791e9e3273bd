/** Item ids of what is out of stock, to be excluded from campaigns by hand. */
import { stringify } from 'csv-stringify/sync'
import * as v from 'valibot'
import type { ProductRow } from '#db/schema.postgres.ts'
import { addDays } from '#server/ads/calendar.ts'
import type { Context } from '#server/context.ts'
import { download } from '#server/file-route.ts'
import { query } from '#server/operation.ts'
import { protectCell } from '#server/products/csv-format.ts'
import { text } from '#server/products/schema.ts'
import { walkRows } from '#server/products/walk-rows.ts'
import { itemIdsOf } from './covered-range.ts'
import { itemIdOf } from './item-id-rules.ts'
import { StatusFields, StatusFilter, statusToWire } from './status-schema.ts'
import { statusIn } from './stock-out-statuses.ts'

/** Dates in which the ads tell the item ids of a product. */
const REPORTED_DAYS = 28
const MAX_NAMED = 100
const MAX_GROUP_NAME = 255

const filter = { status: StatusFilter }
const Filter = v.strictObject(filter)
type Filter = v.InferOutput<typeof Filter>

const EditorQuery = v.strictObject({
  ...filter,
  campaign: v.pipe(text(MAX_GROUP_NAME), v.description('The name of the Shopping campaign.')),
  ad_group: v.pipe(text(MAX_GROUP_NAME), v.description('The name of the ad group in it.')),
  max_cpc: v.pipe(
    v.optional(
      v.pipe(
        v.string('must be an amount such as 0.40'),
        v.regex(/^\d{1,7}(?:\.\d{1,3})?$/, 'must be an amount such as 0.40'),
      ),
    ),
    v.description('For everything else in the ad group; without it, Editor leaves the bid as it is.'),
  ),
})

const shared = { scope: 'ads:read', cost: 'search' } as const

export const exclusionOperations = {
  exclusions: query({
    ...shared,
    rest: 'GET /ads/exclusions',
    summary:
      'How many item ids are out of stock, and which of them the file for Google Ads Editor leaves out',
    input: Filter,
    output: v.object({
      item_ids: v.number(),
      left_out: v.number(),
      left_out_ids: v.pipe(v.array(v.string()), v.description(`The first ${MAX_NAMED} of them.`)),
    }),
    async run(ctx, asked) {
      const leftOut: string[] = []
      let all = 0
      for await (const excluded of excludedPages(ctx, asked)) {
        all += excluded.length
        leftOut.push(...excluded.map(({ itemId }) => itemId).filter((itemId) => !isWritable(itemId)))
      }
      return { item_ids: all, left_out: leftOut.length, left_out_ids: leftOut.slice(0, MAX_NAMED) }
    },
  }),
}

export const exclusionRoutes = {
  exclusionsCsv: download({
    ...shared,
    input: Filter,
    rest: 'GET /ads/exclusions.csv',
    example:
      'item_id,product_id,name,status,status_by,status_at,status_until\ngla_42,42,Nordic Yoga Mat,new,,,\n',
    summary: 'Item ids of what is out of stock, with the products that they belong to, as CSV',
    mediaType: 'text/csv',
    fileName: 'exclusions.csv',
    async *run(ctx, asked) {
      let head = stringify([['item_id', 'product_id', 'name', ...Object.keys(StatusFields)]])
      for await (const excluded of excludedPages(ctx, asked)) {
        const cells = excluded.map(({ itemId, row, status }) => [
          protectCell(itemId),
          row.id,
          protectCell(row.name),
          ...Object.values(statusToWire(status)).map((cell) => protectCell(cell ?? '')),
        ])
        yield head + stringify(cells)
        head = ''
      }
    },
  }),

  exclusionsText: download({
    ...shared,
    input: Filter,
    rest: 'GET /ads/exclusions.txt',
    example: 'gla_42\ngla_57\n',
    summary: 'Item ids of what is out of stock, one on a line',
    mediaType: 'text/plain',
    fileName: 'exclusions.txt',
    async *run(ctx, asked) {
      for await (const excluded of excludedPages(ctx, asked))
        yield excluded.map(({ itemId }) => `${itemId}\n`).join('')
    },
  }),

  exclusionsForEditor: download({
    ...shared,
    input: EditorQuery,
    rest: 'GET /ads/exclusions-editor.csv',
    example:
      'Campaign,Ad Group,Product Group,Max CPC,Product Group Type\nShopping,Mats,* / Item ID=gla_42,Excluded,\n',
    summary:
      'Product groups that exclude what is out of stock from an ad group, as CSV for Google Ads Editor',
    mediaType: 'text/csv',
    fileName: 'exclusions-editor.csv',
    async *run(ctx, { campaign, ad_group: adGroup, max_cpc: maxCpc = '', ...asked }) {
      const line = (group: string, type: string, bid = '') => [campaign, adGroup, group, bid, type]
      let head = stringify([
        ['Campaign', 'Ad Group', 'Product Group', 'Max CPC', 'Product Group Type'],
        line('* /', 'Subdivision'),
        line('* / Item ID=*', 'Biddable', maxCpc),
      ])
      for await (const excluded of excludedPages(ctx, asked)) {
        const groups = excluded.filter(({ itemId }) => isWritable(itemId))
        yield head + stringify(groups.map(({ itemId }) => line(`* / Item ID='${itemId}'`, 'Excluded')))
        head = ''
      }
    },
  }),
}

/** How Editor escapes an apostrophe within the apostrophes around an id is not documented. */
function isWritable(itemId: string): boolean {
  return !/['\p{Cc}]/u.test(itemId)
}

/** At least one page, which may be empty. */
async function* excludedPages(ctx: Context, { status: wanted }: Filter) {
  const reported = await reportedIds(ctx)
  const statuses = await ctx.stockOutStatuses.all()
  for await (const rows of walkRows(ctx, { inStock: false })) {
    yield rows
      .filter(({ id }) => wanted === undefined || statusIn(statuses, id) === wanted)
      .flatMap((row) => idsOf(row, reported).map((itemId) => ({ itemId, row, status: statuses.get(row.id) })))
  }
}

/** As the ads have them: a rule leads from an item id to its product, and not always back. */
async function reportedIds({ ads, bridge }: Context): Promise<ReadonlyMap<number, string[]>> {
  const to = ads.yesterday()
  const spent = await ads.itemSpend({ from: addDays(to, 1 - REPORTED_DAYS), to })
  const byProduct = new Map<number, string[]>()
  for (const [itemId, { id }] of await bridge.match(itemIdsOf(spent)))
    byProduct.set(id, [...(byProduct.get(id) ?? []), itemId])
  return byProduct
}

/** Those that the ads report; of a product that is not advertised the one that it would have. */
function idsOf(row: ProductRow, reported: ReadonlyMap<number, string[]>): string[] {
  const own = itemIdOf(row)
  return reported.get(row.id) ?? (own === null ? [] : [own])
}
