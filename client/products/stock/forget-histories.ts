import { queryClient, trpc } from '#client/ui/trpc.ts'
import type { Change } from '#client/products/rows/visible-rows.ts'

/** What is shown of a product is read again when it changed. */
export function forgetHistories(changes: readonly Change[]): void {
  for (const id of new Set(changes.map(({ product_id }) => product_id))) forgetHistory(id)
}

export function forgetHistory(id: number): void {
  const { adjustments, get, prices, days, cover } = trpc.products
  const keys = [
    adjustments.infiniteQueryKey({ id }),
    ...[get, prices, days, cover].map((each) => each.queryKey({ id })),
  ]
  for (const queryKey of keys) void queryClient.invalidateQueries({ queryKey })
}
