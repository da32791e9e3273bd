import { expect, test } from 'bun:test'
import { sharedQuestion } from './shared-question.ts'

test('who waits together shares a question, but not one that was asked before they came', async () => {
  const asked: PromiseWithResolvers<void>[] = []
  const settled = sharedQuestion(() => {
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

test('what is known at once needs no promise, and what failed is asked anew', async () => {
  let failures = 0
  const settled = sharedQuestion(() => (failures-- > 0 ? Promise.reject(new Error('away')) : undefined))
  expect(settled()).toBeUndefined()
  failures = 1
  const failed = Promise.resolve(settled())
  const waiting = Promise.resolve(settled())
  await expect(failed).rejects.toThrow('away')
  expect(await waiting).toBeUndefined()
  expect(settled()).toBeUndefined()
})
