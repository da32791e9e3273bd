import { Segmented } from '#client/ui/segmented.tsx'
import { wordsFor } from '#client/ads/dimensions.ts'
import type { FigureColumn } from './columns.ts'
import { toCsv } from './csv.ts'
import { readSort, writeSort, type Sort, type TableRow } from './rows.ts'

interface TableToolsProps {
  all: readonly FigureColumn[]
  shown: readonly FigureColumn[]
  /** As they are listed. */
  rows: readonly TableRow[] | undefined
  isCompared: boolean
  sort: Sort
  words: string
  heading: string
  dimensions: readonly string[]
  group: string | undefined
  onGroup: (group: string) => void
  onSort: (sort: Sort) => void
  onSearch: (words: string) => void
  onColumn: (id: string) => void
}

export function TableTools(props: TableToolsProps) {
  const { all, shown, rows, isCompared, sort, words, heading, dimensions, group } = props
  const download = () =>
    rows && save(`${heading.toLowerCase()}s.csv`, toCsv({ heading, rows, columns: shown, isCompared }))
  return (
    <div className="table-tools">
      <input
        className="field"
        type="text"
        aria-label={`Search the ${heading.toLowerCase()}s`}
        placeholder="Search by name"
        autoComplete="off"
        value={words}
        onChange={({ target }) => props.onSearch(target.value)}
      />
      <SortChoice {...{ all, isCompared, sort }} onSort={props.onSort} />
      <ColumnChoice {...{ all, shown }} onColumn={props.onColumn} />
      <button type="button" className="button" onClick={download}>
        CSV
      </button>
      {/* Last, because it is known last: nothing is moved. */}
      {dimensions.length > 1 && group !== undefined && (
        <Segmented
          label="Rows of the table"
          value={group}
          choices={dimensions.map((value) => ({ value, label: wordsFor(value) }))}
          onChange={props.onGroup}
        />
      )}
    </div>
  )
}

function SortChoice({
  all,
  isCompared,
  sort,
  onSort,
}: Pick<TableToolsProps, 'all' | 'isCompared' | 'sort' | 'onSort'>) {
  return (
    <>
      <label>
        Sorted by
        <select
          value={writeSort({ ...sort, descending: true })}
          onChange={({ target }) => onSort(readSort(target.value))}
        >
          <option value="-name">Name</option>
          {all.map(({ id, label }) => (
            <option key={id} value={`-${id}`}>
              {label}
            </option>
          ))}
          {isCompared &&
            all.map(({ id, label }) => (
              <option key={id} value={`-${id}.change`}>
                Change of {label}
              </option>
            ))}
        </select>
      </label>
      <button
        type="button"
        className="button"
        aria-pressed={!sort.descending}
        title="The other way round"
        onClick={() => onSort({ ...sort, descending: !sort.descending })}
      >
        {sort.descending ? '↓ Most first' : '↑ Least first'}
      </button>
    </>
  )
}

function ColumnChoice({ all, shown, onColumn }: Pick<TableToolsProps, 'all' | 'shown' | 'onColumn'>) {
  return (
    <details className="column-choice">
      <summary className="button">Columns</summary>
      <fieldset>
        <legend className="visually-hidden">Columns of the table</legend>
        {all.map(({ id, label }) => (
          <label key={id}>
            <input
              type="checkbox"
              checked={shown.some((each) => each.id === id)}
              onChange={() => onColumn(id)}
            />
            {label}
          </label>
        ))}
      </fieldset>
    </details>
  )
}

function save(name: string, text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: 'text/csv' }))
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
  URL.revokeObjectURL(address)
}
