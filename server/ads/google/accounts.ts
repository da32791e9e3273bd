/** What Google says of accounts: their calendar, their currency, and which ones a manager has. */
import { FetchError } from '#server/ads/errors.ts'
import type { RequestContext, GoogleAdsClient } from './client.ts'

export interface Account {
  /** As the advertiser calls it. */
  name: string
  timeZone: string
  currency: string
  manager: boolean
}

/** An account below a manager, at whatever level. */
export interface ClientAccount extends Account {
  id: string
  /** `ENABLED`, `CANCELED`, `SUSPENDED`, `CLOSED` */
  status: string
  hidden: boolean
}

const ACCOUNT_QUERY =
  'SELECT customer.id, customer.descriptive_name, customer.time_zone, customer.currency_code, customer.manager FROM customer'

const CLIENT_FIELDS = [
  'id',
  'descriptive_name',
  'level',
  'manager',
  'hidden',
  'status',
  'time_zone',
  'currency_code',
]
const CLIENTS_QUERY = `SELECT ${CLIENT_FIELDS.map((name) => `customer_client.${name}`).join(', ')} FROM customer_client`

/** @throws FetchError */
export async function askAccount(
  client: GoogleAdsClient,
  customerId: string,
  asking: RequestContext,
): Promise<Account> {
  for await (const row of client.pagedRows({ customerId, query: ACCOUNT_QUERY }, asking)) {
    const { customer } = row as { customer?: Json }
    if (typeof customer?.['timeZone'] === 'string') return toAccount(customer)
  }
  throw new FetchError('BROKEN_STREAM', `Account ${customerId} answers without its time zone.`)
}

/** All accounts below a manager, those of managers below it included; not the manager itself. @throws FetchError */
export async function askClients(
  client: GoogleAdsClient,
  managerId: string,
  asking: RequestContext,
): Promise<ClientAccount[]> {
  const found: ClientAccount[] = []
  for await (const row of client.pagedRows({ customerId: managerId, query: CLIENTS_QUERY }, asking)) {
    const { customerClient } = row as { customerClient?: Json }
    if (typeof customerClient?.['id'] !== 'string')
      throw new FetchError('BROKEN_STREAM', `Manager ${managerId} names a client without its id.`)
    if (customerClient['id'] !== managerId) found.push(toClient(customerClient['id'], customerClient))
  }
  return found
}

type Json = Record<string, unknown>

function toAccount(json: Json): Account {
  return {
    name: textOf(json['descriptiveName']),
    timeZone: textOf(json['timeZone']),
    currency: textOf(json['currencyCode']),
    manager: json['manager'] === true,
  }
}

function toClient(id: string, json: Json): ClientAccount {
  return {
    ...toAccount(json),
    id,
    status: textOf(json['status']),
    hidden: json['hidden'] === true,
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
