import { expect, test } from 'bun:test'
import { fits, proposedFor, REASONS } from './reasons.ts'

test('what comes in was neither sold nor lost, what goes out neither received nor returned', () => {
  expect(REASONS.filter((reason) => !fits(reason, 3))).toEqual(['sold', 'damaged', 'lost'])
  expect(REASONS.filter((reason) => !fits(reason, -3))).toEqual(['received', 'returned'])
  for (const undecided of [0, Number.NaN])
    expect(REASONS.every((reason) => fits(reason, undecided))).toBe(true)
})

test('the proposed reason always fits', () => {
  for (const delta of [-3, 3]) expect(fits(proposedFor(delta), delta)).toBe(true)
})
