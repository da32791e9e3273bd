import { expect, test } from 'bun:test'
import { nextTurn } from './turns.ts'

function work(ms: number): void {
  const endsAt = performance.now() + ms
  while (performance.now() < endsAt);
}

test('between two pieces of long work other work is done, however much long work there is', async () => {
  let others = 0
  const other = setInterval(() => (others += 1), 0)
  const pieces: number[] = []
  const long = async (name: number) => {
    for (let piece = 0; piece < 5; piece += 1) {
      await nextTurn()
      work(10)
      pieces.push(name)
    }
  }
  await Promise.all([long(1), long(2), long(3)])
  clearInterval(other)
  // As many times as there were pieces, but for what a timer may come late.
  expect(others).toBeGreaterThan(7)
  expect(pieces).toHaveLength(15)
  expect(new Set(pieces.slice(0, 3))).toEqual(new Set([1, 2, 3]))
})
