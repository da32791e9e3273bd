/** The coordinator's side of a source: which one it is, who keeps its token, and what its accounts are like. */
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Clock } from '#server/platform/clock.ts'
import { ConfigurationError } from './errors.ts'
import { dateIn } from './calendar.ts'
import { askAccount, askClients, type Account, type ClientAccount } from './google/accounts.ts'
import { GoogleAdsClient, type Asking, type TokenSource } from './google/client.ts'
import { readServiceAccount, type Credentials } from './google/grant.ts'
import { createTokenBroker } from './google/oauth.ts'
import type { AdsOptions } from './options.ts'
import { importFetchData, type SourceSpec } from './source.ts'
import { versionNotice } from './google/versions.ts'

export const SOURCE_KINDS = ['google', 'demo', 'module'] as const
export type SourceKind = (typeof SOURCE_KINDS)[number]

export interface OpenSource {
  kind: SourceKind
  /** @param managers by account, the manager through which it is reached */
  spec: (managers: Managers) => SourceSpec
  token: TokenSource
  account: (customerId: string, asking: Asking) => Promise<Account>
  clients: (managerId: string, asking: Asking) => Promise<ClientAccount[]>
  /** For questions of one's own; a module has none to ask. */
  client: (managers: Managers) => GoogleAdsClient | undefined
  close: () => Promise<void>
}

export type Managers = Readonly<Record<string, string>>

/** A Google Ads server of our own, for the demo; the composition root knows which. */
export type StartDemo = () => Promise<DemoServer>
export interface DemoServer {
  endpoint: string
  oauthEndpoint: string
  stop(): Promise<void> | void
}

export interface SourceParts {
  clock: Clock
  startDemo: StartDemo
}

/** The account that a source without accounts of its own stands for. */
export const DEMO_CUSTOMER_ID = '1234567890'

export function kindOf({ source }: Pick<AdsOptions, 'source'>): SourceKind {
  return source === 'google' || source === 'demo' ? source : 'module'
}

/** @throws ConfigurationError naming everything that is missing */
export function customersOf(options: AdsOptions, asked: readonly string[] = []): readonly string[] {
  if (asked.length > 0) return [...new Set(asked)]
  if (options.google.customerIds.length > 0) return [...new Set(options.google.customerIds)]
  if (kindOf(options) !== 'google') return [DEMO_CUSTOMER_ID]
  const missing = [...missingCredentials(options), 'GOOGLE_ADS_CUSTOMER_ID (or --customer)']
  throw new ConfigurationError(`The source google needs ${missing.join(', ')}.`)
}

/** @throws ConfigurationError */
export async function openSource(options: AdsOptions, parts: SourceParts): Promise<OpenSource> {
  const kind = kindOf(options)
  if (kind === 'module') return await openModule(options)
  if (kind === 'google')
    return openGoogle({
      kind,
      options,
      credentials: credentialsOf(options),
      clock: parts.clock,
      close: async () => {},
    })
  const demo = await parts.startDemo()
  return openGoogle({
    kind,
    options: withEndpoint(options, demo.endpoint),
    credentials: {
      kind: 'refresh-token',
      clientId: 'demo',
      clientSecret: 'demo',
      refreshToken: 'demo',
      endpoint: demo.oauthEndpoint,
    },
    clock: parts.clock,
    close: async () => await demo.stop(),
  })
}

/** The checks that need nothing opened: a server makes them when it starts. @throws ConfigurationError */
export function checkSource(options: AdsOptions): void {
  const kind = kindOf(options)
  if (kind === 'google') credentialsOf(options)
  if (kind === 'module' && !existsSync(resolve(options.source)))
    throw new ConfigurationError(
      `The source is google, demo or a module's path; there is no ${options.source}.`,
    )
}

interface GoogleParts {
  kind: SourceKind
  options: AdsOptions
  credentials: Credentials
  clock: Clock
  close: () => Promise<void>
}

function openGoogle({ kind, options, credentials, clock, close }: GoogleParts): OpenSource {
  const { endpoint, apiVersion, loginCustomerId, developerToken } = options.google
  const { idleTimeoutMs } = options
  const connectionFor = (managers: Managers) => ({
    endpoint,
    apiVersion,
    loginCustomerId,
    developerToken,
    idleTimeoutMs,
    managers,
    versionNotice: versionNotice(apiVersion, dateIn('UTC', clock.now())),
  })
  const broker = createTokenBroker(credentials, clock)
  const client = new GoogleAdsClient(connectionFor({}), broker.token)
  return {
    kind,
    spec: (managers) => ({ kind: 'google', connection: connectionFor(managers) }),
    token: broker.token,
    account: async (customerId, asking) => await askAccount(client, customerId, asking),
    clients: async (managerId, asking) => await askClients(client, managerId, asking),
    client: (managers) => new GoogleAdsClient(connectionFor(managers), broker.token),
    close,
  }
}

async function openModule({ source, cronTimezone }: AdsOptions): Promise<OpenSource> {
  const path = resolve(source)
  if (!existsSync(path)) throw new ConfigurationError(`There is no source ${source}.`)
  await importFetchData(path)
  return {
    kind: 'module',
    spec: () => ({ kind: 'module', path }),
    token: async () => '',
    account: async () => ({ timeZone: cronTimezone ?? 'UTC', currency: '', manager: false }),
    clients: async () => [],
    client: () => undefined,
    close: async () => {},
  }
}

function credentialsOf({ google }: Pick<AdsOptions, 'google'>): Credentials {
  const { clientId, clientSecret, refreshToken, oauthEndpoint: endpoint } = google
  if (google.keyFilePath !== undefined)
    return readServiceAccount(google.keyFilePath, { endpoint, impersonated: google.impersonatedEmail })
  if (clientId !== undefined && clientSecret !== undefined && refreshToken !== undefined)
    return { kind: 'refresh-token', clientId, clientSecret, refreshToken, endpoint }
  const missing = missingCredentials({ google }).join(', ')
  throw new ConfigurationError(`The source google needs ${missing} (or GOOGLE_ADS_JSON_KEY_FILE_PATH).`)
}

function missingCredentials({ google }: Pick<AdsOptions, 'google'>): string[] {
  if (google.keyFilePath !== undefined) return []
  const variables = {
    GOOGLE_ADS_CLIENT_ID: google.clientId,
    GOOGLE_ADS_CLIENT_SECRET: google.clientSecret,
    GOOGLE_ADS_REFRESH_TOKEN: google.refreshToken,
  }
  return Object.entries(variables).flatMap(([name, value]) => (value === undefined ? [name] : []))
}

function withEndpoint(options: AdsOptions, endpoint: string): AdsOptions {
  // The demo answers for the default version alone, and must never see what belongs to a real account.
  const google = {
    ...options.google,
    endpoint,
    loginCustomerId: undefined,
    developerToken: undefined,
    apiVersion: DEMO_API_VERSION,
  }
  return { ...options, google }
}

const DEMO_API_VERSION = 'v25'
