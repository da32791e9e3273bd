import type { Context } from '#server/context.ts'
import { download, upload } from '#server/file-route.ts'
import { exportFound, exportProducts } from './csv-export.ts'
import { importProducts, type RejectedLine } from './import/import.ts'
import { rejectedCsv } from './import/rejected.ts'
import { toImportOptions } from './import/options.ts'
import * as schema from './file-schema.ts'
import { toFilter } from './wire.ts'

const EXPORTED =
  'id,sku,name,price,currency,stock_level,version,updated_at\n42,AS-00042,Nordic Yoga Mat,29.00,USD,12,7,2026-11-01T09:30:00.000Z\n'

export const productFileRoutes = {
  exportProducts: download({
    rest: 'GET /products.csv',
    example: EXPORTED,
    summary: 'The catalogue as CSV, with the filters of the list; importing it again changes nothing',
    input: schema.ProductExportQuery,
    mediaType: 'text/csv',
    fileName: 'products.csv',
    scope: 'products:read',
    cost: 'search',
    run: (ctx, { bom, ...input }) => withBom(exportFiltered(ctx, input), bom),
  }),

  exportFound: download({
    rest: 'GET /products/search.csv',
    example: EXPORTED,
    summary: 'What a search finds as CSV, best first, with the filters of the list',
    input: schema.FoundExportQuery,
    mediaType: 'text/csv',
    fileName: 'products.csv',
    scope: 'products:read',
    cost: 'search',
    run: (ctx, { bom, ...input }) => withBom(exportFound(ctx, input), bom),
  }),

  importProducts: upload({
    rest: 'POST /products/import',
    example: 'sku,name,price,stock_level\nAS-00042,"Nordic Yoga Mat, Sand",29.00,12\n',
    summary: 'Create or update products from CSV, by id, else by SKU',
    input: schema.ProductImportQuery,
    output: schema.ImportSummary,
    subject: { kind: 'import', idsOf: ({ import_id: id }) => [id] },
    mediaType: 'text/csv',
    scope: 'products:write',
    cost: 'write',
    async run(ctx, input, body) {
      const options = toImportOptions(input, ctx.caller.name)
      if (!input.rejected_csv) return await importProducts(ctx, body, options)
      const toCsv = rejectedCsv()
      const parts: string[] = []
      const onRejected = (line: RejectedLine) => void parts.push(toCsv(line))
      const summary = await importProducts(ctx, body, { ...options, onRejected })
      return { ...summary, ...(parts.length > 0 && { rejected_csv: parts.join('') }) }
    },
  }),
}

async function* exportFiltered(
  ctx: Context,
  filters: Parameters<typeof toFilter>[1],
): AsyncGenerator<string> {
  yield* exportProducts(ctx, await toFilter(ctx, filters))
}

async function* withBom(parts: AsyncIterable<string>, wanted: boolean): AsyncGenerator<string> {
  let isFirst = wanted
  for await (const part of parts) {
    yield isFirst ? `\ufeff${part}` : part
    isFirst = false
  }
}
