import type { ProductRow } from '#db/schema.postgres.ts'
import { keysOf, type UniqueKey } from '#server/products/unique-keys.ts'

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
