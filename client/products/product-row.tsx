import { memo } from 'react'
import { count, moment, money } from '#client/ui/format.ts'
import { CellEditor, type Leave } from './cell-editor.tsx'
import type { Column, Field, Product } from './columns.ts'
import { editKey, type HeldEdit } from './edits.ts'
import { highlight } from './highlight.ts'
import { saveCell } from './use-edits.ts'
import type { Editing } from './use-grid-cursor.ts'

interface ProductRowProps {
  product: Product
  row: number
  columns: readonly Column[]
  /** The column that the cursor is in, when it is in this row. */
  activeColumn: number | undefined
  editing: OpenCell | undefined
  held: ReadonlyMap<string, HeldEdit>
  query: string
}

export interface OpenCell extends Editing {
  leaveCell: (leave: Leave) => void
}

export const ProductRow = memo(function ProductRow(props: ProductRowProps) {
  const { product, row, columns, activeColumn } = props
  return (
    <tr aria-rowindex={row + 2} data-row={row} data-out={product.stock_level === 0 ? '' : undefined}>
      {columns.map((column, index) => (
        <td
          key={column.id}
          id={cellId({ row, column: index })}
          className={`cell-${column.id}`}
          data-column={index}
          data-active={activeColumn === index ? '' : undefined}
          aria-readonly={column.field === undefined}
          title={column.id === 'name' ? product.name : undefined}
        >
          <CellContent {...props} column={column} index={index} />
        </td>
      ))}
    </tr>
  )
})

export function cellId({ row, column }: { row: number; column: number }): string {
  return `cell-${row}-${column}`
}

function CellContent(props: ProductRowProps & { column: Column; index: number }) {
  const { product, column, query } = props
  switch (column.id) {
    case 'id':
      return product.id
    case 'sku':
      return product.sku
    case 'name':
      return <Name name={product.name} query={query} />
    case 'updated_at':
      return <time dateTime={product.updated_at}>{moment(product.updated_at)}</time>
    default:
      return <EditableCell {...props} field={column.id} />
  }
}

/** Looking for words costs something: only where there are some. */
function Name({ name, query }: { name: string; query: string }) {
  if (query === '') return name
  return highlight(name, query).map((part, index) =>
    // oxlint-disable-next-line react/no-array-index-key -- the parts of one text never change places
    part.marked ? <mark key={index}>{part.text}</mark> : part.text,
  )
}

function EditableCell(props: ProductRowProps & { field: Field; index: number }) {
  const { product, field, index, editing, held } = props
  const edit = held.get(editKey(product.id, field))
  const value = edit?.state === 'pending' ? edit.mine : product[field]
  if (editing?.column === index) {
    return (
      <CellEditor
        product={product}
        field={field}
        value={value}
        typed={editing.typed}
        onSave={(next, leave) => {
          saveCell({ product, field, value: next })
          editing.leaveCell(leave)
        }}
        onCancel={() => editing.leaveCell('stay')}
      />
    )
  }
  return (
    <>
      {edit?.state === 'pending' && <span className="pending">saving</span>}
      {edit?.state === 'conflict' && <span className="tag conflict">conflict</span>}
      {field === 'stock_level' && value === 0 && <span className="tag out">Out of stock</span>}
      <span className="value">
        {field === 'price' ? money(String(value), product.currency) : count(Number(value))}
      </span>
    </>
  )
}
