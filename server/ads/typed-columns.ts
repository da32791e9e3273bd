/** What a report's cells are where columns have types: in Parquet, and to DuckDB. */
import type { Column, Report } from './report.ts'

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

export function typedColumns({ columns }: Report): TypedColumn[] {
  return columns.map(({ name, kind }) => ({
    name,
    type: name === 'date' ? 'DATE' : TYPES[kind],
  }))
}
