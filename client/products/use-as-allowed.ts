import { useMemo } from 'react'
import { useMay } from '#client/sign-in/session.ts'
import type { Column } from './columns.ts'

/** With a key that may only read, no column is one to edit. */
export function useAsAllowed(columns: readonly Column[]): readonly Column[] {
  const mayWrite = useMay('products:write')
  return useMemo(
    () => (mayWrite ? columns : columns.map((column) => ({ ...column, field: undefined }))),
    [columns, mayWrite],
  )
}
