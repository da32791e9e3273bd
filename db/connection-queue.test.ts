import { expect, test } from 'bun:test'
import { ConnectionQueue } from './connection-queue.ts'
import { DatabaseBusyError } from './database.ts'

test('whoever comes when too many wait is refused at once, a transaction later than a read', async () => {
  const queue = new ConnectionQueue(['the only one'], {
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

test('the connection that was in use last is lent first, and one that was silent last', async () => {
  const limits = { waitingReads: 9, waitingTransactions: 9, silenceMs: 20 }
  const queue = new ConnectionQueue(['a', 'b', 'c'], limits)
  const lent = async () => await queue.run(async (connection) => connection, 'waitingReads')
  expect([await lent(), await lent()]).toEqual(['c', 'c'])
  const ended = Promise.withResolvers<void>()
  const during = queue.run(async (connection) => ended.promise.then(() => connection), 'waitingReads')
  expect(await lent()).toBe('b')
  ended.resolve()
  expect([await during, await lent()]).toEqual(['c', 'c'])
  const silent = queue.run(() => new Promise<never>(() => {}), 'waitingReads')
  await expect(silent).rejects.toBeInstanceOf(DatabaseBusyError)
  expect(await Promise.all([lent(), lent(), lent()])).toEqual(['b', 'a', 'c'])
})
