/** Item ids of what is out of stock, to be excluded from campaigns by hand. */
import { stringify } from 'csv-stringify/sync'
import { download } from '#server/file-route.ts'
import { protectCell } from '#server/products/csv-format.ts'
import { Nothing } from '#server/products/schema.ts'
import { walkRows } from '#server/products/walk-rows.ts'
import { itemIdOf } from './item-id-rules.ts'

const shared = { input: Nothing, scope: 'ads:read', cost: 'search' } as const
const OUT_OF_STOCK = { inStock: false }

export const exclusionRoutes = {
  exclusionsCsv: download({
    ...shared,
    rest: 'GET /ads/exclusions.csv',
    summary: 'Item ids of what is out of stock, with the products that they belong to, as CSV',
    mediaType: 'text/csv',
    fileName: 'exclusions.csv',
    async *run(ctx) {
      let head = stringify([['item_id', 'product_id', 'name']])
      for await (const rows of walkRows(ctx, OUT_OF_STOCK)) {
        const cells = rows.flatMap((row) => {
          const itemId = itemIdOf(row)
          return itemId === null ? [] : [[protectCell(itemId), row.id, protectCell(row.name)]]
        })
        yield head + stringify(cells)
        head = ''
      }
    },
  }),

  exclusionsText: download({
    ...shared,
    rest: 'GET /ads/exclusions.txt',
    summary: 'Item ids of what is out of stock, one on a line',
    mediaType: 'text/plain',
    fileName: 'exclusions.txt',
    async *run(ctx) {
      for await (const rows of walkRows(ctx, OUT_OF_STOCK))
        yield rows
          .flatMap((row) => itemIdOf(row) ?? [])
          .map((itemId) => `${itemId}\n`)
          .join('')
    },
  }),
}
