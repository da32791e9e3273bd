/** The cell cursor of the table and what the keyboard does with it. */
import { useState, type KeyboardEvent } from 'react'
import { clamp, moveCursor, nextEditable, type CellPosition } from './cell-cursor.ts'
import type { Column } from './columns.ts'

export interface Editing extends CellPosition {
  /** What to begin with instead of the value: the key that was typed over it. */
  typed: string | undefined
}

interface GridCursorOptions {
  rows: number
  columns: readonly Column[]
  page: number
  /** Brings a row into view. */
  reveal: (row: number) => void
  /** Is there something else to do than to edit, when Enter is pressed here? */
  onEnter: (at: CellPosition) => boolean
}

export interface GridCursor {
  at: CellPosition
  editing: Editing | undefined
  moveTo(at: CellPosition): void
  edit(at: CellPosition, typed?: string): void
  stopEditing(): void
  /** Goes on to the next cell that can be edited, and edits it. */
  editNext(from: CellPosition, backwards: boolean): void
  onKeyDown(event: KeyboardEvent): void
}

export function useGridCursor({ rows, columns, page, reveal, onEnter }: GridCursorOptions): GridCursor {
  const [position, setPosition] = useState<CellPosition>({ row: 0, column: 0 })
  const [editing, setEditing] = useState<Editing>()
  const size = { rows, columns: columns.length, page }
  const at = clamp(position, size)
  const editable = columns.flatMap(({ field }, index) => (field ? [index] : []))

  const moveTo = (to: CellPosition) => {
    setPosition(to)
    reveal(to.row)
  }
  const edit = (to: CellPosition, typed?: string) => {
    if (!editable.includes(to.column)) return
    moveTo(to)
    setEditing({ ...to, typed })
  }
  const editNext = (from: CellPosition, backwards: boolean) => {
    const next = nextEditable(from, editable, { rows, backwards })
    if (next) edit(next)
    else setEditing(undefined)
  }

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.altKey || event.metaKey) return
    const moved = moveCursor(at, { key: event.key, ctrl: event.ctrlKey }, size)
    if (moved) moveTo(moved)
    else if (event.key === 'Enter' || event.key === 'F2') {
      if (!onEnter(at)) edit(at)
    } else if (/^[\d.,]$/.test(event.key) && !event.ctrlKey && editable.includes(at.column)) edit(at, event.key)
    else return
    event.preventDefault()
  }

  return { at, editing, moveTo, edit, stopEditing: () => setEditing(undefined), editNext, onKeyDown }
}
