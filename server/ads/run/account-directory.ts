/**
 * What must be known of accounts before their dates can be named. The store knows what an account said last; it is
 * asked again before anything is fetched, because accounts close, open again and, rarely, change their time zone. A
 * manager is asked for its accounts in each run.
 */
import { withRetries, type Refusal, type RetryOptions } from './with-retries.ts'
import { isTimeZone } from '#server/ads/calendar.ts'
import type { OpenSource } from '#server/ads/connect.ts'
import type { Account, ClientAccount } from '#server/ads/google/accounts.ts'
import {
  managersOf,
  openAccounts,
  readAccounts,
  writeAccounts,
  type Accounts,
  type AccountsById,
  type StoredAccount,
} from '#server/ads/store/stored-accounts.ts'

export interface KnownAccounts {
  /** Those that are asked for figures: a manager's clients in its place, and none that has closed. */
  customerIds: readonly string[]
  zoneOf: (customerId: string) => string
  /** By account, the manager through which it is reached. */
  managers: Readonly<Record<string, string>>
  refused: ReadonlyMap<string, Refusal>
  accounts: AccountsById
}

export interface AskingParts {
  dir: string
  kind: OpenSource['kind']
  source: () => Promise<OpenSource>
  signal: AbortSignal
  random: RetryOptions['random']
  onWait?: RetryOptions['onWait']
  /** What is asked next. */
  onAsking?: (what: string) => void
  nowMs: () => number
  /** Whether to write down what was learned; only for the holder of the lock. */
  mayWrite: boolean
  onNotice: (notice: string) => void
}

export class AccountDirectory {
  readonly #customerIds: readonly string[]
  readonly #parts: AskingParts
  readonly #accounts: Record<string, StoredAccount>
  readonly #refused = new Map<string, Refusal>()
  readonly #asked = new Set<string>()

  constructor(customerIds: readonly string[], parts: AskingParts) {
    this.#customerIds = customerIds
    this.#parts = parts
    this.#accounts = { ...readAccounts(parts.dir)?.accounts }
  }

  /** What the store does not know, and what each manager has. @throws StoreError, ConfigurationError, the signal's reason */
  async learn(): Promise<KnownAccounts> {
    for (const id of this.#customerIds) {
      const known = this.#accounts[id]
      // One that has closed may have been opened again.
      if (!known || known.closed !== undefined) await this.#ask(id)
    }
    return await this.#know()
  }

