/** A stock adjustment, undone by one in the other direction: what was sold meanwhile stays sold. */
import type { Outputs } from '#client/api.ts'
import { showProduct } from '#client/products/rows/visible-rows.ts'
import type { Step } from '#client/products/undo-stack.ts'
import { signed } from '#client/ui/format.ts'
import { client } from '#client/ui/trpc.ts'
import { forgetHistory } from './forget-histories.ts'
import { oppositeOf } from './reasons.ts'

type Adjusted = Outputs['products']['adjustStock']

export function adjustmentStep({ adjustment, product: { id, name } }: Adjusted): Step {
  const { id: entry, delta, reason } = adjustment
  return {
    words: `${signed(delta)} in stock of “${name}”`,
    at: { id, field: 'stock_level' },
    async back() {
      const made = await client.products.adjustStock.mutate({
        id,
        delta: -delta,
        reason: oppositeOf(reason),
        reference: `undo of entry ${entry}`,
      })
      showProduct(made.product)
      forgetHistory(id)
      return adjustmentStep(made)
    },
  }
}
