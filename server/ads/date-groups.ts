/** The rows of a date, summed up by a column, kept as long as the file of the date stays the same. */
import { KeptRows } from './kept-rows.ts'
import { addRow, noSums, type Sums } from './metric.ts'
import { dimensionsOf, type Column, type Report } from './report.ts'
import type { Row } from './row.ts'
import { indexKeyOf, type IndexLine } from './store/index-file.ts'
import { storedRows } from './store/stored-rows.ts'

export interface DateGroup {
  /** The cells that name it: one, or two where a name goes with an id. */
  cells: readonly string[]
  sums: Sums
}

export interface OnlyRows {
  column: Column
  value: string
}

/** A group is some 500 bytes. */
const MAX_KEPT_GROUPS = 200_000

export class DateGroups {
  readonly #dir: string
  readonly #kept = new KeptRows<readonly DateGroup[]>(MAX_KEPT_GROUPS, (groups) => groups.length)

  constructor(dir: string) {
    this.#dir = dir
  }

  /** @param only other rows are left out; such groups are not kept */
  async of(
    line: IndexLine,
    { report, dimension, only }: { report: Report; dimension: Column; only?: OnlyRows | undefined },
  ): Promise<readonly DateGroup[]> {
    if (line.rows === 0) return []
    const read = async () =>
      await readGroups(storedRows(this.#dir, line, report), { report, dimension, only })
    if (only) return await read()
    return await this.#kept.get(`${indexKeyOf(line)} ${line.sha256} ${dimension.name}`, read)
  }
}

async function readGroups(
  rows: AsyncIterable<Row>,
  { report, dimension, only }: { report: Report; dimension: Column; only: OnlyRows | undefined },
): Promise<DateGroup[]> {
  const columns = withName(dimension, report)
  const groups = new Map<string, DateGroup>()
  for await (const row of rows) {
    if (only && row[only.column.at] !== only.value) continue
    const name = row[dimension.at] ?? ''
    const group = groups.get(name) ?? { cells: [], sums: noSums(report.summed) }
    groups.set(name, group)
    // Later cells win: names change, and the last one is the one people know.
    group.cells = columns.map(({ at }) => row[at] ?? '')
    addRow(group.sums, row, report.summed)
  }
  return [...groups.values()]
}

/** The column, and after an id its name. */
export function withName(column: Column, report: Report): Column[] {
  if (!column.name.endsWith('_id')) return [column]
  const name = column.name.replace(/_id$/, '_name')
  return [column, ...dimensionsOf(report).filter((each) => each.name === name)]
}
