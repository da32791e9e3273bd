import { memo } from 'react'
import { Link } from 'wouter'
import { productHref } from '#client/ui/product-href.ts'
import { count, moment, money } from '#client/ui/format.ts'
import { HistoryIcon } from '#client/ui/icons.tsx'
import { CellEditor, type Leave } from './cell-editor.tsx'
import type { Column, Field, Product } from './columns.ts'
import { editKey, type HeldEdit } from './edits.ts'
import { markOfCode, partsOf } from './highlight.ts'
import { figureText, type RowFigures } from './layout/row-figures.ts'
import { editsFor, saveCells } from './use-edits.ts'
import type { Editing } from './use-grid-cursor.ts'
import { StockTag } from './stock-tag.tsx'
import { shown } from './value-labels.ts'

interface ProductRowProps {
  product: Product
  row: number
  columns: readonly Column[]
  /** The column that the cursor is in, when it is in this row. */
  activeColumn: number | undefined
  /** `2-4`; empty for none. */
  selected: string
  editing: OpenCell | undefined
  held: ReadonlyMap<string, HeldEdit>
  query: string
  /** Deleted by another client. */
  gone: boolean
  /** Its value before another client's recent change. */
  before: Product | undefined
  /** Undefined until they have come, and where none are shown. */
  figures: RowFigures | undefined
  onHistory: (product: Product) => void
}

export interface OpenCell extends Editing {
  leaveCell: (leave: Leave) => void
}

export const ProductRow = memo(function ProductRow(props: ProductRowProps) {
  const { product, row, columns, activeColumn, selected, gone } = props
  const [left, right] = selected === '' ? [-1, -1] : selected.split('-').map(Number)
  return (
    <tr
      aria-rowindex={row + 2}
      data-row={row}
      data-out={product.stock_level === 0 ? '' : undefined}
      data-gone={gone ? '' : undefined}
    >
      {columns.map((column, index) => {
        const isSelected = index >= (left ?? -1) && index <= (right ?? -1)
        return (
          <td
            key={column.id}
            id={cellId({ row, column: index })}
            className={`cell-${column.id}`}
            data-column={index}
            data-active={activeColumn === index ? '' : undefined}
            data-selected={isSelected ? '' : undefined}
            aria-selected={isSelected || activeColumn === index}
            aria-readonly={column.field === undefined}
            title={titleOf(product, column)}
          >
            <CellContent {...props} column={column} index={index} />
          </td>
        )
      })}
    </tr>
  )
})

export function cellId({ row, column }: { row: number; column: number }): string {
  return `cell-${row}-${column}`
}

/** Of what may be cut off. */
function titleOf(product: Product, { id }: Column): string | undefined {
  if (id === 'name') return product.name
  return id === 'sku' || id === 'ads_item_id' ? (product[id] ?? undefined) : undefined
}

function CellContent(props: ProductRowProps & { column: Column; index: number }) {
  const { product, column, query } = props
  switch (column.id) {
    case 'id':
      return product.id
    case 'sku':
      return <Sku sku={product.sku ?? ''} query={query} />
    case 'name':
      return <NameCell {...props} />
    case 'gtin':
    case 'ads_item_id':
      return product[column.id]
    case 'low_stock_at':
      return product.low_stock_at === null ? '' : count(product.low_stock_at)
    case 'updated_at':
      return <time dateTime={product.updated_at}>{moment(product.updated_at)}</time>
    case 'price':
    case 'stock_level':
      return <EditableCell {...props} field={column.id} />
    default:
      return figureText(column.id, props.figures)
  }
}

function Sku({ sku, query }: { sku: string; query: string }) {
  const mark = query === '' ? undefined : markOfCode(sku, query)
  return mark ? <Marked text={sku} marks={[mark]} /> : sku
}

function NameCell({ product, gone, onHistory }: ProductRowProps) {
  return (
    <>
      {gone && <span className="tag out">Deleted</span>}
      <Link
        className="name-link"
        href={productHref(product.id)}
        // The table is one tab stop: Enter opens what is in the cell.
        tabIndex={-1}
        draggable={false}
        onClick={(event) => event.shiftKey && event.preventDefault()}
      >
        <span className="name" dir="auto">
          <Marked text={product.name} marks={product.match?.marks ?? []} />
        </span>
      </Link>
      <button
        type="button"
        className="row-button"
        // The table is one tab stop; its keyboard has a key for this.
        tabIndex={-1}
        aria-label={`Stock history of ${product.name}`}
        onClick={() => onHistory(product)}
      >
        <HistoryIcon />
      </button>
    </>
  )
}

function Marked({ text, marks }: { text: string; marks: Parameters<typeof partsOf>[1] }) {
  if (marks.length === 0) return text
  return partsOf(text, marks).map((part, index) =>
    part.marked ? <mark key={index}>{part.text}</mark> : part.text,
  )
}

function EditableCell(props: ProductRowProps & { field: Field; index: number }) {
  const { product, field, index, editing, held, before } = props
  const edit = held.get(editKey(product.id, field))
  const value = edit?.state === 'pending' ? edit.mine : product[field]
  if (editing?.column === index) {
    const opened = editing.product
    return (
      <CellEditor
        product={opened}
        changedTo={opened[field] === product[field] ? undefined : shown(product, field)}
        field={field}
        value={edit?.state === 'pending' ? edit.mine : opened[field]}
        typed={editing.typed}
        onSave={(next, leave) => {
          saveCells(editsFor([{ product: opened, field, value: next }]))
          editing.leaveCell(leave)
        }}
        onCancel={() => editing.leaveCell('stay')}
      />
    )
  }
  const isFresh = before !== undefined && before[field] !== product[field]
  return (
    <>
      {edit?.state === 'pending' && <span className="pending">saving</span>}
      {edit?.state === 'conflict' && <span className="tag conflict">conflict</span>}
      {field === 'stock_level' && <StockTag product={{ ...product, stock_level: Number(value) }} />}
      <span key={product.version} className={isFresh ? 'value changed' : 'value'}>
        {field === 'price' ? money(String(value), product.currency) : count(Number(value))}
      </span>
    </>
  )
}
