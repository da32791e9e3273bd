/** What a mouse or a finger does in the table. */
import { useRef, type MouseEvent } from 'react'
import type { CellPosition } from './cell-cursor.ts'
import type { GridCursor } from './use-grid-cursor.ts'

export function usePointer({ at, moveTo, extendTo, edit }: GridCursor) {
  /** A finger cannot click twice everywhere: a second tap on the same cell edits it. */
  const again = useRef(false)
  const dragging = useRef(false)
  return {
    onMouseDown(event: MouseEvent) {
      const cell = cellOf(event)
      again.current = cell !== undefined && cell.row === at.row && cell.column === at.column
      if (!cell || event.button !== 0) return
      dragging.current = true
      if (event.shiftKey) {
        // Otherwise the browser would select text.
        event.preventDefault()
        extendTo(cell)
      } else moveTo(cell)
    },
    onMouseOver(event: MouseEvent) {
      if (event.buttons !== 1) dragging.current = false
      const cell = dragging.current ? cellOf(event) : undefined
      if (cell && (cell.row !== at.row || cell.column !== at.column)) extendTo(cell)
    },
    onClick(event: MouseEvent) {
      dragging.current = false
      const { nativeEvent } = event
      const touch = nativeEvent instanceof PointerEvent && nativeEvent.pointerType === 'touch'
      const cell = cellOf(event)
      if (touch && cell && again.current) edit(cell)
    },
    onDoubleClick(event: MouseEvent) {
      const cell = cellOf(event)
      if (cell) edit(cell)
    },
  }
}

/** Not while something is typed in it, nor on a button: what is inside has its own mouse manners. */
function cellOf({ target }: MouseEvent): CellPosition | undefined {
  if (!(target instanceof Element) || target.closest('.cell-editor, button')) return undefined
  const cell = target.closest<HTMLElement>('td[data-column]')
  const row = cell?.closest<HTMLElement>('tr[data-row]')
  if (!cell || !row) return undefined
  return { row: Number(row.dataset['row']), column: Number(cell.dataset['column']) }
}
