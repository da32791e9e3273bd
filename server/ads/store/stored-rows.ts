/** The rows of a date as they were stored. A disk may lose bytes without a word, and the sums would be wrong. */
import { statSync } from 'node:fs'
import { DamagedDateError } from '#server/ads/errors.ts'
import type { Report } from '#server/ads/report.ts'
import type { Row } from '#server/ads/row.ts'
import { readRows } from './date-file.ts'
import type { IndexLine } from './index-file.ts'
import { datePath } from './layout.ts'

/** What is made of the rows holds only if it ends without an error. @throws DamagedDateError */
export async function* storedRows(dir: string, line: IndexLine, report: Report): AsyncGenerator<Row> {
  const path = datePath(dir, line)
  const hash = new Bun.CryptoHasher('sha256')
  try {
    yield* readRows(path, report, (bytes) => void hash.update(bytes))
  } catch (error) {
    throw new DamagedDateError(line, error)
  }
  if (hash.digest('hex') !== line.sha256 && isOfLine(path, line)) throw new DamagedDateError(line)
}

/** A run, or another hand, may have replaced the file; the index then tells of it soon, or with the next run. */
function isOfLine(path: string, { fetchedAt }: IndexLine): boolean {
  const found = statSync(path, { throwIfNoEntry: false })
  return found === undefined || Math.round(found.mtimeMs) === Date.parse(fetchedAt)
}
