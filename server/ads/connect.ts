/** The coordinator's side of a source: its kind, its token, and its accounts. */
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Clock } from '#server/platform/clock.ts'
import { DEMO_TIME_ZONE } from './demo/advertiser.ts'
import { ConfigurationError } from './errors.ts'
import { dateIn } from './calendar.ts'
import { askAccount, askClients, type Account, type ClientAccount } from './google/accounts.ts'
import { GoogleAdsClient, type RequestContext, type TokenSource } from './google/client.ts'
import { readServiceAccount, type Credentials } from './google/grant.ts'
import { createTokenBroker } from './google/oauth.ts'
import type { AdsOptions } from './options.ts'
import { missingSettings, WHOLE_SET } from './settings.ts'
import { importFetchData, type SourceSpec } from './source.ts'
import { versionNotice } from './google/versions.ts'

export const SOURCE_KINDS = ['google', 'demo', 'module'] as const
export type SourceKind = (typeof SOURCE_KINDS)[number]

export interface OpenSource {
  kind: SourceKind
  /** @param managers by account, the manager through which it is reached */
  spec: (managers: Managers) => SourceSpec
  token: TokenSource
  account: (customerId: string, asking: RequestContext) => Promise<Account>
  clients: (managerId: string, asking: RequestContext) => Promise<ClientAccount[]>
  /** For queries beside the reports; a module has none. */
  client: (managers: Managers) => GoogleAdsClient | undefined
}

export type Managers = Readonly<Record<string, string>>

/** The account that a source without accounts of its own stands for. */
const DEMO_CUSTOMER_ID = '1234567890'
const DEMO_MODULE = fileURLToPath(new URL('./demo/source.ts', import.meta.url))
const DEMO_ACCOUNT: Account = { name: 'Demo', timeZone: DEMO_TIME_ZONE, currency: 'USD', manager: false }

export function kindOf({ source }: Pick<AdsOptions, 'source'>): SourceKind {
  return source === 'google' || source === 'demo' ? source : 'module'
}

/** @throws ConfigurationError naming everything that is missing */
export function customersOf(options: AdsOptions, asked: readonly string[] = []): readonly string[] {
  const kind = kindOf(options)
  // Made-up figures are never stored under the number of an account that may exist.
  if (kind === 'demo') return demoCustomers(asked)
  if (asked.length > 0) return [...new Set(asked)]
  const configured = [...new Set(options.google.customerIds)]
  if (configured.length > 0) return configured
  if (kind === 'google') throw incomplete(options)
  return [DEMO_CUSTOMER_ID]
}

function demoCustomers(asked: readonly string[]): readonly string[] {
  const [other] = asked.filter((id) => id !== DEMO_CUSTOMER_ID)
  if (other === undefined) return [DEMO_CUSTOMER_ID]
  throw new ConfigurationError(
    `The demo has one account, ${DEMO_CUSTOMER_ID}, and no figures of ${other}. ${WHOLE_SET}`,
  )
}

/** @param traceparent sent with each request to Google @throws ConfigurationError */
export async function openSource(
  options: AdsOptions,
  clock: Clock,
  traceparent?: string,
): Promise<OpenSource> {
  const kind = kindOf(options)
  if (kind === 'google') return openGoogle(options, clock, traceparent)
  if (kind === 'demo') return moduleSource(kind, DEMO_MODULE, DEMO_ACCOUNT)
  const path = resolve(options.source)
  if (!existsSync(path)) throw new ConfigurationError(`There is no source ${options.source}.`)
  await importFetchData(path)
  return moduleSource(kind, path, {
    name: '',
    timeZone: options.cronTimezone ?? 'UTC',
    currency: '',
    manager: false,
  })
}

/** The checks that need nothing opened: a server makes them when it starts. @throws ConfigurationError */
export function requireSource(options: AdsOptions): void {
  const kind = kindOf(options)
  if (kind === 'google') credentialsOf(options)
  if (kind === 'module' && !existsSync(resolve(options.source)))
    throw new ConfigurationError(
      `The source is google, demo or a module's path; there is no ${options.source}.`,
    )
}

function openGoogle(options: AdsOptions, clock: Clock, traceparent: string | undefined): OpenSource {
  const { endpoint, apiVersion, loginCustomerId, developerToken } = options.google
  const { idleTimeoutMs } = options
  const connectionFor = (managers: Managers) => ({
    endpoint,
    apiVersion,
    loginCustomerId,
    developerToken,
    idleTimeoutMs,
    traceparent,
    managers,
    versionNotice: versionNotice(apiVersion, dateIn('UTC', clock.now())),
  })
  const broker = createTokenBroker(credentialsOf(options), clock, idleTimeoutMs)
  const client = new GoogleAdsClient(connectionFor({}), broker.token)
  return {
    kind: 'google',
    spec: (managers) => ({ kind: 'google', connection: connectionFor(managers) }),
    token: broker.token,
    account: async (customerId, asking) => await askAccount(client, customerId, asking),
    clients: async (managerId, asking) => await askClients(client, managerId, asking),
    client: (managers) => new GoogleAdsClient(connectionFor(managers), broker.token),
  }
}

/** A module has neither tokens nor managers; every account that it is asked for is the same one. */
function moduleSource(kind: SourceKind, path: string, account: Account): OpenSource {
  return {
    kind,
    spec: () => ({ kind: 'module', path }),
    token: async () => '',
    account: async () => account,
    clients: async () => [],
    client: () => undefined,
  }
}

function credentialsOf({ google }: Pick<AdsOptions, 'google'>): Credentials {
  const { clientId, clientSecret, refreshToken, oauthEndpoint: endpoint } = google
  if (google.keyFilePath !== undefined)
    return readServiceAccount(google.keyFilePath, { endpoint, impersonated: google.impersonatedEmail })
  if (clientId !== undefined && clientSecret !== undefined && refreshToken !== undefined)
    return { kind: 'refresh-token', clientId, clientSecret, refreshToken, endpoint }
  throw incomplete({ google })
}

function incomplete({ google }: Pick<AdsOptions, 'google'>): ConfigurationError {
  return new ConfigurationError(`${missingSettings(google).join(', ')}: missing. ${WHOLE_SET}`)
}
