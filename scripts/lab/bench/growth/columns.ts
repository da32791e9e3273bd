import type { Measured } from './measures.ts'

interface Column {
  head: string
  cell: (measured: Measured) => string
  /** What is measured, and why it grows or does not. */
  growth: string
}

const ms = (value: number) => value.toFixed(value < 10 ? 2 : 0)
const whole = (value: number) => Math.round(value).toLocaleString('en')

/** Beside the number of products, in the order of the table. */
export const COLUMNS: readonly Column[] = [
  {
    head: 'read ms',
    cell: ({ readMs }) => ms(readMs),
    growth: 'a product by id, over HTTP and past the cache: one key of a B-tree, whose depth hardly grows.',
  },
  {
    head: 'reads/s',
    cell: ({ readsPerSecond }) => whole(readsPerSecond),
    growth: 'the same over 32 connections, any product: the pages of a large database are not all in memory.',
  },
  {
    head: 'list ms',
    cell: ({ listMs }) => ms(listMs),
    growth: 'the first 50 by id: the start of the table, whatever comes behind.',
  },
  {
    head: 'jump ms',
    cell: ({ jumpMs }) => ms(jumpMs),
    growth: '50 by name from a place at 90 %: keys are counted from the start of the index, so it is linear.',
  },
  {
    head: 'deep page ms',
    cell: ({ deepMs }) => ms(deepMs),
    growth: 'the 50 behind those, by cursor: sought in the index, as the first ones are.',
  },
  {
    head: 'search ms',
    cell: ({ searchMs }) => ms(searchMs),
    growth:
      'six questions in turn: shelves bound how many matches are read and scored, the index becomes larger.',
  },
  {
    head: 'write ms',
    cell: ({ writeMs }) => ms(writeMs),
    growth: 'the price of any product: one row, its indexes and one sync of the disk.',
  },
  {
    head: 'import rows/s',
    cell: ({ importedPerSecond }) => whole(importedPerSecond),
    growth: '10,000 new products: each enters every index, at places that are less and less often in memory.',
  },
  {
    head: 'memory MB',
    cell: ({ memoryMb }) => whole(memoryMb),
    growth: 'of the server, after all that: answers and database pages are kept up to a bound.',
  },
  {
    head: 'disk MB',
    cell: ({ diskMb }) => whole(diskMb),
    growth: 'of the database before the import: rows, ledger, feed, words and indexes, linear.',
  },
  {
    head: 'seed s',
    cell: ({ seedSeconds }) => seedSeconds.toFixed(1),
    growth: 'making the catalogue up and storing it, with everything that an import writes.',
  },
]