  /** Every account itself, unless this run has asked it already. @throws as `learn` */
  async confirm(): Promise<KnownAccounts> {
    for (const id of this.#customerIds) if (!this.#asked.has(id)) await this.#ask(id)
    return await this.#know()
  }

  async #know(): Promise<KnownAccounts> {
    for (const id of this.#customerIds)
      if (this.#accounts[id]?.manager === true && !this.#refused.has(id)) await this.#askForClients(id)
    const { dir, kind, mayWrite } = this.#parts
    const accounts = this.#accounts
    const known: Accounts = { source: kind, accounts }
    if (mayWrite && JSON.stringify(readAccounts(dir)) !== JSON.stringify(known))
      await writeAccounts(dir, known)
    return {
      customerIds: this.#customerIds
        .flatMap((id) => (this.#refused.has(id) ? [id] : openAccounts([id], accounts)))
        .filter((id, index, all) => all.indexOf(id) === index),
      refused: this.#refused,
      managers: managersOf(accounts),
      // An account that could not be asked has no dates to fetch; UTC only serves to name those it lacks.
      zoneOf: (customerId) => accounts[customerId]?.timeZone ?? 'UTC',
      accounts,
    }
  }

  async #ask(id: string): Promise<void> {
    this.#asked.add(id)
    if (this.#isOver) return
    this.#parts.onAsking?.(`asking account ${id} about itself`)
    const source = await this.#parts.source()
    const answer = await withRetries(async (asking) => await source.account(id, asking), this.#parts)
    const known = this.#accounts[id]
    if (!('failure' in answer)) this.#refuseOr(id, answer, () => this.#learnOf(id, answer))
    else if (known && answer.failure.code === 'ACCOUNT_CLOSED') this.#close(id, 'it is not enabled any more')
    else this.#refused.set(id, answer)
  }

  async #askForClients(managerId: string): Promise<void> {
    const marker = `clients of ${managerId}`
    if (this.#asked.has(marker) || this.#isOver) return
    this.#asked.add(marker)
    this.#parts.onAsking?.(`asking manager ${managerId} for its accounts`)
    const source = await this.#parts.source()
    const found = await withRetries(
      async (asking) => ({ clients: await source.clients(managerId, asking) }),
      this.#parts,
    )
    if ('failure' in found) this.#refused.set(managerId, found)
    else this.#learnClients(managerId, found.clients)
  }

  /** One of the refusals is the same for every account. */
  get #isOver(): boolean {
    return [...this.#refused.values()].some(
      ({ decision }) => decision.do === 'stop' && decision.scope === 'run',
    )
  }

  #learnClients(managerId: string, found: readonly ClientAccount[]): void {
    const advertisers = found.filter(({ manager }) => !manager)
    const open = advertisers.filter((client) => whyNot(client) === undefined)
    for (const { id, timeZone, currency, name } of open)
      this.#learnOf(id, { timeZone, currency, name, manager: false, via: managerId })
    for (const client of advertisers) {
      const why = whyNot(client)
      if (why !== undefined) this.#close(client.id, why, ` (${client.name}) of manager ${managerId}`)
    }
    const listed = new Set(found.map(({ id }) => id))
    for (const [id, { via }] of Object.entries(this.#accounts))
      if (via === managerId && !listed.has(id))
        this.#close(id, `it is not below manager ${managerId} any more`)
    const manager = this.#accounts[managerId]
    if (manager) this.#accounts[managerId] = { ...manager, clients: open.map(({ id }) => id).toSorted() }
    const hasHistory = Object.values(this.#accounts).some(({ via }) => via === managerId)
    if (open.length === 0 && !hasHistory) this.#refused.set(managerId, refusedManager(managerId))
  }

  #refuseOr(id: string, { timeZone }: Account, learn: () => void): void {
    if (isTimeZone(timeZone)) learn()
    else this.#refused.set(id, unknownZone(id, timeZone))
  }

  #learnOf(id: string, account: StoredAccount): void {
    const { clients, via, zoneBefore, timeZone } = this.#accounts[id] ?? {}
    const hasMoved = timeZone !== undefined && timeZone !== account.timeZone
    const until = new Date(this.#parts.nowMs()).toISOString()
    const before = hasMoved ? { timeZone, until } : zoneBefore
    this.#accounts[id] = {
      ...(clients && { clients }),
      ...(via !== undefined && { via }),
      ...account,
      ...(before && { zoneBefore: before }),
    }
  }

  /** What is stored of it stays; one of which nothing was ever known is left out. */
  #close(id: string, why: string, more = ''): void {
    const known = this.#accounts[id]
    const what = known ? 'has closed and is no longer asked; what is stored of it stays' : 'is left out'
    this.#parts.onNotice(`Account ${id}${more} ${what}: ${why}.`)
    if (known) this.#accounts[id] = { ...known, closed: why }
  }
}

function whyNot({ status, hidden, timeZone }: ClientAccount): string | undefined {
  if (hidden) return 'it is hidden'
  if (status !== 'ENABLED') return `its status is ${status || 'not known'}`
  if (timeZone === '') return 'its time zone is not known'
  return isTimeZone(timeZone) ? undefined : `this machine does not know its time zone, ${timeZone}`
}

function unknownZone(id: string, timeZone: string): Refusal {
  const detail = `Account ${id} has the time zone ${timeZone}, which this machine does not know, so its dates cannot be named. A newer Bun knows newer zones.`
  return { failure: { code: 'INVALID_ROWS', detail }, decision: { do: 'stop', scope: 'customer' } }
}

function refusedManager(customerId: string): Refusal {
  const detail = `${customerId} is a manager account, which has no figures of its own, and none of its client accounts is enabled.`
  return { failure: { code: 'REQUEST_REFUSED', detail }, decision: { do: 'stop', scope: 'customer' } }
}
