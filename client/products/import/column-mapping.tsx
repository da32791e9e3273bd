/** The first lines of a file, and over each column what it is: as found out, or as chosen. */
import type { ImportSummary } from '#server/products/file-schema.ts'
import type { Field } from '#server/products/import/headings.ts'

const LABELS: Record<Field, string> = {
  sku: 'SKU',
  name: 'Name',
  price: 'Price',
  stock_level: 'Stock',
  stock_delta: 'Change of stock',
  currency: 'Currency',
  id: 'Id',
  version: 'Version',
  updated_at: 'Changed at',
}

type Mapping = Readonly<Record<string, string>>

interface ColumnMappingProps {
  name: string
  /** The header and the first lines. */
  head: string[][]
  /** Undefined for a file in our own columns. */
  read: ImportSummary['file']
  mapping: Mapping
  onChange: (mapping: Mapping) => void
}

export function ColumnMapping({ name, head, read, mapping, onChange }: ColumnMappingProps) {
  const [header, ...rows] = head
  if (!header) return null
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
                    aria-label={`What ${heading} is`}
                    value={mapping[heading.trim()] ?? field ?? ''}
                    onChange={({ currentTarget: { value } }) =>
                      onChange({ ...mapping, [heading.trim()]: value })
                    }
                  >
                    {field === null && <option value="">not known</option>}
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
