import type { ProductRow } from '#db/schema.postgres.ts'

/** Of a value that no two products share, with its column. */
export type UniqueKey = string

type Unique = { sku?: string | null | undefined; gtin?: string | null | undefined }

export const skuKey = (sku: string): UniqueKey => `sku ${sku}`

export function keysOf({ sku, gtin }: Unique): UniqueKey[] {
  return [
    ...(typeof sku === 'string' ? [skuKey(sku)] : []),
    ...(typeof gtin === 'string' ? [`gtin ${gtin}`] : []),
  ]
}

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
}
