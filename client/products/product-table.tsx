/** The table: only the rows in view are in the document; spacers stand for those above, between and below. */
import { defaultRangeExtractor, useVirtualizer, type VirtualItem } from '@tanstack/react-virtual'
import { useEffect, useRef, type MouseEvent, type ReactNode } from 'react'
import type { CellPosition } from './cell-cursor.ts'
import type { Leave } from './cell-editor.tsx'
import type { Column, Field, Product, Sort } from './columns.ts'
import { editKey, type HeldEdit } from './edits.ts'
import { cellId, ProductRow } from './product-row.tsx'
import { TableHead } from './table-head.tsx'
import { edits, useHeldEdits } from './use-edits.ts'
import { useGridCursor } from './use-grid-cursor.ts'
import type { ProductRows } from './use-product-rows.ts'

export const ROW_HEIGHT = 34
const OVERSCAN = 10
/** Rows of a page that is still to come. */
const WAITING_ROWS = 3
/** The next page is asked for when so few rows are left below. */
const LOAD_AHEAD = 40

interface ProductTableProps {
  rows: ProductRows
  columns: readonly Column[]
  query: string
  sort: Sort | undefined
  onSort: (sort: Sort) => void
  /** Changes when the rows become those of another question. */
  viewKey: string
  onConflict: (edit: HeldEdit) => void
  onEditing: (editing: boolean) => void
}

export function ProductTable(props: ProductTableProps) {
  const { rows: data, columns, query, sort, onSort, onConflict, onEditing } = props
  const { rows } = data
  const table = useRef<HTMLTableElement>(null)
  const held = useHeldEdits()
  const { virtual, scroll, keepInDocument } = useRowWindow(data, props.viewKey)
  const items = virtual.getVirtualItems()

  const cursor = useGridCursor({
    rows: rows.length,
    columns,
    page: Math.max(1, Math.floor((virtual.scrollRect?.height ?? 0) / ROW_HEIGHT) - 2),
    reveal: (row) => virtual.scrollToIndex(row),
    onEnter: (at) => {
      const edit = heldAt(at, { rows, columns, held })
      if (edit?.state === 'conflict') onConflict(edit)
      return edit?.state === 'conflict'
    },
  })
  const { at, editing } = cursor
  keepInDocument.current = editing?.row
  useEffect(() => onEditing(editing !== undefined), [editing, onEditing])

  const focusTable = () => table.current?.focus({ preventScroll: true })
  const onSave = (product: Product, field: Field, { value, leave }: { value: string | number; leave: Leave }) => {
    saveCell({ product, field, value, held: held.get(editKey(product.id, field)) })
    focusTable()
    if (leave === 'stay' || !editing) cursor.stopEditing()
    else cursor.editNext(editing, leave === 'backward')
  }
  const onCancel = () => {
    cursor.stopEditing()
    focusTable()
  }
  const pointer = usePointer(at, cursor)
  const active = items.some(({ index }) => index === at.row) ? cellId(at) : undefined

  return (
    <div className="table-scroll" ref={scroll} data-stale={data.stale ? '' : undefined}>
      <table
        ref={table}
        role="grid"
        className="products"
        aria-label="Products"
        aria-rowcount={data.total === undefined ? -1 : data.total + 1}
        aria-colcount={columns.length}
        aria-activedescendant={active}
        aria-busy={data.loading || data.stale}
        tabIndex={0}
        onKeyDown={cursor.onKeyDown}
        {...pointer}
      >
        <TableHead columns={columns} sort={sort} onSort={onSort} />
        <tbody>
          <Spaced items={items} start={ROW_HEIGHT} end={ROW_HEIGHT + virtual.getTotalSize()} columns={columns.length}>
            {({ index }) => {
              const product = rows[index]
              if (!product) return <WaitingRow key={`waiting ${index}`} columns={columns} />
              return (
                <ProductRow
                  key={product.id}
                  product={product}
                  row={index}
                  columns={columns}
                  activeColumn={at.row === index ? at.column : undefined}
                  editing={editing?.row === index ? editing : undefined}
                  held={held}
                  query={query}
                  onSave={onSave}
                  onCancel={onCancel}
                />
              )
            }}
          </Spaced>
        </tbody>
      </table>
    </div>
  )
}
