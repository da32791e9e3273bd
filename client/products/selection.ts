/** A rectangle of cells: from where it began to where the cursor is. */
import type { CellPosition } from './cell-cursor.ts'

export interface Selection {
  top: number
  bottom: number
  left: number
  right: number
}

export function selectionOf(from: CellPosition, to: CellPosition): Selection {
  return {
    top: Math.min(from.row, to.row),
    bottom: Math.max(from.row, to.row),
    left: Math.min(from.column, to.column),
    right: Math.max(from.column, to.column),
  }
}

export function rowsIn({ top, bottom }: Selection): number {
  return bottom - top + 1
}

export function isOneCell({ top, bottom, left, right }: Selection): boolean {
  return top === bottom && left === right
}

/** The selected columns of a row, as one string, so that a row is drawn again only when they change. */
export function columnsSelectedIn(selection: Selection, row: number): string {
  if (row < selection.top || row > selection.bottom || isOneCell(selection)) return ''
  return `${selection.left}-${selection.right}`
}
