/** The options of an import as REST and the command line give them → as the import takes them. */
import type { ProductImportQuery } from '#server/products/file-schema.ts'
import type { Mapping } from './headings.ts'
import type { ImportOptions } from './import.ts'

export function toImportOptions(query: ProductImportQuery, actor: string): ImportOptions {
  return {
    actor,
    dryRun: query.dry_run,
    charset: query.charset,
    delimiter: query.delimiter,
    decimal: query.decimal,
    columns: query.columns?.split(',') as ImportOptions['columns'],
    map: query.map === undefined ? undefined : mappingOf(query.map),
    ignoreUnknown: query.ignore_unknown,
    ignoreId: query.ignore_id,
    clearEmpty: query.clear_empty,
    createWithoutSku: query.create_without_sku,
    keepMangledSkus: query.keep_mangled_skus,
  }
}

/** A heading may hold commas: the next one begins after a field. */
function mappingOf(text: string): Mapping {
  const pairs = text.matchAll(/([^=]+)=([a-z_]+)(?:,|$)/g)
  return Object.fromEntries(
    [...pairs].map(([, heading = '', field]) => [heading.trim(), field as Mapping[string]]),
  )
}
