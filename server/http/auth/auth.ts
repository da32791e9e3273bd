/** Authenticates a request, by `Authorization: Bearer` or the page's cookie, the same way for every transport. */
import { type Caller, SCOPES } from '#server/caller.ts'
import { whileAvailable, type Availability } from '#server/invoke.ts'
import { ProblemError } from '#server/errors.ts'
import type { Identity, KeyRing } from '#server/keys/key-ring.ts'
import type { Gcra } from '#server/platform/gcra.ts'
import { exchangeOf } from '#server/http/exchange.ts'
import { createFailedLogins, type FailedLoginOptions } from '#server/http/limits/failed-logins.ts'
import { requireOwnOrigin } from './own-origin.ts'
import { requestIdOf } from '#server/http/problem.ts'

type Awaitable<T> = T | Promise<T>

export interface Auth {
  mode: 'open' | 'keys'
  /**
   * Never throws at once, but may reject: `KEY_INVALID`, `CROSS_SITE_REFUSED`, `RATE_LIMITED` after too many wrong keys,
   * `UNAVAILABLE`. A request is looked at once, however often its caller is asked for.
   */
  callerOf: (request: Request) => Awaitable<Caller>
  /** Whose limits a request counts for: a verified key's, which has an id; else undefined. Never rejects. */
  rateLimitKey: (request: Request) => Awaitable<string | undefined>
  /** The caller of a request without a key. */
  anonymous: Caller
  /** Aborts with a `ProblemError` when the caller may no longer listen; looks until `ended`. */
  abortOnRevocation: (request: Request, ended: AbortSignal) => AbortSignal
  sessions: Sessions | undefined
}

export interface Sessions {
  /** @returns the cookie's value and the caller */
  open: (request: Request, key: string) => Promise<{ token: string; caller: Caller; lifetimeMs: number }>
  /** @returns the caller whose session it was; undefined when there is none in force */
  close: (request: Request) => Promise<Caller | undefined>
}

export interface AuthOptions extends Omit<Availability, 'requestId'>, FailedLoginOptions {
  keys: KeyRing
  /** Without a key, too. */
  publicReads: boolean
}

export const SESSION_COOKIE = 'adstock_session'
const SESSION_TOKEN = new RegExp(`(?:^|;\\s*)${SESSION_COOKIE}=([0-9A-Za-z]{43})(?:;|$)`)
const FEEDS = '/v1/feeds/'
/** Of one key: each is a row. */
const SIGN_INS = { requests: 20, windowMs: 60_000 }
/** An open stream ends within this time and a question to the database after its key was revoked. */
const STREAM_CHECK_MS = 2_000

const EVERYONE: Caller = { kind: 'open', id: 'anyone', name: 'anyone', scopes: new Set(SCOPES) }

/** config.ts refuses to start so where callers would have to be told apart. */
export const OPEN: Auth = {
  mode: 'open',
  callerOf: () => EVERYONE,
  rateLimitKey: () => undefined,
  anonymous: EVERYONE,
  abortOnRevocation: (_, ended) => ended,
  sessions: undefined,
}

export function createAuth(options: AuthOptions): Auth {
  const { keys, publicReads } = options
  const anonymous: Caller = {
    kind: 'anonymous',
    id: 'anonymous',
    name: 'anonymous',
    scopes: new Set(publicReads ? ['products:read'] : []),
  }
  const identify = createIdentification(options)

  const identifyOnce = (request: Request, counts: boolean): Awaitable<Caller> =>
    patiently(request, options, () => {
      const given = request.headers.get('authorization')
      if (given !== null) return identify.byKey(request, bearerOf(given), counts)
      const feedKey = feedKeyOf(request)
      if (feedKey !== null) return identify.byKey(request, feedKey, counts)
      const token = sessionTokenOf(request)
      return token === undefined ? anonymous : identify.bySession(request, token)
    })

  const callerOf = (request: Request): Awaitable<Caller> => {
    const exchange = exchangeOf(request)
    return (exchange.caller ??= identifyOnce(request, true))
  }

  return {
    mode: 'keys',
    callerOf,
    rateLimitKey(request) {
      const caller = callerOf(request)
      return caller instanceof Promise ? caller.then(keyIdOf, () => undefined) : keyIdOf(caller)
    },
    anonymous,
    abortOnRevocation: (request, ended) =>
      watch(ended, async () => void (await identifyOnce(request, false))),
    sessions: {
      async open(request, key) {
        const identity = await patiently(request, options, () => identify.byKey(request, key, true))
        if (options.limited) requireFewSignIns(options.attempts, identity.id)
        return { ...(await keys.openSession(identity)), caller: identity }
      },
      async close(request) {
        const token = sessionTokenOf(request)
        if (token === undefined) return undefined
        const identity = await keys.ofSession(token)
        await keys.closeSession(token)
        return identity
      },
    },
  }
}

