/** Whose data the store holds. An account's time zone never changes, so it is asked once per store, not per run. */
import { ConfigurationError } from '#server/ads/errors.ts'
import { SOURCE_KINDS, type SourceKind } from '#server/ads/connect.ts'
import type { Account } from '#server/ads/google/accounts.ts'
import { isRecord, readState, writeState } from './state.ts'

export interface StoredAccount extends Account {
  /** Of a manager: its accounts that have figures. */
  clients?: readonly string[]
  /** The manager through which it was found. */
  via?: string
}

export interface Accounts {
  source: SourceKind
  accounts: Record<string, StoredAccount>
}

export function readAccounts(dir: string): Accounts | undefined {
  return readState(dir, 'accounts.json', isAccounts)
}

/** @throws StoreError */
export async function writeAccounts(dir: string, accounts: Accounts): Promise<void> {
  await writeState(dir, 'accounts.json', accounts)
}

/** Made-up figures among real ones could never be told apart again. @throws ConfigurationError */
export function refuseMixing(dir: string, source: SourceKind): void {
  const held = readAccounts(dir)?.source
  if (held === undefined || (held === 'demo') === (source === 'demo')) return
  throw new ConfigurationError(
    `The store ${dir} holds ${held === 'demo' ? 'demo' : 'real'} data, and ${source} would mix into it: choose another folder (--out, ADS_DIR) or remove this one.`,
  )
}

function isAccounts(value: unknown): value is Accounts {
  return (
    isRecord(value) &&
    (SOURCE_KINDS as readonly unknown[]).includes(value['source']) &&
    isRecord(value['accounts']) &&
    Object.values(value['accounts']).every(
      (account) => isRecord(account) && typeof account['timeZone'] === 'string',
    )
  )
}
