import type { ProductRow } from '#db/schema.postgres.ts'

/** Rows by id and by SKU, in step while they change. */
export class KnownRows {
  readonly #byId = new Map<number, ProductRow>()
  readonly #bySku = new Map<string, ProductRow>()

  constructor(rows: readonly ProductRow[] = []) {
    for (const row of rows) this.keep(row)
  }

  keep(row: ProductRow): void {
    const sku = this.#byId.get(row.id)?.sku ?? null
    if (sku !== null && this.#bySku.get(sku)?.id === row.id) this.#bySku.delete(sku)
    this.#byId.set(row.id, row)
    if (row.sku !== null) this.#bySku.set(row.sku, row)
  }

  byId(id: number): ProductRow | undefined {
    return this.#byId.get(id)
  }

  ownerOf(sku: string): ProductRow | undefined {
    return this.#bySku.get(sku)
  }
}
