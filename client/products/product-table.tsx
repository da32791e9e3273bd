/** The table as a grid: one tab stop, a cell cursor inside, and only the rows in view in the document. */
import { useEffect, useRef } from 'react'
import type { CellPosition } from './cell-cursor.ts'
import type { Leave } from './cell-editor.tsx'
import type { Column, Product, Sort } from './columns.ts'
import { editKey, type HeldEdit } from './edits.ts'
import { cellId, ProductRow } from './product-row.tsx'
import { SpacedRows } from './spaced-rows.tsx'
import { TableHead } from './table-head.tsx'
import { useHeldEdits } from './use-edits.ts'
import { useGridCursor, type Editing, type GridCursor } from './use-grid-cursor.ts'
import { usePointer } from './use-pointer.ts'
import type { ProductRows } from './use-product-rows.ts'
import { ROW_HEIGHT, useRowWindow } from './use-row-window.ts'
import { WaitingRow } from './waiting-row.tsx'

interface ProductTableProps {
  data: ProductRows
  columns: readonly Column[]
  query: string
  sort: Sort | undefined
  onSort: (sort: Sort) => void
  viewKey: string
  editing: Editing | undefined
  onEditing: (editing: Editing | undefined) => void
  onOpenConflict: (edit: HeldEdit) => void
}

export function ProductTable(props: ProductTableProps) {
  const { data, columns, query, viewKey, editing, onEditing, onOpenConflict } = props
  const { rows } = data
  const table = useRef<HTMLTableElement>(null)
  const held = useHeldEdits()
  const editingRow = editing ? rows.findIndex(({ id }) => id === editing.id) : -1
  const { virtual, scroll } = useRowWindow(data, { viewKey, kept: editingRow })
  const items = virtual.getVirtualItems()

  const cursor = useGridCursor({
    size: { rows: rows.length, columns: columns.length, page: pageOf(virtual.scrollRect?.height) },
    columns,
    idOf: (row) => rows[row]?.id,
    onEditing,
    reveal: (row) => virtual.scrollToIndex(row),
    openInstead: (at) => {
      const edit = heldAt(at, { rows, columns, held })
      if (edit?.state === 'conflict') onOpenConflict(edit)
      return edit?.state === 'conflict'
    },
  })
  const pointer = usePointer(cursor)
  const { at } = cursor
  const focusTable = () => table.current?.focus({ preventScroll: true })
  const leaveCell = useLeaving({ cursor, editing, editingRow, onEditing, focusTable })

  return (
    <div className="table-scroll" ref={scroll} data-stale={data.stale ? '' : undefined}>
      <table
        ref={table}
        // The grid pattern is meant for a table, too: its cells can be moved through and edited.
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-to-interactive-role
        role="grid"
        className="products"
        aria-label="Products"
        aria-rowcount={data.total === undefined ? -1 : data.total + 1}
        aria-activedescendant={items.some(({ index }) => index === at.row) ? cellId(at) : undefined}
        aria-busy={data.loading || data.stale}
        tabIndex={0}
        onKeyDown={cursor.onKeyDown}
        {...pointer}
      >
        <TableHead columns={columns} sort={props.sort} onSort={props.onSort} />
        <tbody>
          <SpacedRows
            items={items}
            start={ROW_HEIGHT}
            end={ROW_HEIGHT + virtual.getTotalSize()}
            columns={columns.length}
          >
            {(row) => {
              const product = rows[row]
              if (!product) return <WaitingRow columns={columns} />
              return (
                <ProductRow
                  {...{ product, row, columns, held, query }}
                  activeColumn={at.row === row ? at.column : undefined}
                  editing={editing && editingRow === row ? { ...editing, leaveCell } : undefined}
                />
              )
            }}
          </SpacedRows>
        </tbody>
      </table>
    </div>
  )
}

interface LeavingOptions {
  cursor: GridCursor
  editing: Editing | undefined
  /** Where that product is now; -1 when it is no longer here. */
  editingRow: number
  onEditing: (editing: undefined) => void
  focusTable: () => void
}

/** The ways out of a cell: by a key, or because its row or the table goes. */
function useLeaving({ cursor, editing, editingRow, onEditing, focusTable }: LeavingOptions) {
  const isGone = editing !== undefined && editingRow === -1
  useEffect(() => {
    if (isGone) onEditing(undefined)
  }, [isGone, onEditing])
  useEffect(() => () => onEditing(undefined), [onEditing])

  return (leave: Leave) => {
    focusTable()
    if (leave === 'stay' || !editing) cursor.stopEditing()
    else cursor.editNext({ row: editingRow, column: editing.column }, leave === 'backward')
  }
}

interface Grid {
  rows: readonly Product[]
  columns: readonly Column[]
  held: ReadonlyMap<string, HeldEdit>
}

function heldAt(at: CellPosition, { rows, columns, held }: Grid): HeldEdit | undefined {
  const product = rows[at.row]
  const field = columns[at.column]?.field
  return product && field && held.get(editKey(product.id, field))
}

/** How many rows are seen at once, less the head and one to keep the thread. */
function pageOf(height = 0): number {
  return Math.max(1, Math.floor(height / ROW_HEIGHT) - 2)
}
