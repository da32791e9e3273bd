/** The only reader of the environment: read and check in one step, and name every mistake at once. */
import * as v from 'valibot'
import { readFileSync } from 'node:fs'
import { FORMATS, type AdsOptions } from '#server/ads/options.ts'
import { misspeltSettings, missingSettings, namesGoogle, WHOLE_SET } from '#server/ads/settings.ts'
import type { Rate } from './platform/gcra.ts'
import type { LogOptions } from '#server/platform/log.ts'
import { currencyOf, type Currency } from '#server/products/product.ts'
import type { WebhookOptions } from '#server/webhooks/webhooks.ts'
import { knownFields } from './parse-input.ts'
import { DEFAULT_LOOKBACK_DAYS, LOOPBACK, SECRETS, Settings } from './settings.ts'
import { settingsInForce, type SettingInForce } from './settings-list.ts'

export interface Config {
  host: string
  port: number
  /** Processes on that port. */
  servers: number
  databaseUrl: string
  redisUrl: string | undefined
  /** For answers that are kept in memory. */
  cacheBytes: number
  currency: Currency
  /** For one caller. */
  limits: Record<'read' | 'search' | 'write', Rate> | 'off'
  trustedProxyHops: number
  /** Pages from elsewhere that browsers may let in. */
  corsOrigins: readonly string[]
  auth: { mode: 'open' } | { mode: 'keys'; adminKey: string | undefined; publicReads: boolean }
  ads: AdsOptions
  webhooks: WebhookOptions
  lowStockAt: number
  /** How long an entry of the audit stays. */
  auditKeptMs: number
  backups: { cron: string; folder: string; keep: { newest: number; days: number } }
  /** Templates of item ids: bridge/item-id-rules.ts. */
  itemIdRules: readonly string[]
  log: LogOptions
  /** Where spans are sent; undefined for nowhere. */
  spans: { endpoint: string; headers: Readonly<Record<string, string>> } | undefined
  /** All of them, for a person to read. */
  inForce: readonly SettingInForce[]
}

const DAY_MS = 86_400_000

export class ConfigError extends Error {
  override readonly name = 'ConfigError'
}

type Environment = Record<string, string | undefined>

/** Beside the environment: the terminal, and options of a command line, which win over variables. */
interface Given {
  isTTY?: boolean
  source?: string | undefined
  customerIds?: readonly string[] | undefined
}

/** @throws ConfigError with one line per mistake */
export function readConfig(env: Environment, given: Given = {}): Config {
  // An empty variable means "not set": compose files pass `FOO=` for what was left empty.
  const variables = Object.fromEntries(
    Object.entries(env).filter(([, value]) => value !== undefined && value !== ''),
  )
  const { set, unread } = withFiles(variables)
  const result = v.safeParse(Settings, set)
  const issues = (result.issues ?? []).map((issue) => `${v.getDotPath(issue) ?? '?'}: ${issue.message}`)
  const lines = [...unread, ...issues, ...mistakesInNames(set, given)].map((line) => `  ${line}`)
  if (!result.success || lines.length > 0)
    throw new ConfigError(`The configuration has mistakes:\n${lines.join('\n')}`)
  const config = toConfig(result.output, { ...given, source: sourceOf(set, given) })
  const { auth, ads, log } = config
  const decided = { AUTH: auth.mode, ADS_SOURCE: ads.source, LOG_FORMAT: log.format }
  return { ...config, inForce: settingsInForce(set, decided) }
}

const fileOf = (name: string) => `${name}_FILE`
const KNOWN = [...knownFields(Settings), ...SECRETS.map(fileOf)]

/** With the secrets that are in files. */
function withFiles(variables: Environment): { set: Environment; unread: string[] } {
  const set = { ...variables }
  const unread = SECRETS.flatMap((name) => {
    const path = variables[fileOf(name)]
    if (path === undefined) return []
    if (variables[name] !== undefined) return [`${fileOf(name)}: ${name} is set as well: set one of the two`]
    try {
      set[name] = readFileSync(path, 'utf8').trimEnd()
      return []
    } catch (error) {
      return [`${fileOf(name)}: cannot be read: ${error instanceof Error ? error.message : String(error)}`]
    }
  })
  return { set, unread }
}

