/** API keys and sessions as they are stored: of either only the hash. */
import { and, desc, eq, gt, inArray, isNull, lt, ne, not, notInArray, or, type SQL } from 'drizzle-orm'
import type { Database, Queries } from '#db/database.ts'
import type { ApiKeyRow } from '#db/schema.postgres.ts'
import { SCOPES, type Scope } from '#server/caller.ts'
import { ProblemError } from '#server/errors.ts'
import type { Clock } from '#server/platform/clock.ts'
import { hashOf, newKey, randomText, referredPrefix } from './key.ts'

export interface ApiKey extends Omit<ApiKeyRow, 'scopes' | 'hash'> {
  scopes: Scope[]
}

/** Of a key that is created: shown once, and stored nowhere. */
export interface CreatedKey extends ApiKey {
  key: string
}

export interface KeyWishes {
  name: string
  scopes: readonly Scope[]
  expiresAt?: number | null
}

export const SESSION_LIFETIME_MS = 7 * 24 * 3_600_000
const SESSION_TOKEN_LENGTH = 43
/** Each is looked up by every server that it comes to, and listed. */
const MAX_KEYS = 1_000
/** Of those that have ended: the newest are listed. */
const MAX_ENDED_LISTED = 1_000
/** Of one key, for all its browsers; another one ends the oldest. */
const MAX_SESSIONS = 50
const FIRST_KEY = { name: 'first key', scopes: SCOPES }

export interface KeyStore extends ReturnType<typeof actionsOf> {
  /** The same store, whose writes go into this transaction, for the caller to commit. */
  within(tx: Queries): KeyStore
}

interface Parts {
  clock: Clock
  begin: Database['withTransaction']
}

export function createKeyStore(db: Database, clock: Clock): KeyStore {
  return storeOf(db, { clock, begin: db.withTransaction })
}

function storeOf(db: Database, parts: Parts): KeyStore {
  return {
    ...actionsOf(db, parts),
    within: (tx) => storeOf(db, { ...parts, begin: (run) => run(tx) }),
  }
}

function actionsOf(db: Database, { clock, begin }: Parts) {
  const { apiKeys, keyState } = db.tables

  const inForce = () =>
    and(isNull(apiKeys.revokedAt), or(isNull(apiKeys.expiresAt), gt(apiKeys.expiresAt, clock.now())))

  const create = async (tx: Queries, wishes: KeyWishes): Promise<CreatedKey> => {
    const { name, scopes, expiresAt = null } = wishes
    if ((await tx.$count(apiKeys, inForce())) >= MAX_KEYS)
      throw new ProblemError('KEY_LIMIT_REACHED', `There are ${MAX_KEYS} keys already.`)
    const isForFeeds = scopes.every((scope) => scope === 'feeds:read')
    const { key, prefix } = newKey(isForFeeds ? 'feed' : 'ak')
    const [row] = await tx
      .insert(apiKeys)
      .values({
        prefix,
        hash: hashOf(key),
        name,
        scopes: scopes.join(' '),
        createdAt: clock.now(),
        expiresAt,
      })
      .returning()
    if (!row) throw new Error('A key was inserted and did not come back.')
    return { ...toApiKey(row), key }
  }

  return {
    ...sessionsIn(db, { clock, begin }),
    ...revocationIn(db, { clock, begin }),

    /** @throws ProblemError `KEY_LIMIT_REACHED` */
    create: async (wishes: KeyWishes): Promise<CreatedKey> => await begin((tx) => create(tx, wishes)),

    /** With every scope, if there has never been a key; of several servers that start at once, one makes it. */
    createFirst: async (): Promise<CreatedKey | undefined> =>
      await begin(async (tx) => {
        await db.forUpdate(tx.select().from(keyState))
        const [any] = await tx.select({ id: apiKeys.id }).from(apiKeys).limit(1)
        return any ? undefined : await create(tx, FIRST_KEY)
      }),

    /** Newest first: all that hold, and the last that ended. */
    async list(): Promise<ApiKey[]> {
      const ended = db.reader
        .select({ id: apiKeys.id })
        .from(apiKeys)
        .where(not(inForce() as SQL))
        .orderBy(desc(apiKeys.id))
        .limit(MAX_ENDED_LISTED)
      const listed = or(inForce(), inArray(apiKeys.id, ended))
      return (await db.reader.select().from(apiKeys).where(listed).orderBy(desc(apiKeys.id))).map(toApiKey)
    },

    /** Whatever became of it: see `holdsAt`. */
    find: async (prefix: string): Promise<ApiKeyRow | undefined> =>
      (await db.reader.select().from(apiKeys).where(eq(apiKeys.prefix, prefix)))[0],

    async noteUse(id: number, at: number): Promise<void> {
      const earlier = or(isNull(apiKeys.lastUsedAt), lt(apiKeys.lastUsedAt, at))
      await begin((tx) =>
        tx
          .update(apiKeys)
          .set({ lastUsedAt: at })
          .where(and(eq(apiKeys.id, id), earlier)),
      )
    },
  }
}

