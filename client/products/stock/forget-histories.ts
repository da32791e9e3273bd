import { queryClient, trpc } from '#client/ui/trpc.ts'
import type { Change } from '#client/products/rows/visible-rows.ts'

/** A history that is open is read again when its product changed. */
export function forgetHistories(changes: readonly Change[]): void {
  for (const id of new Set(changes.map(({ product_id }) => product_id))) {
    forgetHistory(id)
  }
}

export function forgetHistory(id: number): void {
  void queryClient.invalidateQueries({ queryKey: trpc.products.adjustments.infiniteQueryKey({ id }) })
}
