import { expect, test } from 'bun:test'
import { coalesce } from './coalesce.ts'

test('who waits together shares a question, but not one that was asked before they came', async () => {
  const asked: PromiseWithResolvers<void>[] = []
  const settled = coalesce(() => {
    const question = Promise.withResolvers<void>()
    asked.push(question)
    return question.promise
  })
  const order: string[] = []
  const first = Promise.resolve(settled()).then(() => order.push('first'))
  const later = [1, 2].map((n) => Promise.resolve(settled()).then(() => order.push(`later ${n}`)))
  expect(asked).toHaveLength(1)
  asked[0]?.resolve()
  await first
  await Promise.resolve()
  expect(order).toEqual(['first'])
  expect(asked).toHaveLength(2)
  asked[1]?.resolve()
  await Promise.all(later)
  expect(asked).toHaveLength(2)
})

test('what is known at once needs no promise; a failure is for all who wait, and for nobody later', async () => {
  let failures = 0
  const settled = coalesce(() => (failures-- > 0 ? Promise.reject(new Error('away')) : undefined))
  expect(settled()).toBeUndefined()
  failures = 1
  const waiting = await Promise.allSettled([settled(), settled()])
  expect(waiting.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  expect(settled()).toBeUndefined()
})
