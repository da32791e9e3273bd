/** A bulk change tried out, and then done. */
import { changeProducts } from '#client/products/change-products.ts'
import type { Product } from '#client/products/columns.ts'
import type { RowBlocks } from '#client/products/rows/row-blocks.ts'
import { showProduct } from '#client/products/rows/visible-rows.ts'
import type { Selection } from '#client/products/selection.ts'
import { rememberCells } from '#client/products/use-edits.ts'
import { describeError } from '#client/ui/describe-error.ts'
import { fieldOf, stepsFor, type BulkChange } from './bulk-change.ts'

export interface Tried {
  change: BulkChange
  /** What would become of those that would change. */
  changing: readonly { before: Product; after: Product }[]
  unchanged: number
  refused: readonly Refused[]
}

interface Refused {
  product: Product
  why: string
}

export async function tryOut(
  change: BulkChange,
  rows: RowBlocks,
  { top, bottom }: Selection,
): Promise<Tried> {
  const products = await rows.collect(top, bottom)
  const outcomes = await changeProducts(stepsFor(change, products), { dryRun: true })
  const changing: { before: Product; after: Product }[] = []
  const refused: Refused[] = []
  let unchanged = 0
  for (const [index, before] of products.entries()) {
    const outcome = outcomes[index]
    if (!outcome || 'refused' in outcome) refused.push({ product: before, why: why(outcome?.refused) })
    else if (outcome.product.version === before.version) unchanged += 1
    else changing.push({ before, after: outcome.product })
  }
  return { change, changing, unchanged, refused }
}

export interface Done {
  changed: number
  refused: readonly Refused[]
}

/** Each with the version that the preview showed, so that a change in between is not overwritten. */
export async function carryOut({ change, changing }: Tried): Promise<Done> {
  const products = changing.map(({ before }) => before)
  const outcomes = await changeProducts(stepsFor(change, products))
  const made = products.map((_, index) => {
    const outcome = outcomes[index]
    return outcome && 'product' in outcome ? outcome.product : undefined
  })
  const field = fieldOf(change.kind)
  rememberCells({
    edits: products.map((product, index) => {
      const after = made[index]
      return { product, field, seen: product[field], mine: (after ?? product)[field] }
    }),
    outcome: Promise.resolve(made),
  })
  const refused = outcomes.flatMap((outcome, index) => {
    const product = products[index]
    return product && 'refused' in outcome ? [{ product, why: why(outcome.refused) }] : []
  })
  for (const product of made) if (product) showProduct(product)
  return { changed: made.length - refused.length, refused }
}

function why(error: unknown): string {
  return describeError(error).detail
}
