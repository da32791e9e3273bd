/**
 * The identity behind a key or a session. Verified ones are cached, but each request first checks in the database whether
 * any key has been revoked, as reads do with the change feed: no server accepts a revoked key for a request that begins
 * after the revocation.
 */
import { createHmac } from 'node:crypto'
import type { Database } from '#db/database.ts'
import { type Caller, SCOPES } from '#server/caller.ts'
import type { Clock } from '#server/platform/clock.ts'
import type { Logger } from '#server/platform/log.ts'
import { evictOldest } from '#server/platform/evict-oldest.ts'
import { coalesce } from '#server/platform/coalesce.ts'
import { hashOf, prefixOf, sameHash } from './key.ts'
import { scopesOf, SESSION_LIFETIME_MS, type KeyStore } from './key-store.ts'

type Awaitable<T> = T | Promise<T>

export interface Identity extends Caller {
  kind: 'key'
  /** Null for `ADMIN_KEY`. */
  keyId: number | null
  /** Milliseconds since the epoch, or Infinity. */
  expiresAt: number
}

/** What was read, and the state of all keys that was known before. */
interface Verified {
  identity: Identity
  state: string | undefined
}

type Find = () => Promise<Identity | undefined>

export interface KeyRingParts {
  store: KeyStore
  keyState: Database['keyState']
  /** Never stored, nor anything that it could be guessed from. */
  adminKey: string | undefined
  clock: Clock
  log: Logger
}

const MAX_REMEMBERED = 10_000
/** Between two times that a key's last use is written down. */
const NOTED_EVERY_MS = 60_000

export class KeyRing implements AsyncDisposable {
  readonly #parts: KeyRingParts
  readonly #admin: { identity: Identity; hash: string } | undefined
  readonly #remembered = new Map<string, Verified>()
  readonly #forgetOldest = evictOldest(this.#remembered)
  #state: string | undefined
  readonly #settled = coalesce(() => this.#ask())
  readonly #noted = new Map<number, number>()
  readonly #notes = new Set<Promise<void>>()

  constructor(parts: KeyRingParts) {
    this.#parts = parts
    if (parts.adminKey !== undefined) this.#admin = { identity: ADMIN, hash: hashOf(parts.adminKey) }
  }

  get hasAdmin(): boolean {
    return this.#admin !== undefined
  }

  /**
   * @param lookUp decides when the database is asked
   * @returns undefined when no such key holds
   */
  ofKey(key: string, lookUp: (find: Find) => ReturnType<Find>): Awaitable<Identity | undefined> {
    const hash = hashOf(key)
    if (this.#admin && sameHash(this.#admin.hash, hash)) return this.#admin.identity
    return this.#verified(hash, async () => {
      const prefix = prefixOf(key)
      return prefix === undefined ? undefined : await lookUp(() => this.#findKey(prefix, hash))
    })
  }

  ofSession(token: string): Awaitable<Identity | undefined> {
    const hash = hashOf(token)
    // Under a name of its own, or a remembered session would pass for a key.
    return this.#verified(`session ${hash}`, () => this.#findSession(token, hash))
  }

  /** @returns the token to put into a cookie, and how long it holds */
  async openSession({ keyId }: Identity): Promise<{ token: string; lifetimeMs: number }> {
    const hashed = (token: string) => (keyId === null ? this.#adminHashOf(token) : hashOf(token))
    return { token: await this.#parts.store.openSession(keyId, hashed), lifetimeMs: SESSION_LIFETIME_MS }
  }

  async closeSession(token: string): Promise<void> {
    const { store } = this.#parts
    await store.closeSession(hashOf(token))
    if (this.#admin) await store.closeSession(this.#adminHashOf(token))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#notes)
  }

  #verified(hash: string, find: Find): Awaitable<Identity | undefined> {
    const settling = this.#settled()
    return settling ? settling.then(() => this.#known(hash, find)) : this.#known(hash, find)
  }

  #known(hash: string, find: Find): Awaitable<Identity | undefined> {
    const known = this.#remembered.get(hash)
    if (known && known.state === this.#state) return this.#inForce(known.identity)
    const state = this.#state
    return find().then((identity) => {
      // Under the state from before it was read: should keys have changed meanwhile, it is read again.
      if (identity) this.#remember(hash, { identity, state })
      else this.#remembered.delete(hash)
      return identity && this.#inForce(identity)
    })
  }

  #inForce(identity: Identity): Identity | undefined {
    const now = this.#parts.clock.now()
    if (identity.expiresAt <= now) return undefined
    if (identity.keyId !== null) this.#noteUse(identity.keyId, now)
    return identity
  }

  #remember(hash: string, verified: Verified): void {
    this.#remembered.set(hash, verified)
    if (this.#remembered.size > MAX_REMEMBERED) this.#forgetOldest()
  }

  #ask(): Awaitable<void> {
    const answer = this.#parts.keyState()
    const take = (state: string): void => {
      this.#state = state
    }
    return answer instanceof Promise ? answer.then(take) : take(answer)
  }

  async #findKey(prefix: string, hash: string): Promise<Identity | undefined> {
    const row = await this.#parts.store.find(prefix)
    return row && sameHash(row.hash, hash) ? ofRow(row) : undefined
  }

  async #findSession(token: string, hash: string): Promise<Identity | undefined> {
    const { store } = this.#parts
    const found = await store.findSession(hash)
    if (found?.key) return ofRow(found.key, found.session.expiresAt)
    const admin = this.#admin && (await store.findSession(this.#adminHashOf(token)))
    return admin && { ...ADMIN, expiresAt: admin.session.expiresAt }
  }

  /** A session that `ADMIN_KEY` opened ends when it is another one; and what is stored does not help to guess it. */
  #adminHashOf(token: string): string {
    return createHmac('sha256', this.#parts.adminKey ?? '')
      .update(token)
      .digest('hex')
  }

  /** Beside the request, which does not wait for it. */
  #noteUse(id: number, now: number): void {
    if (now - (this.#noted.get(id) ?? -Infinity) < NOTED_EVERY_MS) return
    this.#noted.set(id, now)
    const { store, log } = this.#parts
    const note = store
      .noteUse(id, now)
      .catch((error: unknown) => log.warn({ err: error, key_id: id }, 'the last use of a key was not noted'))
      .finally(() => this.#notes.delete(note))
    this.#notes.add(note)
  }
}

const ADMIN: Identity = {
  kind: 'key',
  id: 'admin',
  name: 'admin key',
  scopes: new Set(SCOPES),
  keyId: null,
  expiresAt: Infinity,
}

/** As whom a key calls. */
export function callerIdOf({ id }: Pick<KeyRow, 'id'>): string {
  return `key ${id}`
}

type KeyRow = NonNullable<Awaited<ReturnType<KeyStore['find']>>>

function ofRow(row: KeyRow, sessionExpiresAt = Infinity): Identity | undefined {
  if (row.revokedAt !== null) return undefined
  return {
    kind: 'key',
    id: callerIdOf(row),
    name: row.name,
    scopes: new Set(scopesOf(row)),
    keyId: row.id,
    expiresAt: Math.min(row.expiresAt ?? Infinity, sessionExpiresAt),
  }
}
