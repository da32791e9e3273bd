/** The shapes of files in and out: their options, and what an import has done. */
import * as v from 'valibot'
import { CHARSETS } from '#server/platform/charsets.ts'
import { FIELDS, IGNORE } from './import/headings.ts'
import { filters, ProductId, Words } from './schema.ts'

/** Counted like the products' ids. */
const ImportId = ProductId

const ANY_TARGET = `(?:${[...FIELDS, IGNORE].join('|')})`
const LIST_OF_COLUMNS = new RegExp(`^${ANY_TARGET}(?:,${ANY_TARGET})*$`)
const LIST_OF_MAPPINGS = new RegExp(`^[^=]+=${ANY_TARGET}(?:,[^=]+=${ANY_TARGET})*$`)

const flag = v.optional(v.boolean('must be true or false'), false)

const bom = v.pipe(flag, v.description('Begin with a byte order mark, by which Excel knows UTF-8.'))

export const ProductExportQuery = v.strictObject({ ...filters, bom })

const listOf = (message: string, pattern: RegExp) =>
  v.optional(v.pipe(v.string(), v.maxLength(8192, 'is too long'), v.regex(pattern, message)))

export const ProductImportQuery = v.strictObject({
  dry_run: flag,
  charset: v.optional(v.picklist(CHARSETS, `must be one of ${CHARSETS.join(', ')}`)),
  delimiter: v.optional(v.picklist(['comma', 'semicolon', 'tab'], 'must be comma, semicolon or tab')),
  decimal: v.optional(v.picklist(['point', 'comma'], 'must be point or comma')),
  columns: v.pipe(
    listOf(`must be a list of ${FIELDS.join(', ')} and ${IGNORE}`, LIST_OF_COLUMNS),
    v.description('Of a file without a header, such as `sku,ignore,stock_level`.'),
  ),
  map: v.pipe(
    listOf(
      `must be a list such as "Variant SKU=sku"; the columns are ${FIELDS.join(', ')}, and ${IGNORE} leaves one out`,
      LIST_OF_MAPPINGS,
    ),
    v.description('What a heading is: `Variant SKU=sku,Variant Price=price,Vendor=ignore`.'),
  ),
  ignore_unknown: flag,
  ignore_id: flag,
  clear_empty: flag,
  create_without_sku: flag,
  keep_mangled_skus: flag,
  rejected_csv: v.pipe(flag, v.description('Answer with a file of the lines that were left out, too.')),
})
export type ProductImportQuery = v.InferOutput<typeof ProductImportQuery>

export const ImportSummary = v.object({
  import_id: v.pipe(
    v.optional(ImportId),
    v.description('By which the import can be undone for 24 hours; absent when it changed nothing.'),
  ),
  created: v.number(),
  updated: v.number(),
  unchanged: v.number(),
  rejected: v.array(v.object({ line: v.number(), code: v.string(), detail: v.string() })),
  rejected_csv: v.optional(v.string()),
  mistakes: v.pipe(
    v.optional(v.array(v.object({ detail: v.string(), count: v.number() }))),
    v.description('Where lines share one: the kinds of what was rejected, the most frequent first.'),
  ),
  file: v.pipe(
    v.optional(
      v.object({
        charset: v.string(),
        delimiter: v.string(),
        preset: v.pipe(
          v.nullable(v.string()),
          v.description('The shop whose export it is, by its headings.'),
        ),
        ignored_columns: v.array(v.string()),
        columns: v.array(v.object({ heading: v.string(), field: v.nullable(v.string()) })),
      }),
    ),
    v.description('How the file was read, where it is not comma-separated UTF-8 in our columns.'),
  ),
})
export type ImportSummary = v.InferOutput<typeof ImportSummary>

export const FoundExportQuery = v.strictObject({ q: Words, ...filters, bom })

export const RecentImports = v.object({
  items: v.array(
    v.object({
      id: ImportId,
      actor: v.string(),
      created_at: v.pipe(v.string(), v.isoTimestamp()),
      undoable_until: v.pipe(v.string(), v.isoTimestamp()),
      created: v.number(),
      updated: v.number(),
    }),
  ),
})

export const ImportById = v.strictObject({ id: ImportId })

export const UndoneImport = v.object({
  restored: v.pipe(v.number(), v.description('Products that are again what they were.')),
  removed: v.pipe(v.number(), v.description('Products that the import had created.')),
  kept: v.pipe(v.number(), v.description('Products that stay as they are.')),
  kept_products: v.pipe(
    v.array(
      v.object({
        id: ProductId,
        sku: v.nullable(v.string()),
        name: v.nullable(v.string()),
        detail: v.string(),
      }),
    ),
    v.description('The first 1,000 of them, with the reason.'),
  ),
})
