import type { PointerEvent } from 'react'
import { useStore } from '#client/ui/store.ts'
import { nextSort, type Column, type ColumnId, type Sort } from './columns.ts'
import { layout, setWidth } from './layout/layout.ts'

interface TableHeadProps {
  columns: readonly Column[]
  /** Undefined where the order is that of relevance. */
  sort: Sort | undefined
  onSort: (sort: Sort) => void
}

export function TableHead({ columns, sort, onSort }: TableHeadProps) {
  const { widths } = useStore(layout)
  return (
    <thead>
      <tr aria-rowindex={1}>
        {columns.map((column) => (
          <th
            key={column.id}
            scope="col"
            className={`cell-${column.id}`}
            style={{ width: widths[column.id] }}
            aria-sort={sort === undefined ? undefined : direction(column, sort)}
          >
            {column.sort === undefined || sort === undefined ? (
              column.label
            ) : (
              <SortButton label={column.label} column={column.sort} sort={sort} onSort={onSort} />
            )}
            <Edge id={column.id} />
          </th>
        ))}
      </tr>
    </thead>
  )
}

/** By the mouse alone: the dialog of the columns has a field for each width. */
function Edge({ id }: { id: ColumnId }) {
  const drag = (event: PointerEvent<HTMLSpanElement>) => {
    const edge = event.currentTarget
    const width = (edge.parentElement?.offsetWidth ?? 0) - event.clientX
    const move = ({ clientX }: globalThis.PointerEvent) => setWidth(id, width + clientX)
    edge.setPointerCapture(event.pointerId)
    edge.addEventListener('pointermove', move)
    edge.addEventListener('lostpointercapture', () => edge.removeEventListener('pointermove', move), {
      once: true,
    })
    event.preventDefault()
  }
  return (
    <span
      className="column-edge"
      aria-hidden="true"
      onPointerDown={drag}
      onDoubleClick={() => setWidth(id, undefined)}
    />
  )
}

interface SortButtonProps {
  label: string
  column: NonNullable<Column['sort']>
  sort: Sort
  onSort: (sort: Sort) => void
}

function SortButton({ label, column, sort, onSort }: SortButtonProps) {
  const arrow = sort === column ? '↑' : sort === `-${column}` ? '↓' : ''
  return (
    <button type="button" onClick={() => onSort(nextSort(sort, column))}>
      {label}
      <span className="sort-arrow" aria-hidden="true">
        {arrow}
      </span>
    </button>
  )
}

function direction({ sort: column }: Column, sort: Sort): 'ascending' | 'descending' | undefined {
  if (column === undefined) return undefined
  return sort === column ? 'ascending' : sort === `-${column}` ? 'descending' : undefined
}
