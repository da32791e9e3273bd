/** Spend while out of stock as CSV: a line for each product, as in the list. */
import { stringify } from 'csv-stringify/sync'
import * as v from 'valibot'
import { download } from '#server/file-route.ts'
import { protectCell } from '#server/products/csv-format.ts'
import { outOfStockSpend } from './out-of-stock-spend.ts'
import { SpendQuery } from './schema.ts'

/** The fields of an item that are one cell. */
const FIGURES = [
  'currency',
  'cost_micros',
  'cost_micros_per_day',
  'clicks',
  'conversions',
  'conversions_value',
  'days_out',
  'estimated_days',
  'out_since',
  'status',
  'status_by',
  'status_at',
  'status_until',
] as const
const COLUMNS = ['product_id', 'sku', 'name', ...FIGURES]
const LINES_AT_ONCE = 1000

export const spendFileRoutes = {
  outOfStockSpendCsv: download({
    rest: 'GET /ads/out-of-stock-spend.csv',
    example: 'product_id,sku,name,currency,cost_micros,…\n42,AS-00042,Nordic Yoga Mat,USD,12500000,…\n',
    summary: 'What was spent on products while they were out of stock, most first, as CSV',
    input: v.omit(SpendQuery, ['limit']),
    mediaType: 'text/csv',
    fileName: 'out-of-stock-spend.csv',
    scope: 'ads:read',
    cost: 'search',
    async *run(ctx, asked) {
      const { items } = await outOfStockSpend(ctx, asked)
      yield stringify([COLUMNS])
      for (let start = 0; start < items.length; start += LINES_AT_ONCE)
        yield stringify(items.slice(start, start + LINES_AT_ONCE).map(toCells))
    },
  }),
}

function toCells({ product: { id, sku, name }, ...item }: Item): (string | number)[] {
  const texts = [sku ?? '', name].map(protectCell)
  const figures = FIGURES.map((field) => item[field] ?? '')
  return [id, ...texts, ...figures.map((cell) => (typeof cell === 'string' ? protectCell(cell) : cell))]
}

type Item = Awaited<ReturnType<typeof outOfStockSpend>>['items'][number]
