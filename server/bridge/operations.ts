/** Ads meet products: what was spent on them while they were out of stock, and on what no product has. */
import type * as v from 'valibot'
import type { Context } from '#server/context.ts'
import { mutation, query } from '#server/operation.ts'
import { Nothing } from '#server/products/schema.ts'
import { coverage, itemIdsOf, rangeOf } from './covered-range.ts'
import { compare, outOfStockSpend } from './out-of-stock-spend.ts'
import * as schema from './schema.ts'
import { spendByStock } from './spend-by-stock.ts'

const RULES = '/ads/item-id-rules'

export const bridgeOperations = {
  outOfStockSpend: query({
    rest: 'GET /ads/out-of-stock-spend',
    summary: 'What was spent on products while they were out of stock, most first, and where the rest went',
    description:
      'Every micro of the product report is in one of four parts, per currency: out of stock, in stock, unknown, and on item ids that no product has. Of a day on which the stock changed the share of the day counts.',
    example: { days: 30 },
    input: schema.SpendQuery,
    output: schema.OutOfStockSpend,
    scope: 'ads:read',
    cost: 'search',
    run: outOfStockSpend,
  }),

  unmatchedItems: query({
    rest: 'GET /ads/unmatched-items',
    summary:
      'Item ids of the ads that no product has, most spent first; with rules, as they would leave them',
    input: schema.UnmatchedQuery,
    output: schema.UnmatchedItems,
    scope: 'ads:read',
    cost: 'search',
    run: unmatchedItems,
  }),

  matchedItems: query({
    rest: 'GET /ads/matched-items',
    summary: 'Which product each item id of the ads belongs to, of those that a product has',
    input: schema.MatchedQuery,
    output: schema.MatchedItems,
    scope: 'ads:read',
    cost: 'search',
    run: matchedItems,
  }),

  itemIdRules: query({
    rest: `GET ${RULES}`,
    summary: 'How item ids are made of products’ fields, where they are neither ads_item_id nor SKU',
    input: Nothing,
    output: schema.Rules,
    scope: 'ads:read',
    cost: 'read',
    run: rules,
  }),

  setItemIdRules: mutation({
    rest: `POST ${RULES}`,
    summary: 'Set them, such as shopify_{country}_{product}_{variant} or gla_{id}',
    description: 'They replace those in force, and win over `ADS_ITEM_ID_RULES`.',
    input: schema.RulesChange,
    output: schema.Rules,
    subject: 'item_id_rules',
    scope: 'ads:write',
    cost: 'write',
    transactional: false,
    async run(ctx, { rules: templates }) {
      await ctx.bridge.storeRules(templates)
      return await rules(ctx)
    },
  }),
}

async function unmatchedItems(
  ctx: Pick<Context, 'ads' | 'bridge'>,
  { rules: proposed, limit, ...asked }: v.InferOutput<typeof schema.UnmatchedQuery>,
) {
  const range = rangeOf(ctx, asked)
  const spent = await ctx.ads.itemSpend(range)
  const itemIds = itemIdsOf(spent)
  const owners = await ctx.bridge.match(itemIds, proposed)
  const { unmatched, totals } = await spendByStock(spent, {
    owners,
    stockOuts: new Map(),
    recentFrom: range.to,
  })
  return {
    ...coverage(ctx, range),
    matched: owners.size,
    unmatched: itemIds.size - owners.size,
    items: unmatched
      .toSorted((a, b) => compare(a.currency, b.currency) || compare(b.costMicros, a.costMicros))
      .slice(0, limit)
      .map(({ itemId, currency, clicks, costMicros }) => ({
        item_id: itemId,
        currency,
        clicks,
        cost_micros: String(costMicros),
      })),
    totals: totals.map(({ currency, unmatchedMicros }) => ({
      currency,
      cost_micros: String(unmatchedMicros),
    })),
  }
}

async function matchedItems(
  ctx: Pick<Context, 'ads' | 'bridge' | 'products'>,
  asked: v.InferOutput<typeof schema.MatchedQuery>,
) {
  const range = rangeOf(ctx, asked)
  const owners = await ctx.bridge.match(itemIdsOf(await ctx.ads.itemSpend(range)))
  const rows = await ctx.products.rowsById([...owners.values()].map(({ id }) => id))
  return {
    ...coverage(ctx, range),
    items: [...owners].flatMap(([itemId, owner]) => {
      const row = rows.get(owner.id)
      return row ? [{ item_id: itemId, product: { id: row.id, sku: row.sku, name: row.name } }] : []
    }),
  }
}

async function rules({ bridge }: Pick<Context, 'bridge'>) {
  const { templates, source } = await bridge.rules()
  return { rules: [...templates], source }
}
