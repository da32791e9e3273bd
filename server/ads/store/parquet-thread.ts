/** The thread that writes a Parquet file, a row group at a time, however many rows there are. */
import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream'
import { open } from 'node:fs/promises'
import { parse } from 'csv-parse'
import { fileWriter, parquetWriteRows, type SchemaElement } from 'hyparquet-writer'
import type { ColumnType, TypedColumn } from '#server/ads/typed-columns.ts'
import { giveWay } from '#server/ads/worker/give-way.ts'
import type { ParquetAnswer, ParquetTask } from './parquet.ts'

declare const self: Worker

const ROWS_PER_GROUP = 20_000
const DAY_MS = 86_400_000

interface ParquetType {
  element: Omit<SchemaElement, 'name'>
  valueOf: (cell: string) => unknown
}

const TYPES: Readonly<Record<ColumnType, ParquetType>> = {
  DATE: { element: { type: 'INT32', converted_type: 'DATE' }, valueOf: (cell) => Date.parse(cell) / DAY_MS },
  BIGINT: { element: { type: 'INT64' }, valueOf: BigInt },
  DOUBLE: { element: { type: 'DOUBLE' }, valueOf: Number },
  VARCHAR: { element: { type: 'BYTE_ARRAY', converted_type: 'UTF8' }, valueOf: (cell) => cell },
}

self.addEventListener('message', ({ data }: MessageEvent<ParquetTask>) => void answer(data))

async function answer(task: ParquetTask): Promise<void> {
  let failure: ParquetAnswer
  try {
    if (task.background) giveWay()
    await write(task)
  } catch (error) {
    failure = error instanceof Error ? error.message : String(error)
  }
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker has no origin, only windows do
  self.postMessage(failure)
}

async function write({ csvPath, columns, tmpPath }: ParquetTask): Promise<void> {
  await parquetWriteRows({
    writer: fileWriter(tmpPath),
    rows: rowsOf(csvPath, columns),
    columns: columns.map(({ name }) => ({ name })),
    schema: [
      { name: 'root', num_children: columns.length },
      ...columns.map(({ name, type }) => ({
        name,
        repetition_type: type === 'VARCHAR' ? ('REQUIRED' as const) : ('OPTIONAL' as const),
        ...TYPES[type].element,
      })),
    ],
    rowGroupSize: ROWS_PER_GROUP,
  })
  const file = await open(tmpPath, 'r+')
  try {
    await file.sync()
  } finally {
    await file.close()
  }
}

async function* rowsOf(
  path: string,
  columns: readonly TypedColumn[],
): AsyncGenerator<Record<string, unknown>> {
  // As in queries: without a value a text is empty, and all else is null.
  const cells = columns.map(({ name, type }) => ({
    name,
    valueOf: (cell: string) => (cell === '' && type !== 'VARCHAR' ? null : TYPES[type].valueOf(cell)),
  }))
  const parser = pipeline(createReadStream(path), parse({ from: 2 }), () => {})
  for await (const row of parser as AsyncIterable<string[]>)
    yield Object.fromEntries(cells.map(({ name, valueOf }, index) => [name, valueOf(row[index] ?? '')]))
}
