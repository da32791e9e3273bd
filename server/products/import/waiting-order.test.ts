import { expect, test } from 'bun:test'
import { afterWhatTheyNeed, circleFrom } from './waiting-order.ts'

const LONG = Array.from({ length: 50_000 }, (_, n) => n)

test('a chain as long as a file is turned round, and a circle keeps all of its items', () => {
  expect(afterWhatTheyNeed(LONG, (n) => [n + 1 < LONG.length ? n + 1 : undefined])).toEqual(LONG.toReversed())
  const round = afterWhatTheyNeed(LONG, (n) => [(n + 1) % LONG.length])
  expect(round.toSorted((a, b) => a - b)).toEqual(LONG)
})

test('a circle is found from any way that leads to it, once', () => {
  const next = (id: number) => ({ 1: 2, 2: 3, 3: 4, 4: 2, 5: 6 })[id]
  const seen = new Set<number>()
  expect(circleFrom(1, seen, next)).toEqual([2, 3, 4])
  expect(circleFrom(3, seen, next)).toEqual([])
  expect(circleFrom(5, seen, next)).toEqual([])
})
