/** A file of the lines that were left out, to be mended and imported: as they came, and a column more with the reason. */
import { stringify } from 'csv-stringify/sync'
import { REJECTED_BECAUSE } from './headings.ts'
import type { RejectedLine } from './import.ts'

/** @returns a function from each line to the next part of the file */
export function rejectedCsv(): (rejected: RejectedLine) => string {
  let begun = false
  return ({ header, cells, detail }) => {
    const rows = [
      ...(begun ? [] : [[...header, REJECTED_BECAUSE]]),
      [...header.map((_, place) => cells[place] ?? ''), detail],
    ]
    begun = true
    return stringify(rows)
  }
}
