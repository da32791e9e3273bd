/** Which drawer or dialog is open over the table. */
import { useCallback, useEffect, useState } from 'react'
import type { Product } from './columns.ts'
import { bulk, importing, newProduct, stock } from './parts.ts'
import type { Selection } from './selection.ts'

export type OpenPart =
  | { part: 'stock'; product: Product }
  | { part: 'bulk'; selection: Selection }
  | { part: 'import' }
  | { part: 'columns' }
  | { part: 'views' }
  | { part: 'new-product' }

/** What was asked for first has come by then. */
const PRELOAD_AFTER_MS = 2_000

export function useOpenPart() {
  const [open, setOpen] = useState<OpenPart>()
  const close = useCallback(() => setOpen(undefined), [])
  const openStock = useCallback((product: Product) => setOpen({ part: 'stock', product }), [])
  useEffect(() => {
    const timer = setTimeout(
      () => [stock, newProduct, bulk, importing].forEach(({ preload }) => preload()),
      PRELOAD_AFTER_MS,
    )
    return () => clearTimeout(timer)
  }, [])
  return { open, setOpen, openStock, close }
}