/** What is misspelt, and what a source of Google's lacks. */
function mistakesInNames(set: Environment, given: Given): string[] {
  const names = Object.keys(set)
  const misspelt = misspeltSettings(names, KNOWN).map(({ name, detail }) => `${name}: ${detail}`)
  if (sourceOf(set, given) !== 'google') return misspelt
  const missing = missingSettings({
    clientId: set['GOOGLE_ADS_CLIENT_ID'],
    clientSecret: set['GOOGLE_ADS_CLIENT_SECRET'],
    refreshToken: set['GOOGLE_ADS_REFRESH_TOKEN'],
    keyFilePath: set['GOOGLE_ADS_JSON_KEY_FILE_PATH'],
    impersonatedEmail: set['GOOGLE_ADS_IMPERSONATED_EMAIL'],
    customerIds: given.customerIds ?? set['GOOGLE_ADS_CUSTOMER_ID']?.split(',') ?? [],
  })
  const [first] = missing
  return first === undefined ? misspelt : [...misspelt, `${missing.join(', ')}: missing. ${WHOLE_SET}`]
}

function sourceOf(set: Environment, { source }: Given): string {
  return source ?? set['ADS_SOURCE'] ?? (namesGoogle(Object.keys(set)) ? 'google' : 'demo')
}

function toConfig(
  env: v.InferOutput<typeof Settings>,
  { source, isTTY = false, customerIds = env.GOOGLE_ADS_CUSTOMER_ID }: Given & { source: string },
): Omit<Config, 'inForce'> {
  return {
    host: env.HOST,
    port: env.PORT,
    servers: env.SERVERS,
    databaseUrl: env.DATABASE_URL,
    redisUrl: env.REDIS_URL,
    cacheBytes: env.CACHE_MEMORY_MB * 1024 ** 2,
    currency: currencyOf(env.CURRENCY) as Currency,
    limits:
      env.RATE_LIMIT === 'off'
        ? 'off'
        : { read: env.RATE_LIMIT_READ, search: env.RATE_LIMIT_SEARCH, write: env.RATE_LIMIT_WRITE },
    trustedProxyHops: env.TRUSTED_PROXY_HOPS,
    corsOrigins: env.CORS_ORIGINS,
    auth:
      (env.AUTH ?? (LOOPBACK.has(env.HOST) ? 'open' : 'keys')) === 'open'
        ? { mode: 'open' }
        : { mode: 'keys', adminKey: env.ADMIN_KEY, publicReads: env.PUBLIC_READS },
    ads: {
      dir: env.ADS_DIR,
      source,
      reports: [...new Set(env.ADS_REPORTS)],
      reportsFolder: env.ADS_REPORTS_FOLDER,
      formats: FORMATS.filter((format) => env.ADS_FORMATS.includes(format)),
      cron: env.ADS_CRON,
      cronTimezone: env.ADS_CRON_TIMEZONE,
      lookbackDays: env.ADS_LOOKBACK_DAYS === 'auto' ? DEFAULT_LOOKBACK_DAYS : Number(env.ADS_LOOKBACK_DAYS),
      followsLookback: env.ADS_LOOKBACK_DAYS === 'auto',
      timeoutMs: env.ADS_TIMEOUT_MS,
      idleTimeoutMs: env.ADS_IDLE_TIMEOUT_MS,
      google: {
        clientId: env.GOOGLE_ADS_CLIENT_ID,
        clientSecret: env.GOOGLE_ADS_CLIENT_SECRET,
        refreshToken: env.GOOGLE_ADS_REFRESH_TOKEN,
        keyFilePath: env.GOOGLE_ADS_JSON_KEY_FILE_PATH,
        impersonatedEmail: env.GOOGLE_ADS_IMPERSONATED_EMAIL,
        customerIds: [...new Set(customerIds)],
        loginCustomerId: env.GOOGLE_ADS_LOGIN_CUSTOMER_ID,
        developerToken: env.GOOGLE_ADS_DEVELOPER_TOKEN,
        apiVersion: env.GOOGLE_ADS_API_VERSION,
        endpoint: env.GOOGLE_ADS_ENDPOINT,
        oauthEndpoint: env.GOOGLE_OAUTH_ENDPOINT,
      },
    },
    webhooks: {
      allowPrivate: env.WEBHOOKS_ALLOW_PRIVATE,
      baseUrl: (env.PUBLIC_URL ?? '').replace(/\/+$/, ''),
    },
    lowStockAt: env.LOW_STOCK_AT,
    auditKeptMs: env.AUDIT_KEEP_DAYS * DAY_MS,
    backups: {
      cron: env.BACKUP_CRON,
      folder: env.BACKUP_DIR,
      keep: { newest: env.BACKUP_KEEP, days: env.BACKUP_KEEP_DAYS },
    },
    itemIdRules: env.ADS_ITEM_ID_RULES,
    spans:
      env.OTEL_EXPORTER_OTLP_ENDPOINT === undefined
        ? undefined
        : { endpoint: env.OTEL_EXPORTER_OTLP_ENDPOINT, headers: env.OTEL_EXPORTER_OTLP_HEADERS },
    log: { level: env.LOG_LEVEL, format: env.LOG_FORMAT ?? (isTTY ? 'pretty' : 'json') },
  }
}
