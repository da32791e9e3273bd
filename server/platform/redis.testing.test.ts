/** The faults that the cache is tested with must be real ones. */
import { expect, test } from 'bun:test'
import { temporaryRedis } from './redis.testing.ts'

test('a temporary Redis comes back at its address: empty, or as it was when its dump was saved', async () => {
  await using redis = await temporaryRedis()
  await redis.command('SET', 'colour', 'red')
  const dump = await redis.saveDump()
  await redis.command('SET', 'colour', 'blue')

  await redis.kill()
  await redis.start()
  expect(await redis.command('GET', 'colour')).toBeNull()

  await redis.kill()
  await redis.start(dump)
  expect(await redis.command('GET', 'colour')).toBe('red')
})

test('a paused Redis answers when it goes on', async () => {
  await using redis = await temporaryRedis()
  await redis.command('SET', 'colour', 'red')
  redis.pause()
  const asked = redis.command('GET', 'colour')
  expect(await Promise.race([asked, Bun.sleep(50).then(() => 'nothing')])).toBe('nothing')
  redis.resume()
  expect(await asked).toBe('red')
})

test('it can be killed while it is paused', async () => {
  await using redis = await temporaryRedis()
  redis.pause()
  await redis.kill()
  await redis.start()
  expect(await redis.command('PING')).toBe('PONG')
})
