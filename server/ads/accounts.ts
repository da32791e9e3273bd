/** What must be known of an account before its dates can be named: its time zone. Asked once per store. */
import { setTimeout as sleep } from 'node:timers/promises'
import { toFailure, type Failure } from './errors.ts'
import type { OpenSource } from './connect.ts'
import type { Account } from './google/client.ts'
import { decide, type Decision } from './retry.ts'
import { readAccounts, writeAccounts } from './store/accounts.ts'

export interface RefusedAccount {
  failure: Failure
  decision: Exclude<Decision, { do: 'retry' }>
}

export interface KnownAccounts {
  zoneOf: (customerId: string) => string
  refused: ReadonlyMap<string, RefusedAccount>
}

export interface AskingParts {
  dir: string
  kind: OpenSource['kind']
  source: () => Promise<OpenSource>
  signal: AbortSignal
  random: () => number
}

/**
 * Remembers what it learns, so that the next run need not ask.
 * @throws StoreError, ConfigurationError, and the signal's reason
 */
export async function knowAccounts(
  customerIds: readonly string[],
  { dir, kind, source, signal, random }: AskingParts,
): Promise<KnownAccounts> {
  const held = readAccounts(dir)
  const accounts = { ...held?.accounts }
  const refused = new Map<string, RefusedAccount>()
  for (const customerId of customerIds) {
    const account = accounts[customerId] ?? (await ask(await source(), customerId, { signal, random }))
    if ('failure' in account) refused.set(customerId, account)
    else {
      accounts[customerId] = account
      if (account.manager) refused.set(customerId, refusedManager(customerId))
    }
  }
  const learned = Object.keys(accounts).length > Object.keys(held?.accounts ?? {}).length
  if (learned || held?.source !== kind) await writeAccounts(dir, { source: kind, accounts })
  // An account that could not be asked has no dates to fetch; UTC only serves to name those it lacks.
  return { refused, zoneOf: (customerId) => accounts[customerId]?.timeZone ?? 'UTC' }
}

async function ask(
  source: OpenSource,
  customerId: string,
  { signal, random }: Pick<AskingParts, 'signal' | 'random'>,
): Promise<Account | RefusedAccount> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await source.account(customerId, { signal, meter: { requests: 0, units: 0 } })
    } catch (error) {
      signal.throwIfAborted()
      const failure = toFailure(error)
      const decision = decide(failure, attempt, random)
      if (decision.do !== 'retry') return { failure, decision }
      // Its own rejection would not be the signal's reason.
      await sleep(decision.afterMs, undefined, { signal }).catch(() => signal.throwIfAborted())
    }
  }
}

function refusedManager(customerId: string): RefusedAccount {
  const detail = `${customerId} is a manager account, which has no figures of its own: name its client accounts in GOOGLE_ADS_CUSTOMER_ID.`
  return { failure: { code: 'REQUEST_REFUSED', detail }, decision: { do: 'stop', scope: 'customer' } }
}
