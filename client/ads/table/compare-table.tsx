/** The rows that are in sight, however many there are; the arrow keys go from row to row. */
import { WaitingRows } from '#client/ui/states.tsx'
import { useRef, useState, type KeyboardEvent } from 'react'
import { SpacedRows } from '#client/products/spaced-rows.tsx'
import { useRowWindow } from '#client/products/use-row-window.ts'
import type { FigureColumn } from './columns.ts'
import { CompareRow } from './compare-row.tsx'
import { FigureCell } from './figure-cell.tsx'
import type { Sort, TableRow } from './rows.ts'

/** With the head and the total, as many as are seen at once. */
const WAITING_ROWS = 9
/** Name and trend. */
const OTHER_COLUMNS = 2
const NO_ROWS: readonly TableRow[] = []

interface CompareTableProps {
  /** Undefined until they are known. */
  rows: readonly TableRow[] | undefined
  columns: readonly FigureColumn[]
  total: TableRow | undefined
  heading: string
  sort: Sort
  /** Changes when the rows become those of another question. */
  viewKey: string
  onSort: (sort: Sort) => void
  onOpen: (key: string) => void
}

export function CompareTable(props: CompareTableProps) {
  const { rows = NO_ROWS, columns, total, heading, sort, viewKey, onSort, onOpen } = props
  const scroll = useRef<HTMLDivElement>(null)
  const [active, setActive] = useState(0)
  const at = Math.min(active, Math.max(0, rows.length - 1))
  const window = useRowWindow({ count: rows.length, show: () => {} }, { scroll, viewKey, kept: at })
  const span = columns.length + OTHER_COLUMNS
  const onKeyDown = (event: KeyboardEvent) => {
    const moved = target(event.key, at, window.page)
    if (moved === undefined) return
    event.preventDefault()
    const to = Math.min(rows.length - 1, Math.max(0, moved))
    setActive(to)
    window.reveal(to)
    focusRow(scroll.current, to)
  }
  return (
    <div ref={scroll} className="compare-scroll" onScroll={window.onScroll}>
      <table aria-rowcount={rows.length}>
        <thead>
          <tr>
            <SortHead {...{ sort, onSort }} id="name" label={heading} canCompare={false} />
            <th scope="col" className="trend-cell">
              Trend
            </th>
            {columns.map(({ id, label }) => (
              <SortHead key={id} {...{ sort, onSort, id, label }} canCompare={total?.before !== undefined} />
            ))}
          </tr>
        </thead>
        <tbody>
          {props.rows ? (
            <SpacedRows window={window} columns={span}>
              {(place) => {
                const row = rows[place]
                return row ? (
                  <CompareRow
                    {...{ row, columns, place, onOpen, onKeyDown }}
                    isTabStop={place === at}
                    onFocus={() => setActive(place)}
                  />
                ) : null
              }}
            </SpacedRows>
          ) : (
            <WaitingRows rows={WAITING_ROWS} columns={span} />
          )}
        </tbody>
        {total && (
          <tfoot>
            <tr>
              <th scope="row" colSpan={OTHER_COLUMNS}>
                Total
              </th>
              {columns.map((column) => (
                <FigureCell key={column.id} row={total} column={column} />
              ))}
            </tr>
          </tfoot>
        )}
      </table>
    </div>
  )
}

function target(key: string, at: number, page: number): number | undefined {
  switch (key) {
    case 'ArrowUp':
      return at - 1
    case 'ArrowDown':
      return at + 1
    case 'PageUp':
      return at - page
    case 'PageDown':
      return at + page
    case 'Home':
      return 0
    case 'End':
      return Number.MAX_SAFE_INTEGER
    default:
      return undefined
  }
}

/** Once the row is in the document. */
function focusRow(frame: HTMLElement | null, place: number): void {
  requestAnimationFrame(() =>
    frame?.querySelector<HTMLElement>(`tr[data-place="${place}"] :is(a, button)`)?.focus(),
  )
}

interface SortHeadProps {
  id: string
  label: string
  sort: Sort
  canCompare: boolean
  onSort: (sort: Sort) => void
}

/** For the mouse: by keyboard, the same is chosen above the table. */
function SortHead({ id, label, sort, canCompare, onSort }: SortHeadProps) {
  const isSorted = sort.column === id
  const by = (what: Sort['by']) => () => {
    const isSame = isSorted && sort.by === what
    onSort({ column: id, by: what, descending: isSame ? !sort.descending : id !== 'name' })
  }
  const arrow = (what: Sort['by']) => (isSorted && sort.by === what ? (sort.descending ? ' ↓' : ' ↑') : '')
  return (
    <th scope="col" aria-sort={isSorted ? (sort.descending ? 'descending' : 'ascending') : undefined}>
      <button type="button" tabIndex={-1} onClick={by('figure')}>
        {label}
        {arrow('figure')}
      </button>
      {canCompare && (
        <button
          type="button"
          tabIndex={-1}
          className="by-change"
          aria-label={`Change of ${label}`}
          onClick={by('change')}
        >
          change{arrow('change')}
        </button>
      )}
    </th>
  )
}
