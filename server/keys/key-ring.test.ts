/** What a key stands for at a given time, on both databases. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { eq } from 'drizzle-orm'
import type { Database } from '#db/database.ts'
import { openDatabase } from '#db/open.ts'
import { createLogger } from '#server/platform/log.ts'
import { temporaryFolder } from '#scripts/lab/harness/test-server.ts'
import { hashOf } from './key.ts'
import { KeyRing } from './key-ring.ts'
import { databases } from './keys.testing.ts'
import { createKeyStore, SESSION_LIFETIME_MS, type KeyStore } from './key-store.ts'

const log = createLogger({ level: 'silent', format: 'json' })

describe.each(['SQLite', 'PostgreSQL'] as const)('%s', (dialect) => {
  const resources = new AsyncDisposableStack()
  let db: Database
  let time = 1_000_000
  const clock = { now: () => time }
  let store: KeyStore
  let ring: KeyRing

  beforeAll(async () => {
    const folder = resources.use(await temporaryFolder())
    db = resources.adopt(await openDatabase(await databases[dialect](folder.path)), (each) => each.close())
    store = createKeyStore(db, clock)
    ring = resources.use(openRing())
  })
  afterAll(() => resources.disposeAsync())

  const openRing = (keyState: Database['keyState'] = db.keyState) =>
    new KeyRing({ store, keyState, adminKey: undefined, clock, log })
  const create = async (name: string, expiresAt?: number) =>
    await store.create({ name, scopes: ['ads:read'], ...(expiresAt !== undefined && { expiresAt }) })
  const nameOf = async (key: string) => (await ring.ofKey(key, (find) => find()))?.name

  test('of many who start at once, one makes the first key', async () => {
    const made = await Promise.all(Array.from({ length: 8 }, async () => await store.createFirst()))
    expect(made.filter((each) => each !== undefined)).toHaveLength(1)
    expect(await store.list()).toHaveLength(1)
  })

  test('an expiry is kept to, also for what is remembered and for its sessions', async () => {
    const { key } = await create('short', time + 1000)
    expect(await nameOf(key)).toBe('short')
    const identity = await ring.ofKey(key, (find) => find())
    const { token } = await ring.openSession(identity ?? ({} as never))
    expect(await ring.ofSession(token)).toMatchObject({ name: 'short' })
    time += 999
    expect(await nameOf(key)).toBe('short')
    time += 1
    expect(await nameOf(key)).toBeUndefined()
    expect(await ring.ofSession(token)).toBeUndefined()
    expect(await openRing().ofSession(token)).toBeUndefined()
  })

  test('a session ends by itself, and is forgotten then', async () => {
    const { key } = await create('long')
    const identity = await ring.ofKey(key, (find) => find())
    const { token } = await ring.openSession(identity ?? ({} as never))
    time += SESSION_LIFETIME_MS - 1
    expect(await ring.ofSession(token)).toMatchObject({ name: 'long' })
    time += 1
    expect(await ring.ofSession(token)).toBeUndefined()
    expect(await store.findSession(hashOf(token))).toBeDefined()
    time += 1
    await store.forgetExpired()
    expect(await store.findSession(hashOf(token))).toBeUndefined()
  })

  test.each([
    ['revoked', (id: number) => ({ revokedAt: id })],
    ['given another hash', () => ({ hash: 'another' })],
    ['ended earlier', () => ({ expiresAt: 1 })],
  ])('what SQL did to a key holds for the next request: %s', async (_, change) => {
    const { key, id } = await create('direct')
    const { apiKeys } = db.tables
    expect(await nameOf(key)).toBe('direct')
    await db.withTransaction((tx) => tx.update(apiKeys).set(change(id)).where(eq(apiKeys.id, id)))
    expect(await nameOf(key)).toBeUndefined()
  })

  test('so it does for a deleted key, and for scopes that were taken away', async () => {
    const { apiKeys } = db.tables
    const [gone, less] = [await create('gone'), await create('less')]
    expect([await nameOf(gone.key), await nameOf(less.key)]).toEqual(['gone', 'less'])
    await db.withTransaction(async (tx) => {
      await tx.delete(apiKeys).where(eq(apiKeys.id, gone.id))
      await tx.update(apiKeys).set({ scopes: 'products:read root' }).where(eq(apiKeys.id, less.id))
    })
    expect(await nameOf(gone.key)).toBeUndefined()
    const identity = await ring.ofKey(less.key, (find) => find())
    expect([...(identity?.scopes ?? [])]).toEqual(['products:read'])
  })

  test('of a remembered key the database is asked nothing but whether keys have changed', async () => {
    const { key } = await create('often')
    let questions = 0
    const counting = openRing(() => {
      questions += 1
      return db.keyState()
    })
    let lookups = 0
    const countLookups = <T>(find: () => Promise<T>) => {
      lookups += 1
      return find()
    }
    for (let n = 0; n < 5; n += 1) await counting.ofKey(key, countLookups)
    expect({ questions, lookups }).toEqual({ questions: 5, lookups: 1 })
  })

  test('while the database cannot say so, a key that held before is not accepted', async () => {
    const { key } = await create('unsure')
    let broken = false
    const unsure = openRing(() => (broken ? Promise.reject(new Error('away')) : db.keyState()))
    expect(await unsure.ofKey(key, (find) => find())).toMatchObject({ name: 'unsure' })
    broken = true
    await expect(Promise.resolve(unsure.ofKey(key, (find) => find()))).rejects.toThrow('away')
    await store.revoke(key)
    broken = false
    expect(await unsure.ofKey(key, (find) => find())).toBeUndefined()
  })

  test('a use is written down once a minute, and never backwards', async () => {
    const { key, id, prefix } = await create('noted')
    const noted = async () => (await store.find(prefix))?.lastUsedAt
    const began = time
    const busy = openRing()
    for (const laterMs of [0, 59_999, 60_000, 119_999]) {
      time = began + laterMs
      await busy.ofKey(key, (find) => find())
      await busy[Symbol.asyncDispose]()
      expect(await noted()).toBe(began + (laterMs < 60_000 ? 0 : 60_000))
    }
    await store.noteUse(id, began)
    expect(await noted()).toBe(began + 60_000)
  })

  test('its own use does not make the database tell of changed keys', async () => {
    const { id } = await create('quiet')
    const before = await db.keyState()
    await store.noteUse(id, time)
    expect(await db.keyState()).toBe(before)
    await store.revoke(String(id))
    expect(await db.keyState()).not.toBe(before)
  })
})
