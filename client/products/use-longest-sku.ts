import { useState } from 'react'
import type { Product } from './columns.ts'

/** Characters of the longest one seen so far: a column that became narrower again would jump. */
export function useLongestSku(products: readonly (Product | undefined)[]): number {
  const [longest, setLongest] = useState(0)
  const found = Math.max(...products.map((product) => product?.sku?.length ?? 0))
  if (found > longest) setLongest(found)
  return Math.max(found, longest)
}
