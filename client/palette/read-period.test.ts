import { expect, test } from 'bun:test'
import { readPeriod } from './read-period.ts'

const TODAY = '2026-03-10'

test.each([
  ['2025-10-03', '2025-10-03', '2025-10-03'],
  ['2025-10', '2025-10-01', '2025-10-31'],
  ['oct 2025', '2025-10-01', '2025-10-31'],
  ['October', '2025-10-01', '2025-10-31'],
  ['feb', '2026-02-01', '2026-02-28'],
  ['march', '2026-03-01', '2026-03-10'],
  ['dec. 2024', '2024-12-01', '2024-12-31'],
  ['februar 2024', '2024-02-01', '2024-02-29'],
])('%s is from %s to %s', (typed, from, to) => {
  expect(readPeriod(typed, TODAY, 'de')).toEqual({ from, to })
})

test.each(['', 'lamp', 'oc', '2025-13', '2025-02-30', '2027-01-01', 'oct 2027', 'oct nov'])(
  '%p is no period that there was',
  (typed) => {
    expect(readPeriod(typed, TODAY)).toBeUndefined()
  },
)
