/** The shapes of the bridge on the wire. */
import * as v from 'valibot'
import { CostCurrency } from '#server/ads/schema.ts'
import { limitOf, Product } from '#server/products/schema.ts'
import { Coverage, rangeFields } from './covered-range.ts'
import { mistakesIn } from './item-id-rules.ts'
import { StatusFields, StatusFilter } from './status-schema.ts'

const MAX_RULES = 20
const MAX_ITEMS = 100_000
const DEFAULT_ITEMS = 200

const instant = v.pipe(v.string(), v.isoTimestamp())
const micros = v.pipe(v.string(), v.description('Millionths of the currency’s unit, as digits.'))

export const SpendQuery = v.strictObject({
  ...rangeFields,
  status: StatusFilter,
  /** Totals and counts stay those of all. */
  limit: limitOf(DEFAULT_ITEMS, MAX_ITEMS),
})
/** Without a limit: all. */
export type SpendQuery = Omit<v.InferOutput<typeof SpendQuery>, 'limit'> & { limit?: number }

export const OutOfStockSpend = v.object({
  ...Coverage,
  items: v.array(
    v.object({
      product: Product,
      currency: v.string(),
      cost_micros: v.pipe(micros, v.description('Spent while it was out of stock.')),
      clicks: v.pipe(v.number(), v.description('As the cost; a part of a day counts by its share.')),
      conversions: v.number(),
      conversions_value: v.number(),
      days_out: v.number(),
      estimated_days: v.pipe(
        v.number(),
        v.description('Dates on which the stock changed: their spend is divided by the share of the day.'),
      ),
      out_of_stock: v.pipe(
        v.array(v.object({ from: instant, until: instant })),
        v.description('When, within the range: the newest 100 times, oldest first.'),
      ),
      out_since: v.pipe(v.nullable(instant), v.description('Null while it is in stock.')),
      cost_micros_per_day: v.pipe(micros, v.description('On the last 7 dates of the range that are there.')),
      ...StatusFields,
    }),
  ),
  products: v.pipe(v.number(), v.description('Products with an item, whatever the filter and the limit.')),
  products_out_now: v.pipe(v.number(), v.description('Those of them that are out of stock now.')),
  cost_micros: v.pipe(
    v.nullable(v.string()),
    v.description('Null where the accounts differ in currency: then only `totals` tells.'),
  ),
  currency: CostCurrency,
  totals: v.pipe(
    v.array(
      v.object({
        currency: v.string(),
        cost_micros: v.pipe(micros, v.description('On products while they were out of stock.')),
        cost_micros_per_day: v.pipe(
          micros,
          v.description('On what is out of stock now, whatever its status.'),
        ),
        in_stock_cost_micros: micros,
        unknown_cost_micros: v.pipe(micros, v.description('Before the stock of the product was recorded.')),
        unmatched_cost_micros: v.pipe(micros, v.description('On item ids that no product has.')),
        report_cost_micros: v.pipe(
          micros,
          v.description('The sum of these four, and of the product report.'),
        ),
      }),
    ),
    v.description('For each currency; amounts of different currencies are never added up.'),
  ),
})

const ANY_NAME = String.raw`\{(?!id\}|sku\}|gtin\}|variant\})[^{},]*\}`
const RULE = String.raw`[^{},]*(?:${ANY_NAME}[^{},]*)*\{(?:id|sku|gtin|variant)\}[^{},]*(?:${ANY_NAME}[^{},]*)*`

/** The metadata are what the check means to the OpenAPI document. */
const Rule = v.pipe(
  v.string(),
  v.maxLength(200, 'is too long'),
  v.check(
    (template) => mistakesIn([template]).length === 0,
    ({ input }) => mistakesIn([input]).join('; '),
  ),
  v.metadata({ pattern: `^${RULE}$` }),
)

const ListOfRules = v.pipe(
  v.string(),
  v.maxLength(4000, 'is too long'),
  v.metadata({ pattern: `^(?:${RULE}(?:,${RULE}){0,${MAX_RULES - 1}})?$` }),
  v.transform((text) => (text === '' ? [] : text.split(',').map((template) => template.trim()))),
  v.maxLength(MAX_RULES, `must have at most ${MAX_RULES}`),
  v.check(
    (templates) => mistakesIn(templates).length === 0,
    ({ input }) => mistakesIn(input).join('; '),
  ),
)

export const UnmatchedQuery = v.strictObject({
  ...rangeFields,
  rules: v.pipe(
    v.optional(ListOfRules),
    v.description('To be tried instead of those in force: templates with commas between them.'),
  ),
  limit: limitOf(100, 1000),
})

const Matching = {
  matched: v.pipe(v.number(), v.description('Item ids with spend that a product has.')),
  unmatched: v.number(),
}

export const UnmatchedItems = v.object({
  ...Coverage,
  ...Matching,
  items: v.pipe(
    v.array(v.object({ item_id: v.string(), currency: v.string(), clicks: v.number(), cost_micros: micros })),
    v.description('Item ids that no product has, most spent first.'),
  ),
  totals: v.array(v.object({ currency: v.string(), cost_micros: micros })),
})

export const MatchedQuery = v.strictObject(rangeFields)

export const MatchedItems = v.object({
  ...Coverage,
  items: v.array(
    v.object({
      item_id: v.string(),
      product: v.object({ id: v.number(), sku: v.nullable(v.string()), name: v.string() }),
    }),
  ),
})

export const RulesChange = v.strictObject({
  rules: v.pipe(v.array(Rule, 'must be a list'), v.maxLength(MAX_RULES, `must have at most ${MAX_RULES}`)),
})

export const Rules = v.object({
  rules: v.array(v.string()),
  source: v.pipe(
    v.picklist(['configured', 'stored']),
    v.description('`configured` by ADS_ITEM_ID_RULES, or `stored` here, which wins.'),
  ),
})
