/** The first lines of a file, as the server will read them. */
import { parse } from 'csv-parse/browser/esm/sync'

const HEAD_BYTES = 64 * 1024
const SHOWN_ROWS = 5

/** Empty when these are no lines of CSV; the server then says what is wrong. */
export async function headOf(file: Blob): Promise<string[][]> {
  const text = await file.slice(0, HEAD_BYTES).text()
  try {
    return parse(text, { bom: true, relax_column_count: true, skip_empty_lines: true, to: SHOWN_ROWS + 1 })
  } catch {
    return []
  }
}
