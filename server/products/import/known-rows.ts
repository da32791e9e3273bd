import type { ProductRow } from '#db/schema.postgres.ts'
import type { ProductKeys } from '#server/products/pages.ts'
import { keysOf, skuKey, type UniqueKey } from '#server/products/unique-keys.ts'
import type { ImportedLine } from './line.ts'

/** Rows by id and by what is unique of each, in step while they change. */
export class KnownRows {
  readonly #byId = new Map<number, ProductRow>()
  readonly #byKey = new Map<UniqueKey, ProductRow>()

  constructor(rows: readonly ProductRow[] = []) {
    for (const row of rows) this.keep(row)
  }

  keep(row: ProductRow): void {
    for (const key of keysOf(this.#byId.get(row.id) ?? {}))
      if (this.#byKey.get(key)?.id === row.id) this.#byKey.delete(key)
    this.#byId.set(row.id, row)
    for (const key of keysOf(row)) this.#byKey.set(key, row)
  }

  byId(id: number): ProductRow | undefined {
    return this.#byId.get(id)
  }

  ownerOf(key: UniqueKey): ProductRow | undefined {
    return this.#byKey.get(key)
  }

  /** The product that a line is about: by its id, otherwise by its SKU. */
  of({ id, fields: { sku } }: ImportedLine): ProductRow | undefined {
    if (id !== undefined) return this.#byId.get(id)
    return typeof sku === 'string' ? this.#byKey.get(skuKey(sku)) : undefined
  }
}

/** Every product with one of these keys. */
export type FindRows = (keys: ProductKeys) => Promise<ProductRow[]>

/** What the lines name products by, and what they give them. */
export function keysIn(lines: readonly ImportedLine[]) {
  return {
    ids: lines.flatMap(({ id }) => id ?? []),
    skus: lines.flatMap(({ fields: { sku } }) => sku ?? []),
    gtins: lines.flatMap(({ fields: { gtin } }) => gtin ?? []),
    adsItemIds: lines.flatMap(({ fields: { adsItemId } }) => adsItemId ?? []),
  }
}