function createIdentification(options: AuthOptions) {
  const { keys } = options
  const failedLogins = createFailedLogins(options)
  return {
    /** @param counts whether a wrong key is an attempt, of which there may not be many */
    byKey(request: Request, key: string, counts: boolean): Awaitable<Identity> {
      const found = keys.ofKey(key, (find) => failedLogins.lookUp(request, key, find))
      const accept = (identity: Identity | undefined) => {
        const refusal = identity || !counts ? undefined : failedLogins.record(request, key)
        if (refusal) throw refusal
        return accepted(identity, 'This API key is unknown, revoked or expired.')
      }
      return found instanceof Promise ? found.then(accept) : accept(found)
    },
    bySession(request: Request, token: string): Awaitable<Identity> {
      requireOwnOrigin(request)
      const found = keys.ofSession(token)
      return found instanceof Promise ? found.then(acceptSession) : acceptSession(found)
    },
  }
}

/** Counted when the key is known to be right: wrong ones must not keep its owner out. @throws ProblemError */
function requireFewSignIns(attempts: Gcra, id: string): void {
  const { allowed, retryAfterMs } = attempts.consume({ caller: `sign-in ${id}`, rate: SIGN_INS, cost: 1 })
  if (!allowed)
    throw new ProblemError(
      'RATE_LIMITED',
      'This key has opened many sessions: wait as long as Retry-After says.',
      {
        retry_after: Math.max(1, Math.ceil(retryAfterMs / 1000)),
      },
    )
}

function acceptSession(identity: Identity | undefined): Identity {
  return accepted(identity, 'This session has ended: sign in again.')
}

function accepted(identity: Identity | undefined, detail: string): Identity {
  if (identity) return identity
  throw new ProblemError('KEY_INVALID', detail)
}

/** Where nothing has to be waited for there is no promise; after a lost connection the question is repeated. */
function patiently<T>(
  request: Request,
  { log, isUnavailable }: Omit<Availability, 'requestId'>,
  ask: () => Awaitable<T>,
): Awaitable<T> {
  let first: Promise<T> | undefined
  try {
    const answer = ask()
    if (!(answer instanceof Promise)) return answer
    first = answer
  } catch (error) {
    first = Promise.reject(error)
  }
  const ctx = { log, isUnavailable, requestId: requestIdOf(request) }
  return whileAvailable(ctx, 'query', async () => {
    const begun = first
    first = undefined
    return await (begun ?? ask())
  })
}

/** Aborts with what `look` rejects with, which is asked every so often until `ended`. */
function watch(ended: AbortSignal, look: () => Promise<void>): AbortSignal {
  const refused = new AbortController()
  const timer = setInterval(() => void look().catch((error) => refused.abort(error)), STREAM_CHECK_MS)
  const signal = AbortSignal.any([ended, refused.signal])
  signal.addEventListener('abort', () => clearInterval(timer), { once: true })
  return signal
}

function keyIdOf({ kind, id }: Caller): string | undefined {
  return kind === 'key' ? id : undefined
}

function bearerOf(header: string): string {
  const key = /^bearer +(\S+) *$/i.exec(header)?.[1]
  if (key === undefined) throw new ProblemError('KEY_INVALID', 'Send the key as Authorization: Bearer ak_…')
  return key
}

/** Addresses are logged and passed on: only a key that reads feeds, and nothing else, is taken from one. */
function feedKeyOf(request: Request): string | null {
  if (!exchangeOf(request).path.startsWith(FEEDS)) return null
  const key = new URL(request.url).searchParams.get('key')
  if (key !== null && !key.startsWith('feed_'))
    throw new ProblemError('KEY_INVALID', 'Only a feed key, feed_…, is taken from an address.')
  return key
}

function sessionTokenOf(request: Request): string | undefined {
  return SESSION_TOKEN.exec(request.headers.get('cookie') ?? '')?.[1]
}
