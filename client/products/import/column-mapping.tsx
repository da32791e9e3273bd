/** The first lines of a file, and over each column what it is: as found out, or as chosen. */
import type { ImportSummary } from '#server/products/file-schema.ts'
import type { Field } from '#server/products/import/headings.ts'
import type { ReadingOptions } from './reading-options.tsx'

const LABELS: Record<Field, string> = {
  sku: 'SKU',
  gtin: 'GTIN (barcode)',
  ads_item_id: 'Item id of the ads',
  low_stock_at: 'Low from',
  name: 'Name',
  price: 'Price',
  stock_level: 'Stock',
  stock_delta: 'Change of stock',
  currency: 'Currency',
  id: 'Id',
  version: 'Version',
  updated_at: 'Changed at',
}

interface ColumnMappingProps {
  name: string
  /** The header and the first lines. */
  head: string[][]
  /** Undefined for a file in our own columns. */
  read: ImportSummary['file']
  reading: ReadingOptions
  onChange: (reading: ReadingOptions) => void
}

export function ColumnMapping({ name, head, read, reading, onChange }: ColumnMappingProps) {
  if (head.length === 0) return null
  const { columns, map = {} } = reading
  const [header = [], ...rows] = columns ? [[], ...head] : head
  const choose = (place: number, heading: string, value: string) =>
    onChange(
      columns
        ? { ...reading, columns: columns.with(place, value) }
        : { ...reading, map: { ...map, [heading]: value } },
    )
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reached by keyboard
    <section className="scroll-box" tabIndex={0} aria-label={`The first lines of ${name}`}>
      <table className="preview">
        <caption className="visually-hidden">The first lines of {name}</caption>
        <thead>
          {read && (
            <tr>
              {read.columns.map(({ heading, field }, place) => (
                <td key={place}>
                  <select
                    className="field"
                    aria-label={columns ? `What column ${place + 1} is` : `What ${heading} is`}
                    value={columns?.[place] ?? map[heading.trim()] ?? field ?? ''}
                    onChange={({ currentTarget }) => choose(place, heading.trim(), currentTarget.value)}
                  >
                    {field === null && !columns && <option value="">not known</option>}
                    <option value="ignore">left out</option>
                    {Object.entries(LABELS).map(([value, label]) => (
                      <option key={value} value={value}>
                        {label}
                      </option>
                    ))}
                  </select>
                </td>
              ))}
            </tr>
          )}
          <tr>
            {header.map((cell, index) => (
              <th key={index} scope="col">
                {cell}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, line) => (
            <tr key={line}>
              {row.map((cell, index) => (
                <td key={index}>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