function revocationIn(db: Database, { clock, begin }: Parts) {
  const { apiKeys } = db.tables
  return {
    /**
     * Once it has resolved, no server accepts the key any more.
     * @param reference its id or its prefix
     * @param isMeant of another key nothing is revoked
     * @returns the key, and whether it was revoked before; undefined when there is none
     */
    revoke: async (
      reference: string,
      isMeant: (key: ApiKey) => boolean = () => true,
    ): Promise<{ key: ApiKey; before: boolean } | undefined> => {
      const named = referredTo(reference, apiKeys)
      if (!named) return undefined
      return await begin(async (tx) => {
        const [row] = await db.forUpdate(tx.select().from(apiKeys).where(named))
        if (!row || !isMeant(toApiKey(row))) return undefined
        if (row.revokedAt !== null) return { key: toApiKey(row), before: true }
        const revokedAt = clock.now()
        await tx.update(apiKeys).set({ revokedAt }).where(eq(apiKeys.id, row.id))
        return { key: toApiKey({ ...row, revokedAt }), before: false }
      })
    },
  }
}

function sessionsIn(db: Database, { clock, begin }: Parts) {
  const { apiKeys, sessions } = db.tables
  return {
    /**
     * @param keyId null for `ADMIN_KEY`
     * @param hashed of the token, as it is stored
     * @returns the token, for the cookie
     */
    async openSession(keyId: number | null, hashed: (token: string) => string): Promise<string> {
      const token = randomText(SESSION_TOKEN_LENGTH)
      const hash = hashed(token)
      const createdAt = clock.now()
      const ofKey = keyId === null ? isNull(sessions.keyId) : eq(sessions.keyId, keyId)
      await begin(async (tx) => {
        await tx
          .insert(sessions)
          .values({ hash, keyId, createdAt, expiresAt: createdAt + SESSION_LIFETIME_MS })
        const newest = tx
          .select({ hash: sessions.hash })
          .from(sessions)
          .where(ofKey)
          .orderBy(desc(sessions.createdAt))
          .limit(MAX_SESSIONS)
        await tx
          .delete(sessions)
          .where(and(ofKey, ne(sessions.hash, hash), notInArray(sessions.hash, newest)))
      })
      return token
    },

    /** With its key, whatever became of it. */
    async findSession(hash: string) {
      const [found] = await db.reader
        .select({ session: sessions, key: apiKeys })
        .from(sessions)
        .leftJoin(apiKeys, eq(apiKeys.id, sessions.keyId))
        .where(eq(sessions.hash, hash))
      return found
    },

    async closeSession(hash: string): Promise<void> {
      await begin((tx) => tx.delete(sessions).where(eq(sessions.hash, hash)))
    },

    forgetExpired: async (): Promise<void> => {
      await begin((tx) => tx.delete(sessions).where(lt(sessions.expiresAt, clock.now())))
    },
  }
}

/** Scopes that this version does not know give nothing. */
export function scopesOf({ scopes }: Pick<ApiKeyRow, 'scopes'>): Scope[] {
  const given = new Set(scopes.split(' '))
  return SCOPES.filter((scope) => given.has(scope))
}

function toApiKey(row: ApiKeyRow): ApiKey {
  const { id, prefix, name, createdAt, expiresAt, lastUsedAt, revokedAt } = row
  return { id, prefix, name, scopes: scopesOf(row), createdAt, expiresAt, lastUsedAt, revokedAt }
}

function referredTo(reference: string, keys: Database['tables']['apiKeys']): SQL | undefined {
  if (/^\d{1,7}$/.test(reference)) return eq(keys.id, Number(reference))
  const prefix = referredPrefix(reference)
  return prefix === undefined ? undefined : eq(keys.prefix, prefix)
}
