/** The cell cursor of the table and what the keyboard does with it. */
import { useState, type KeyboardEvent } from 'react'
import { clamp, moveCursor, nextEditable, type CellPosition, type GridSize } from './cell-cursor.ts'
import type { Column } from './columns.ts'

/** By product, not by row: rows may change places while one types. */
export interface Editing {
  id: number
  column: number
  /** What to begin with instead of the value: the key that was typed over it. */
  typed: string | undefined
}

interface GridCursorOptions {
  size: GridSize
  columns: readonly Column[]
  /** The product in a row. */
  idOf: (row: number) => number | undefined
  onEditing: (editing: Editing | undefined) => void
  /** Brings a row into view. */
  reveal: (row: number) => void
  /** Does something else than to edit, where there is something else to do. */
  openInstead: (at: CellPosition) => boolean
}

export interface GridCursor {
  at: CellPosition
  moveTo: (at: CellPosition) => void
  edit: (at: CellPosition, typed?: string) => void
  stopEditing: () => void
  /** Goes on to the next cell that can be edited, and edits it. */
  editNext: (from: CellPosition, backwards: boolean) => void
  onKeyDown: (event: KeyboardEvent) => void
}

export function useGridCursor(options: GridCursorOptions): GridCursor {
  const { size, columns, idOf, onEditing, reveal, openInstead } = options
  const [position, setPosition] = useState<CellPosition>({ row: 0, column: 0 })
  const at = clamp(position, size)
  const editable = columns.flatMap(({ field }, index) => (field ? [index] : []))

  const moveTo = (to: CellPosition) => {
    setPosition(to)
    reveal(to.row)
  }
  const edit = (to: CellPosition, typed?: string) => {
    const id = idOf(to.row)
    if (id === undefined || !editable.includes(to.column) || openInstead(to)) return
    moveTo(to)
    onEditing({ id, column: to.column, typed })
  }
  const stopEditing = () => onEditing(undefined)
  const editNext = (from: CellPosition, backwards: boolean) => {
    const next = nextEditable(from, editable, { rows: size.rows, backwards })
    if (next) edit(next)
    else stopEditing()
  }

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.altKey || event.metaKey || !isOnGrid(event)) return
    const { key, ctrlKey: ctrl } = event
    const moved = moveCursor(at, { key, ctrl }, size)
    if (moved) moveTo(moved)
    else if (key === 'Enter' || key === 'F2') edit(at)
    else if (/^[\d.,]$/.test(key) && !ctrl) edit(at, key)
    else return
    event.preventDefault()
  }

  return { at, moveTo, edit, stopEditing, editNext, onKeyDown }
}

/** Not on the buttons in its head, which have their own keys. */
function isOnGrid({ target, currentTarget }: KeyboardEvent): boolean {
  return target === currentTarget
}
