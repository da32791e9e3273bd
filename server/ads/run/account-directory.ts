/**
 * What must be known of accounts before their dates can be named: their time zones, asked once per store, and which
 * accounts a manager has, asked in each run, because they come and go.
 */
import { withRetries, type Refusal } from './with-retries.ts'
import type { OpenSource } from '#server/ads/connect.ts'
import type { ClientAccount } from '#server/ads/google/accounts.ts'
import {
  readAccounts,
  writeAccounts,
  type Accounts,
  type StoredAccount,
} from '#server/ads/store/stored-accounts.ts'

export interface KnownAccounts {
  /** Those that have figures: a manager's clients in its place. */
  customerIds: readonly string[]
  zoneOf: (customerId: string) => string
  /** By account, the manager through which it is reached. */
  managers: Readonly<Record<string, string>>
  refused: ReadonlyMap<string, Refusal>
}

export interface AskingParts {
  dir: string
  kind: OpenSource['kind']
  source: () => Promise<OpenSource>
  signal: AbortSignal
  random: () => number
  /** Whether to write down what was learned; only for the holder of the lock. */
  mayWrite: boolean
  onNotice: (notice: string) => void
}

/** @throws StoreError, ConfigurationError, and the signal's reason */
export async function knowAccounts(
  customerIds: readonly string[],
  parts: AskingParts,
): Promise<KnownAccounts> {
  const { dir, kind, source, mayWrite } = parts
  const held = readAccounts(dir)
  const accounts = { ...held?.accounts }
  const refused = new Map<string, Refusal>()
  for (const customerId of customerIds) {
    const account = accounts[customerId] ?? (await askFor(customerId, await source(), parts))
    if ('failure' in account) refused.set(customerId, account)
    else {
      accounts[customerId] = account
      const refusal = account.manager ? await addClients(customerId, accounts, parts) : undefined
      if (refusal) refused.set(customerId, refusal)
    }
  }
  const known: Accounts = { source: kind, accounts }
  if (mayWrite && JSON.stringify(held) !== JSON.stringify(known)) await writeAccounts(dir, known)
  return {
    customerIds: customerIds
      .flatMap((id) => (refused.has(id) ? [id] : clientsOf([id], accounts)))
      .filter(isFirst),
    refused,
    managers: managersOf(accounts),
    // An account that could not be asked has no dates to fetch; UTC only serves to name those it lacks.
    zoneOf: (customerId) => accounts[customerId]?.timeZone ?? 'UTC',
  }
}

/** The accounts that have figures, as far as the store knows. */
export function clientsOf(
  customerIds: readonly string[],
  accounts: Readonly<Record<string, StoredAccount>>,
): string[] {
  return customerIds.flatMap((id) => accounts[id]?.clients ?? [id]).filter(isFirst)
}

/** By account, the manager through which it is reached. */
export function managersOf(accounts: Readonly<Record<string, StoredAccount>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(accounts).flatMap(([id, { via }]) => (via === undefined ? [] : [[id, via]])),
  )
}

async function askFor(customerId: string, source: OpenSource, parts: AskingParts) {
  return await withRetries(async (asking) => await source.account(customerId, asking), parts)
}

async function addClients(
  managerId: string,
  accounts: Record<string, StoredAccount>,
  parts: AskingParts,
): Promise<Refusal | undefined> {
  const source = await parts.source()
  const found = await withRetries(
    async (asking) => ({ clients: await source.clients(managerId, asking) }),
    parts,
  )
  if ('failure' in found) return found
  const advertisers = found.clients.filter(({ manager }) => !manager)
  const open = advertisers.filter(isOpen)
  for (const client of advertisers.filter((each) => !isOpen(each)))
    parts.onNotice(
      `Account ${client.id} (${client.name}) of manager ${managerId} is left out: ${whyNot(client)}.`,
    )
  if (open.length === 0) return refusedManager(managerId)
  for (const { id, timeZone, currency } of open)
    accounts[id] = { timeZone, currency, manager: false, via: managerId }
  const manager = accounts[managerId]
  if (manager) accounts[managerId] = { ...manager, clients: open.map(({ id }) => id).toSorted() }
  return undefined
}

function isOpen({ status, hidden, timeZone }: ClientAccount): boolean {
  return status === 'ENABLED' && !hidden && timeZone !== ''
}

function whyNot({ status, hidden }: ClientAccount): string {
  if (hidden) return 'it is hidden'
  return status === 'ENABLED' ? 'its time zone is not known' : `its status is ${status || 'not known'}`
}

function refusedManager(customerId: string): Refusal {
  const detail = `${customerId} is a manager account, which has no figures of its own, and none of its client accounts is enabled.`
  return { failure: { code: 'REQUEST_REFUSED', detail }, decision: { do: 'stop', scope: 'customer' } }
}

function isFirst<T>(value: T, index: number, all: readonly T[]): boolean {
  return all.indexOf(value) === index
}
