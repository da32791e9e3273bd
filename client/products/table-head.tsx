import { nextSort, type Column, type Sort } from './columns.ts'

interface TableHeadProps {
  columns: readonly Column[]
  /** Undefined where the order is that of relevance. */
  sort: Sort | undefined
  onSort: (sort: Sort) => void
}

export function TableHead({ columns, sort, onSort }: TableHeadProps) {
  return (
    <thead>
      <tr aria-rowindex={1}>
        {columns.map((column) => (
          <th
            key={column.id}
            scope="col"
            className={`cell-${column.id}`}
            aria-sort={sort === undefined ? undefined : direction(column, sort)}
          >
            {column.sort === undefined || sort === undefined ? (
              column.label
            ) : (
              <SortButton label={column.label} column={column.sort} sort={sort} onSort={onSort} />
            )}
          </th>
        ))}
      </tr>
    </thead>
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
