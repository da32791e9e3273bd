/** Where the cell cursor goes: positions in, position out. */

export interface CellPosition {
  row: number
  column: number
}

export interface GridSize {
  rows: number
  columns: number
  /** Rows that are seen at once. */
  page: number
}

interface Pressed {
  key: string
  ctrl: boolean
}

/** @returns undefined when the key does not move the cursor */
export function moveCursor(at: CellPosition, pressed: Pressed, size: GridSize): CellPosition | undefined {
  const moved = target(at, pressed, size)
  return moved && clamp(moved, size)
}

function target(
  { row, column }: CellPosition,
  { key, ctrl }: Pressed,
  size: GridSize,
): CellPosition | undefined {
  switch (key) {
    case 'ArrowUp':
      return { row: ctrl ? 0 : row - 1, column }
    case 'ArrowDown':
      return { row: ctrl ? size.rows - 1 : row + 1, column }
    case 'ArrowLeft':
      return { row, column: ctrl ? 0 : column - 1 }
    case 'ArrowRight':
      return { row, column: ctrl ? size.columns - 1 : column + 1 }
    case 'PageUp':
      return { row: row - size.page, column }
    case 'PageDown':
      return { row: row + size.page, column }
    case 'Home':
      return { row: ctrl ? 0 : row, column: 0 }
    case 'End':
      return { row: ctrl ? size.rows - 1 : row, column: size.columns - 1 }
    default:
      return undefined
  }
}

export function clamp({ row, column }: CellPosition, { rows, columns }: GridSize): CellPosition {
  return {
    row: Math.max(0, Math.min(rows - 1, row)),
    column: Math.max(0, Math.min(columns - 1, column)),
  }
}

/** The next cell that can be edited, in reading order; undefined past either end. */
export function nextEditable(
  { row, column }: CellPosition,
  editable: readonly number[],
  { rows, backwards }: { rows: number; backwards: boolean },
): CellPosition | undefined {
  const sameRow = backwards
    ? editable.findLast((each) => each < column)
    : editable.find((each) => each > column)
  if (sameRow !== undefined) return { row, column: sameRow }
  const otherRow = backwards ? row - 1 : row + 1
  const otherColumn = backwards ? editable.at(-1) : editable[0]
  if (otherColumn === undefined || otherRow < 0 || otherRow >= rows) return undefined
  return { row: otherRow, column: otherColumn }
}
