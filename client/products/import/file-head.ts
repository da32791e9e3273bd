/** The first lines of a file, as the server will read them. */
import type { ImportSummary } from '#server/products/file-schema.ts'
import { parse } from 'csv-parse/browser/esm/sync'

const HEAD_BYTES = 64 * 1024
const SHOWN_ROWS = 5

/** Empty when these are no lines of CSV; the server then says what is wrong. */
export async function headOf(file: Blob, read: ImportSummary['file']): Promise<string[][]> {
  const { charset = 'utf-8', delimiter = ',' } = read ?? {}
  const text = new TextDecoder(charset).decode(await file.slice(0, HEAD_BYTES).arrayBuffer())
  try {
    return parse(text, {
      bom: true,
      delimiter,
      relax_column_count: true,
      relax_quotes: true,
      skip_empty_lines: true,
      to: SHOWN_ROWS + 1,
    })
  } catch {
    return []
  }
}
