/** The cell cursor of the table, the cells selected with it, and what the keyboard does with both. */
import { useState, type KeyboardEvent } from 'react'
import { clamp, moveCursor, nextEditable, type CellPosition, type GridSize } from './cell-cursor.ts'
import type { Column, Product } from './columns.ts'
import { selectionOf, type Selection } from './selection.ts'

/** By product, not by row: rows may change places while one types. */
export interface Editing {
  /** As it was when the cell was opened: that is what its author saw. */
  product: Product
  column: number
  /** What to begin with instead of the value: the key that was typed over it. */
  typed: string | undefined
}

interface GridCursorOptions {
  /** When it changes, the cursor begins anew. */
  viewKey: string
  size: GridSize
  columns: readonly Column[]
  /** The product in a row. */
  productAt: (row: number) => Product | undefined
  onEditing: (editing: Editing | undefined) => void
  /** Brings a row into view. */
  reveal: (row: number) => void
  /** Does something else than to edit, where there is something else to do. */
  openInstead: (at: CellPosition) => boolean
  onFillDown: (selection: Selection) => void
  /** Of a cell that cannot be edited. */
  onOpen: (product: Product) => void
}

export interface GridCursor {
  at: CellPosition
  selection: Selection
  moveTo: (at: CellPosition) => void
  /** Selects everything from where the selection began. */
  extendTo: (at: CellPosition) => void
  selectAll: () => void
  edit: (at: CellPosition, typed?: string) => void
  stopEditing: () => void
  /** Goes on to the next cell that can be edited, and edits it. */
  editNext: (from: CellPosition, backwards: boolean) => void
  onKeyDown: (event: KeyboardEvent) => void
}

const ORIGIN: CellPosition = { row: 0, column: 0 }

export function useGridCursor(options: GridCursorOptions): GridCursor {
  const { viewKey, size, columns, productAt, onEditing, reveal, openInstead } = options
  const [cells, setCells] = useState({ from: ORIGIN, to: ORIGIN, viewKey })
  const { from, to } = cells.viewKey === viewKey ? cells : { from: ORIGIN, to: ORIGIN }
  const at = clamp(to, size)
  const selection = selectionOf(clamp(from, size), at)
  const editable = columns.flatMap(({ field }, index) => (field ? [index] : []))

  const moveTo = (next: CellPosition) => {
    setCells({ from: next, to: next, viewKey })
    reveal(next.row)
  }
  const extendTo = (next: CellPosition) => {
    setCells({ from, to: next, viewKey })
    reveal(next.row)
  }
  const edit = (next: CellPosition, typed?: string) => {
    const product = productAt(next.row)
    if (!product || !editable.includes(next.column) || openInstead(next)) return
    moveTo(next)
    onEditing({ product, column: next.column, typed })
  }
  const open = ({ row }: CellPosition) => {
    const product = productAt(row)
    if (product) options.onOpen(product)
  }
  const stopEditing = () => onEditing(undefined)
  const editNext = (last: CellPosition, backwards: boolean) => {
    const next = nextEditable(last, editable, { rows: size.rows, backwards })
    if (next) edit(next)
    else stopEditing()
  }

  const selectAll = () =>
    setCells({ from: ORIGIN, to: { row: size.rows - 1, column: size.columns - 1 }, viewKey })
  const onCommand = (key: string): boolean => {
    if (key === 'a') selectAll()
    else if (key === 'd') options.onFillDown(selection)
    else return false
    return true
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.altKey || !isOnGrid(event)) return
    const { key } = event
    const ctrl = event.ctrlKey || event.metaKey
    const moved = moveCursor(at, { key, ctrl }, size)
    if (moved) (event.shiftKey ? extendTo : moveTo)(moved)
    else if (key === 'Enter' && !editable.includes(at.column)) open(at)
    else if (key === 'Enter' || key === 'F2') edit(at)
    else if (key === 'Escape') moveTo(at)
    else if (/^[\p{Nd}.,٫]$/u.test(key) && !ctrl) edit(at, key)
    else if (!ctrl || !onCommand(key.toLowerCase())) return
    event.preventDefault()
  }

  return { at, selection, moveTo, extendTo, selectAll, edit, stopEditing, editNext, onKeyDown }
}

/** Not on the buttons in its head, which have their own keys. */
function isOnGrid({ target, currentTarget }: KeyboardEvent): boolean {
  return target === currentTarget
}
