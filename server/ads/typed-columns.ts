/** What a report's cells are where columns have types: in Parquet, and to DuckDB. */
import type { ReportName } from './options.ts'
import { REPORTS, type Column } from './report.ts'

export interface TypedColumn {
  name: string
  type: ColumnType
}

/** By DuckDB's names. Micros stay integers: only those add up exactly. */
export type ColumnType = 'DATE' | 'BIGINT' | 'DOUBLE' | 'VARCHAR'

const TYPES: Readonly<Record<Column['kind'], ColumnType>> = {
  text: 'VARCHAR',
  id: 'BIGINT',
  integer: 'BIGINT',
  decimal: 'DOUBLE',
}

export function typedColumns(report: ReportName): TypedColumn[] {
  return REPORTS[report].columns.map(({ name, kind }) => ({
    name,
    type: name === 'date' ? 'DATE' : TYPES[kind],
  }))
}
