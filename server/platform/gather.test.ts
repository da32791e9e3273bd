import { expect, test } from 'bun:test'
import { gather } from './gather.ts'

/** Records what is handed over; each handful is under way until it is let go. */
function recorder() {
  const handed: { items: readonly number[]; end: () => void }[] = []
  const add = gather<number>({
    handle: async (items) => {
      const ended = Promise.withResolvers<void>()
      handed.push({ items, end: ended.resolve })
      await ended.promise
    },
    maxItems: 5,
    patienceMs: 60_000,
  })
  const end = async (index: number) => {
    handed[index]?.end()
    await Bun.sleep(0)
  }
  return { add, end, handed: () => handed.map(({ items }) => items) }
}

test('an item that comes while none is under way is handed over at once', async () => {
  const { add, end, handed } = recorder()
  add(1)
  expect(handed()).toEqual([[1]])
  await end(0)
  add(2)
  expect(handed()).toEqual([[1], [2]])
})

test('what comes meanwhile is handed over in equal parts, in order, and none of it twice', async () => {
  const { add, end, handed } = recorder()
  for (const item of [1, 2, 3, 4, 5, 6]) add(item)
  expect(handed()).toEqual([[1], [2]])
  await end(0)
  expect(handed()).toEqual([[1], [2], [3, 4, 5]])
  // One is less than what is under way: it waits for more, or for the others to end.
  await end(1)
  expect(handed()).toHaveLength(3)
  for (const item of [7, 8]) add(item)
  expect(handed().at(-1)).toEqual([6, 7, 8])
  await end(2)
  await end(3)
  expect(handed().flat()).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
})

test('no more are handed over together than there may be', async () => {
  const { add, end, handed } = recorder()
  for (let item = 0; item < 30; item += 1) add(item)
  for (let index = 0; index < 10; index += 1) await end(index)
  expect(handed().every(({ length }) => length <= 5)).toBe(true)
  expect(handed().flat()).toHaveLength(30)
})

test('what is under way for too long holds up no others', async () => {
  const handed: (readonly number[])[] = []
  const add = gather<number>({
    handle: async (items) => {
      handed.push(items)
      if (items.includes(1) || items.includes(2)) await new Promise(() => {})
    },
    maxItems: 5,
    patienceMs: 1,
  })
  for (const item of [1, 2, 3]) add(item)
  const third = Promise.withResolvers<void>()
  const timer = setInterval(() => handed.flat().includes(3) && third.resolve(), 1)
  await third.promise
  clearInterval(timer)
  expect(handed.flat()).toEqual([1, 2, 3])
})
