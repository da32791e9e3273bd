/** SKUs of digits that a spreadsheet took the leading zeros of. */
import type { ProductRow } from '#db/schema.postgres.ts'
import { skuKey } from '#server/products/unique-keys.ts'
import type { KnownRows } from './known-rows.ts'

/** As many zeros as a GTIN in a longer form may have. */
const MAX_LOST_ZEROS = 6

/** @returns those of the SKUs that no product has, but for leading zeros; with what products have */
export async function findShortened(
  skus: readonly string[],
  known: KnownRows,
  find: (keys: { ids: number[]; skus: string[] }) => Promise<ProductRow[]>,
): Promise<Map<string, string>> {
  const unknown = skus.filter((sku) => /^[1-9]\d*$/.test(sku) && !known.ownerOf(skuKey(sku)))
  if (unknown.length === 0) return new Map()
  const longer = unknown.flatMap((sku) =>
    Array.from({ length: MAX_LOST_ZEROS }, (_, zeros) => `${'0'.repeat(zeros + 1)}${sku}`),
  )
  const found = (await find({ ids: [], skus: longer })).flatMap(({ sku }) => sku ?? [])
  return new Map(found.map((sku) => [sku.replace(/^0+/, ''), sku]))
}
