/**
 * Lines that ask for what already is so. They are most of a file that comes every night, and need neither a lock nor a
 * transaction: each took effect when its product was read.
 */
import { differs } from '#server/products/planned-change.ts'
import { keysIn, KnownRows, type FindRows } from './known-rows.ts'
import type { ImportedLine } from './line.ts'

/**
 * The lines without those, in order.
 * @param waiting what else is asked of their products stays with them
 */
export async function changingLines(
  find: FindRows,
  lines: readonly ImportedLine[],
  waiting: readonly ImportedLine[],
): Promise<ImportedLine[]> {
  const known = new KnownRows(await find(keysIn(lines)))
  const read = lines.map((line) => {
    const row = known.of(line)
    return { line, id: row?.id, isUnchanged: row && !line.stockDelta && !differs(row, line.fields) }
  })
  // A product that one line changes is no longer as it was read for the next.
  const touched = new Set([
    ...waiting.map((line) => known.of(line)?.id),
    ...read.flatMap(({ id, isUnchanged }) => (isUnchanged ? [] : id)),
  ])
  return read.filter(({ id, isUnchanged }) => !isUnchanged || touched.has(id)).map(({ line }) => line)
}
