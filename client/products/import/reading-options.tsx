/** How a file is to be read, where that cannot be found out from the file alone. */

export interface ReadingOptions {
  charset?: string
  decimal?: string
  ignore_unknown?: true
  ignore_id?: true
  create_without_sku?: true
  /** Of a file without a header, what each column is. */
  columns?: readonly string[]
  /** Of a heading, what it is. */
  map?: Readonly<Record<string, string>>
}

/** The server's names; what a spreadsheet calls them. */
const CHARSETS = {
  'windows-1252': 'Western European (Windows-1252)',
  'iso-8859-15': 'Western European (ISO-8859-15)',
  'utf-16le': 'Unicode (UTF-16)',
} as const

const NO_HEADER = 'The first line is a product: there are no headings'

const FLAGS = {
  ignore_unknown: 'Leave out columns that are not known',
  ignore_id: 'Find products by SKU alone: the ids are another catalogue’s',
  create_without_sku: 'A line without SKU is a new product',
} as const

interface ReadingOptionsProps {
  options: ReadingOptions
  /** Where something has to be chosen. */
  isOpen?: boolean
  /** How many cells a line has; undefined while that is not known. */
  width: number | undefined
  /** Reads the file anew. */
  onChange: (options: ReadingOptions) => void
}

export function ReadingOptionsForm({ options, isOpen = false, width, onChange }: ReadingOptionsProps) {
  const choose = (name: 'charset' | 'decimal', value: string) => {
    const { [name]: _, ...rest } = options
    onChange(value === '' ? rest : { ...rest, [name]: value })
  }
  return (
    <details className="reading-options" open={isOpen || Object.keys(options).length > 0}>
      <summary>How this file is read</summary>
      <label>
        Letters
        <select
          className="field"
          value={options.charset ?? ''}
          onChange={({ currentTarget }) => choose('charset', currentTarget.value)}
        >
          <option value="">Unicode (UTF-8), or as the file says</option>
          {Object.entries(CHARSETS).map(([charset, name]) => (
            <option key={charset} value={charset}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <label>
        Decimals
        <select
          className="field"
          value={options.decimal ?? ''}
          onChange={({ currentTarget }) => choose('decimal', currentTarget.value)}
        >
          <option value="">found out from the prices</option>
          <option value="point">after a point: 1,234.50</option>
          <option value="comma">after a comma: 1.234,50</option>
        </select>
      </label>
      {width !== undefined && (
        <label className="checked">
          <input
            type="checkbox"
            checked={options.columns !== undefined}
            onChange={({ currentTarget }) => {
              const { columns: _, map: __, ...rest } = options
              onChange(currentTarget.checked ? { ...rest, columns: Array(width).fill('ignore') } : rest)
            }}
          />
          {NO_HEADER}
        </label>
      )}
      {(Object.keys(FLAGS) as (keyof typeof FLAGS)[]).map((flag) => (
        <label key={flag} className="checked">
          <input
            type="checkbox"
            checked={options[flag] === true}
            onChange={({ currentTarget }) => {
              const { [flag]: _, ...rest } = options
              onChange(currentTarget.checked ? { ...rest, [flag]: true } : rest)
            }}
          />
          {FLAGS[flag]}
        </label>
      ))}
    </details>
  )
}
