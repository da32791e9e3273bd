/** The table as a grid: one tab stop, a cell cursor inside, and only the rows in view in the document. */
import { useEffect, useImperativeHandle, useRef, type Ref } from 'react'
import { useLocation } from 'wouter'
import { productHref } from '#client/ui/product-href.ts'
import type { CellPosition } from './cell-cursor.ts'
import type { Leave } from './cell-editor.tsx'
import { isFigure, type Column, type Product, type Sort } from './columns.ts'
import { editKey, type HeldEdit } from './edits.ts'
import { cellId, ProductRow } from './product-row.tsx'
import { useStore } from '#client/ui/store.ts'
import { useRowFigures } from './layout/row-figures.ts'
import { liveChanges } from './rows/visible-rows.ts'
import type { RowBlocks } from './rows/row-blocks.ts'
import { columnsSelectedIn, type Selection } from './selection.ts'
import { SpacedRows } from './spaced-rows.tsx'
import { TableHead } from './table-head.tsx'
import { useClipboard } from './use-clipboard.ts'
import { useHeldEdits } from './use-edits.ts'
import { useTableStyle } from './layout/use-table-style.ts'
import { useGridCursor, type Editing, type GridCursor } from './use-grid-cursor.ts'
import { usePointer } from './use-pointer.ts'
import type { ProductRows } from './use-product-rows.ts'
import { useRowWindow, type RowWindow } from './use-row-window.ts'
import { WaitingRow } from './waiting-row.tsx'

/** What of the table the rest of the place may ask for. */
export interface Table {
  selection: Selection
  at: CellPosition
  show: (place: CellPosition) => void
  selectAll: () => void
}

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
  onHistory: (product: Product) => void
  /** Is told whenever another selection is made. */
  onSelection: (selection: Selection) => void
  handle: Ref<Table>
}

export function ProductTable(props: ProductTableProps) {
  const { data, columns, viewKey, editing, onEditing, onOpenConflict } = props
  const { rows } = data
  const element = useRef<HTMLTableElement>(null)
  const held = useHeldEdits()
  const editingRow = editing ? (rows.placeOf(editing.product.id) ?? -1) : -1
  const scroll = useRef<HTMLDivElement>(null)
  const window = useRowWindow(rows, { scroll, viewKey, kept: editingRow })

  const products = window.places.map((place) => rows.row(place))
  const [, navigate] = useLocation()
  const clipboard = useClipboard({ rows, columns })
  const cursor = useGridCursor({
    viewKey,
    size: { rows: rows.count, columns: columns.length, page: window.page },
    columns,
    productAt: (row) => rows.row(row),
    onEditing,
    reveal: window.reveal,
    openInstead: (at) => {
      const edit = heldAt(at, { rows, columns, held })
      if (edit?.state === 'conflict') onOpenConflict(edit)
      return edit?.state === 'conflict'
    },
    onFillDown: clipboard.fillDown,
    onOpen: (product) => navigate(productHref(product.id)),
  })
  const pointer = usePointer(cursor)
  const { at, selection } = cursor
  const leaveCell = useLeaving({
    cursor,
    editing,
    editingRow,
    onEditing,
    focusTable: () => element.current?.focus({ preventScroll: true }),
  })
  useHandle(props, cursor)
  // After navigation by keyboard the focus stands on the heading until the table is there.
  useEffect(() => {
    if (document.activeElement?.matches('#main h1')) element.current?.focus({ preventScroll: true })
  }, [])

  return (
    <div
      className="table-scroll"
      ref={scroll}
      onScroll={window.onScroll}
      data-stale={data.stale ? '' : undefined}
    >
      <table
        ref={element}
        // The grid pattern is meant for a table, too: its cells can be moved through and edited.
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-to-interactive-role
        role="grid"
        className="products"
        style={useTableStyle(columns, products)}
        aria-label="Products"
        aria-multiselectable="true"
        aria-rowcount={rows.total === undefined ? -1 : rows.total + 1}
        aria-activedescendant={rows.row(at.row) && window.places.includes(at.row) ? cellId(at) : undefined}
        aria-busy={data.loading || data.stale}
        tabIndex={0}
        onKeyDown={cursor.onKeyDown}
        onCopy={(event) => clipboard.onCopy(event, selection)}
        onPaste={(event) => clipboard.onPaste(event, selection)}
        {...pointer}
      >
        <TableHead columns={columns} sort={props.sort} onSort={props.onSort} />
        <tbody>
          <Rows {...props} {...{ window, held, at, selection, editingRow, leaveCell }} />
        </tbody>
      </table>
    </div>
  )
}

function useHandle(
  { handle, onSelection }: ProductTableProps,
  { at, selection, moveTo, selectAll }: GridCursor,
): void {
  useImperativeHandle(handle, () => ({ selection, at, show: moveTo, selectAll }))
  const { top, bottom, left, right } = selection
  useEffect(() => onSelection({ top, bottom, left, right }), [onSelection, top, bottom, left, right])
}

interface RowsProps extends ProductTableProps, Pick<GridCursor, 'at' | 'selection'> {
  window: RowWindow
  held: ReadonlyMap<string, HeldEdit>
  editingRow: number
  leaveCell: (leave: Leave) => void
}

function Rows(props: RowsProps) {
  const { window, held, at, selection, editing, editingRow, leaveCell, columns, query, onHistory } = props
  const { rows } = props.data
  const { gone, fresh } = useStore(liveChanges)
  const hasFigures = columns.some(({ id }) => isFigure(id))
  const figures = useRowFigures(hasFigures ? window.places.map((place) => rows.row(place)) : [])
  return (
    <SpacedRows window={window} columns={columns.length}>
      {(row) => {
        const product = rows.row(row)
        if (!product) return <WaitingRow columns={columns} />
        return (
          <ProductRow
            {...{ product, row, columns, held, query, onHistory }}
            activeColumn={at.row === row ? at.column : undefined}
            selected={columnsSelectedIn(selection, row)}
            gone={gone.has(product.id)}
            before={fresh.get(product.id)?.before}
            figures={figures.get(product.id)?.figures}
            editing={editing && editingRow === row ? { ...editing, leaveCell } : undefined}
          />
        )
      }}
    </SpacedRows>
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
  rows: RowBlocks
  columns: readonly Column[]
  held: ReadonlyMap<string, HeldEdit>
}

function heldAt(at: CellPosition, { rows, columns, held }: Grid): HeldEdit | undefined {
  const product = rows.row(at.row)
  const field = columns[at.column]?.field
  return product && field && held.get(editKey(product.id, field))
}
