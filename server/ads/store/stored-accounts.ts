/**
 * Whose data the store holds. An account is asked about itself before its dates are fetched, and what it was stays
 * readable when it closes: it is then no longer asked for figures.
 */
import { isTimeZone } from '#server/ads/calendar.ts'
import { SOURCE_KINDS, type SourceKind } from '#server/ads/connect.ts'
import type { Account } from '#server/ads/google/accounts.ts'
import { isRecord, readState, writeState } from './state.ts'

export interface StoredAccount extends Account {
  /** Of a manager: its accounts that have figures and are open. */
  clients?: readonly string[]
  /** The manager through which it was found. */
  via?: string
  /** Why it is no longer asked. */
  closed?: string
  /** Its days were others until then: what was fetched before has to be fetched again. */
  zoneBefore?: { timeZone: string; until: string }
}

export type AccountsById = Readonly<Record<string, StoredAccount>>

export interface Accounts {
  source: SourceKind
  accounts: AccountsById
}

export function readAccounts(dir: string): Accounts | undefined {
  return readState(dir, 'accounts.json', isAccounts)
}

/** @throws StoreError */
export async function writeAccounts(dir: string, accounts: Accounts): Promise<void> {
  await writeState(dir, 'accounts.json', accounts)
}

/** Those that are asked for figures: a manager's open clients in its place, as far as the store knows. */
export function openAccounts(customerIds: readonly string[], accounts: AccountsById): string[] {
  return customerIds
    .flatMap((id) => accounts[id]?.clients ?? [id])
    .filter((id) => accounts[id]?.closed === undefined)
    .filter(isFirst)
}

/** Those whose figures may be read: the same and, after them, those that have closed. */
export function readableAccounts(customerIds: readonly string[], accounts: AccountsById): string[] {
  const open = openAccounts(customerIds, accounts)
  const closed = Object.entries(accounts)
    .filter(([id, { closed: why, via }]) => why !== undefined && customerIds.includes(via ?? id))
    .map(([id]) => id)
  return [...open, ...closed].filter(isFirst)
}

/** By account, the manager through which it is reached. */
export function managersOf(accounts: AccountsById): Record<string, string> {
  return Object.fromEntries(
    Object.entries(accounts).flatMap(([id, { via }]) => (via === undefined ? [] : [[id, via]])),
  )
}

function isFirst<T>(value: T, index: number, all: readonly T[]): boolean {
  return all.indexOf(value) === index
}

function isAccounts(value: unknown): value is Accounts {
  return (
    isRecord(value) &&
    (SOURCE_KINDS as readonly unknown[]).includes(value['source']) &&
    isRecord(value['accounts']) &&
    Object.values(value['accounts']).every(isAccount)
  )
}

/** A time zone that there is not would end whatever asks for a date in it. */
function isAccount(value: unknown): boolean {
  if (!isRecord(value)) return false
  const { timeZone, clients = [], zoneBefore } = value
  const zones = [timeZone, ...(isRecord(zoneBefore) ? [zoneBefore['timeZone']] : [])]
  return Array.isArray(clients) && zones.every((zone) => typeof zone === 'string' && isTimeZone(zone))
}
