import type { KeyboardEvent } from 'react'
import { Link } from 'wouter'
import { productHref } from '#client/ui/product-href.ts'
import type { FigureColumn } from './columns.ts'
import { FigureCell } from './figure-cell.tsx'
import type { TableRow } from './rows.ts'
import { TrendLine } from './trend-line.tsx'

interface CompareRowProps {
  row: TableRow
  columns: readonly FigureColumn[]
  place: number
  /** The one row that Tab leads to. */
  isTabStop: boolean
  onFocus: () => void
  /** From row to row. */
  onKeyDown: (event: KeyboardEvent) => void
  onOpen: (key: string) => void
}

/** The name or the trend opens the row's own chart; a product's name leads to the product. */
export function CompareRow(props: CompareRowProps) {
  const { row, columns, place, isTabStop, onFocus, onKeyDown, onOpen } = props
  const { key, name, product, trend } = row
  const tabIndex = isTabStop ? 0 : -1
  const open = () => onOpen(key)
  return (
    <tr data-place={place} aria-rowindex={place + 1} onFocus={onFocus}>
      <th scope="row">
        {product ? (
          <Link href={productHref(product.id)} {...{ tabIndex, onKeyDown }} title={name}>
            {name}
          </Link>
        ) : (
          <button type="button" className="row-name" {...{ tabIndex, onKeyDown }} title={name} onClick={open}>
            {name}
          </button>
        )}
      </th>
      <td className="trend-cell">
        <button
          type="button"
          className="row-trend"
          tabIndex={product ? tabIndex : -1}
          aria-label={`Chart of ${name}`}
          onKeyDown={onKeyDown}
          onClick={open}
        >
          <TrendLine values={trend} />
        </button>
      </td>
      {columns.map((column) => (
        <FigureCell key={column.id} row={row} column={column} />
      ))}
    </tr>
  )
}
