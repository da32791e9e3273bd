import { expect, test } from 'bun:test'
import { ConnectionQueue } from './connection-queue.ts'
import { DatabaseBusyError } from './database.ts'

test('whoever comes when too many wait is refused at once, a transaction later than a read', async () => {
  const queue = new ConnectionQueue({
    connections: 1,
    waitingReads: 2,
    waitingTransactions: 3,
    silenceMs: 60_000,
  })
  const blocked = Promise.withResolvers<string>()
  const run = (bound: 'waitingReads' | 'waitingTransactions') => queue.run(() => blocked.promise, bound)
  const accepted = [run('waitingReads'), run('waitingReads'), run('waitingReads')]
  expect(queue.waiting).toBe(2)
  await expect(run('waitingReads')).rejects.toBeInstanceOf(DatabaseBusyError)
  accepted.push(run('waitingTransactions'))
  await expect(run('waitingTransactions')).rejects.toBeInstanceOf(DatabaseBusyError)
  blocked.resolve('done')
  expect(await Promise.all(accepted)).toEqual(['done', 'done', 'done', 'done'])
  expect(queue.waiting).toBe(0)
  expect(await run('waitingReads')).toBe('done')
})
