import { expect, test } from 'bun:test'
import { withTimeout } from './with-timeout.ts'

const late = () => new Error('late')
const never = new Promise<never>(() => {})

test('what settles in time is the result, and what does not is an error', async () => {
  expect(await withTimeout(60_000, Promise.resolve(7), late)).toBe(7)
  expect(withTimeout(60_000, Promise.reject(new Error('refused')), late)).rejects.toThrow('refused')
  expect(withTimeout(4, never, late)).rejects.toThrow('late')
})

test('a pause of this process is not taken for a silence of the other side', async () => {
  const { promise, resolve } = Promise.withResolvers<string>()
  const answered = withTimeout(40, promise, late)
  const pauseEnds = performance.now() + 100
  while (performance.now() < pauseEnds);
  setTimeout(resolve, 0, 'in time')
  expect(await answered).toBe('in time')
})
