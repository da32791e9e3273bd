import { expect, test } from 'bun:test'
import type { Run } from '#server/ads/run-schema.ts'
import { eventsOfChange, eventsOfRuns, type ProductChange } from './event.ts'

const LOW_STOCK_AT = 10
const moved = (stockBefore: number | null, stockLevel: number | null): ProductChange => ({
  kind: stockBefore === null ? 'created' : stockLevel === null ? 'deleted' : 'updated',
  productId: 7,
  sku: 'A1',
  name: 'Belt',
  version: 2,
  stockBefore,
  stockLevel,
  lowStockAt: null,
  at: 0,
})

test.each([
  [40, 11, []],
  [11, 10, ['product.low_stock']],
  [40, 1, ['product.low_stock']],
  [10, 9, []],
  [5, 10, []],
  [40, 0, ['product.out_of_stock']],
  [3, 0, ['product.out_of_stock']],
  [0, 0, []],
  [0, 3, ['product.back_in_stock']],
  [0, 40, ['product.back_in_stock']],
  [null, 0, []],
  [null, 5, []],
  [5, null, []],
] as const)('a stock that goes from %p to %p tells %p, beside the change', (before, after, told) => {
  const types = eventsOfChange(moved(before, after), LOW_STOCK_AT).map(({ type }) => type)
  expect(types as string[]).toEqual(['product.changed', ...told])
})

test('a threshold of the product’s own stands before the default', () => {
  const typesAt = (lowStockAt: number) =>
    eventsOfChange({ ...moved(4, 3), lowStockAt }, LOW_STOCK_AT).map(({ type }) => type)
  expect(typesAt(3)).toEqual(['product.changed', 'product.low_stock'])
  expect(typesAt(2)).toEqual(['product.changed'])
  expect(eventsOfChange({ ...moved(40, 30), lowStockAt: 30 }, LOW_STOCK_AT)[1]?.data).toMatchObject({
    low_stock_at: 30,
  })
})

const run = (id: number, state: Run['state'], more: Partial<Run> = {}): Run => ({
  id: String(id),
  state,
  kind: 'daily',
  from: '2026-01-01',
  to: '2026-01-02',
  reports: ['campaign'],
  requested: 2,
  skipped: 0,
  done: 2,
  failed: [],
  failed_count: 0,
  rows: 0,
  requests: 0,
  retries: 0,
  units: 0,
  started_at: new Date(id * 1000).toISOString(),
  finished_at: new Date(id * 1000).toISOString(),
  ...more,
})

const told = (newest: Run[], after = 0) =>
  eventsOfRuns(newest, after, Date.parse).map(({ type, data }) => [type, data['run_id']])

test('each run that failed is told, and the first one after it that is done', () => {
  const runs = [
    run(6, 'done'),
    run(5, 'done'),
    run(4, 'parked'),
    run(3, 'failed'),
    run(2, 'failed'),
    run(1, 'done'),
  ]
  expect(told(runs)).toEqual([
    ['ads.run_failed', '2'],
    ['ads.run_failed', '3'],
    ['ads.run_recovered', '5'],
  ])
  expect(told(runs, 3_000)).toEqual([['ads.run_recovered', '5']])
  expect(told(runs, 5_000)).toEqual([])
})

test('a run that still goes on, or was stopped, says nothing', () => {
  const stopped = [run(3, 'interrupted'), run(2, 'parked')]
  expect(told([run(4, 'running', { finished_at: null }), ...stopped, run(1, 'failed')])).toEqual([
    ['ads.run_failed', '1'],
  ])
})
