/** The only reader of the environment: read and check in one pure step, and name every mistake at once. */
import * as v from 'valibot'
import { DEFAULT_ADS_DIR, FORMATS, REPORT_NAMES, type AdsOptions } from '#server/ads/options.ts'
import { misspeltSettings, missingSettings, namesGoogle, WHOLE_SET } from '#server/ads/settings.ts'
import type { Rate } from './http/limits/gcra.ts'
import type { LogOptions } from '#server/platform/log.ts'
import { currencyOf, type Currency } from '#server/products/product.ts'
import type { WebhookOptions } from '#server/webhooks/webhooks.ts'
import { mistakesIn } from './bridge/item-id-rules.ts'
import { knownFields } from './parse-input.ts'

export interface Config {
  host: string
  port: number
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
  /** Templates of item ids: bridge/item-id-rules.ts. */
  itemIdRules: readonly string[]
  log: LogOptions
}

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

const DEFAULT_LOOKBACK_DAYS = 30
const MIN_ADMIN_KEY_LENGTH = 16
const LOOPBACK = new Set(['127.0.0.1', 'localhost', '::1'])

/** @throws ConfigError with one line per mistake */
export function readConfig(env: Environment, given: Given = {}): Config {
  // An empty variable means "not set": compose files pass `FOO=` for what was left empty.
  const set = Object.fromEntries(
    Object.entries(env).filter(([, value]) => value !== undefined && value !== ''),
  )
  const result = v.safeParse(Env, set)
  const issues = (result.issues ?? []).map((issue) => `${v.getDotPath(issue) ?? '?'}: ${issue.message}`)
  const lines = [...issues, ...mistakesInNames(set, given)].map((line) => `  ${line}`)
  if (!result.success || lines.length > 0)
    throw new ConfigError(`The configuration has mistakes:\n${lines.join('\n')}`)
  return toConfig(result.output, { ...given, source: sourceOf(set, given) })
}

/** What is misspelt, and what a source of Google's lacks. */
function mistakesInNames(set: Environment, given: Given): string[] {
  const names = Object.keys(set)
  const misspelt = misspeltSettings(names, knownFields(Env)).map(({ name, detail }) => `${name}: ${detail}`)
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

const wholeNumber = (min: number, max: number, fallback: string) =>
  v.pipe(
    v.optional(v.string(), fallback),
    v.check((text) => /^\d{1,9}$/.test(text), `must be a whole number from ${min} to ${max}`),
    v.transform(Number),
    v.check((value) => value >= min && value <= max, `must be a whole number from ${min} to ${max}`),
  )

const list = (fallback: string) =>
  v.pipe(
    v.optional(v.string(), fallback),
    v.transform((text) =>
      text
        .split(',')
        .map((item) => item.trim())
        .filter((item) => item !== ''),
    ),
  )

const rateLimit = (fallback: string) =>
  v.pipe(
    v.optional(v.string(), fallback),
    v.regex(/^[1-9]\d{0,6}\/[1-9]\d{0,4}s$/, 'must look like 600/10s: requests per seconds'),
    v.transform((text): Rate => {
      const [requests, window] = text.slice(0, -1).split('/')
      return { requests: Number(requests), windowMs: Number(window) * 1000 }
    }),
  )

const customerId = v.pipe(
  v.string(),
  v.transform((text) => text.replaceAll('-', '')),
  v.regex(/^\d{10}$/, 'a customer id has ten digits, with or without dashes'),
)

const url = (protocols: readonly string[]) =>
  v.pipe(
    v.string(),
    v.check(
      (text) => URL.canParse(text) && protocols.includes(new URL(text).protocol),
      `must be a URL with ${protocols.join(' or ')}`,
    ),
  )

const zone = v.pipe(
  v.string(),
  v.check((name) => {
    try {
      return Boolean(new Intl.DateTimeFormat('en', { timeZone: name }))
    } catch {
      return false
    }
  }, 'must be an IANA time zone such as Europe/Berlin'),
)

const flag = v.pipe(
  v.optional(v.picklist(['true', 'false'], 'must be true or false'), 'false'),
  v.transform((text) => text === 'true'),
)

const Env = v.pipe(
  v.object({
    HOST: v.optional(v.string(), '127.0.0.1'),
    PORT: wholeNumber(0, 65_535, '3000'),
    DATABASE_URL: v.pipe(
      v.optional(v.string(), 'file:./data/adstock.db'),
      v.regex(/^(file:.|postgres(ql)?:\/\/)/, 'must be file:… (SQLite) or postgres://…'),
    ),
    REDIS_URL: v.optional(url(['redis:', 'rediss:'])),
    CACHE_MEMORY_MB: wholeNumber(1, 65_536, '128'),
    CURRENCY: v.pipe(
      v.optional(v.string(), 'USD'),
      v.check((code) => currencyOf(code) !== undefined, 'must be an ISO 4217 code such as USD'),
    ),
    AUTH: v.optional(v.picklist(['open', 'keys'], 'must be open or keys')),
    ALLOW_OPEN: flag,
    // What travels in a header, and is long enough not to be guessed.
    ADMIN_KEY: v.optional(
      v.pipe(
        v.string(),
        v.regex(
          new RegExp(`^[\\x21-\\x7e]{${MIN_ADMIN_KEY_LENGTH},}$`),
          `must have at least ${MIN_ADMIN_KEY_LENGTH} characters, visible ASCII without spaces`,
        ),
      ),
    ),
    PUBLIC_READS: flag,
    RATE_LIMIT: v.optional(v.picklist(['on', 'off'], 'must be on or off'), 'on'),
    RATE_LIMIT_READ: rateLimit('600/10s'),
    RATE_LIMIT_SEARCH: rateLimit('120/10s'),
    RATE_LIMIT_WRITE: rateLimit('120/10s'),
    TRUSTED_PROXY_HOPS: wholeNumber(0, 10, '0'),
    CORS_ORIGINS: v.pipe(
      list(''),
      v.array(
        v.pipe(
          v.string(),
          v.check(
            (text) => URL.canParse(text) && new URL(text).origin === text,
            'must be origins such as https://shop.example',
          ),
        ),
      ),
    ),
    PUBLIC_URL: v.optional(url(['https:', 'http:'])),
    LOW_STOCK_AT: wholeNumber(1, 999_999_999, '10'),
    WEBHOOKS_ALLOW_PRIVATE: flag,
    ADS_DIR: v.optional(v.string(), DEFAULT_ADS_DIR),
    ADS_ITEM_ID_RULES: v.pipe(
      list(''),
      v.check(
        (templates) => mistakesIn(templates).length === 0,
        ({ input }) => mistakesIn(input).join('; '),
      ),
    ),
    ADS_SOURCE: v.optional(v.string()),
    ADS_REPORTS: v.pipe(
      list('campaign,product'),
      v.array(v.picklist(REPORT_NAMES, `must be of ${REPORT_NAMES.join(', ')}`)),
      v.minLength(1),
    ),
    ADS_FORMATS: v.pipe(
      list('csv'),
      v.check(
        (formats) => formats.includes('csv') && formats.every((each) => FORMATS.some((one) => one === each)),
        'must be csv, or csv,parquet',
      ),
    ),
    ADS_CRON: v.optional(v.string(), '30 6 * * *'),
    ADS_CRON_TIMEZONE: v.optional(zone),
    ADS_LOOKBACK_DAYS: v.pipe(
      v.optional(v.string(), `${DEFAULT_LOOKBACK_DAYS}`),
      v.check(
        (text) => text === 'auto' || (/^\d{1,2}$/.test(text) && Number(text) <= 90),
        'must be a whole number from 0 to 90, or auto',
      ),
    ),
    ADS_TIMEOUT_MS: wholeNumber(1, 3_600_000, '120000'),
    ADS_IDLE_TIMEOUT_MS: wholeNumber(1, 3_600_000, '20000'),
    GOOGLE_ADS_CLIENT_ID: v.optional(v.string()),
    GOOGLE_ADS_CLIENT_SECRET: v.optional(v.string()),
    GOOGLE_ADS_REFRESH_TOKEN: v.optional(v.string()),
    GOOGLE_ADS_JSON_KEY_FILE_PATH: v.optional(v.string()),
    GOOGLE_ADS_IMPERSONATED_EMAIL: v.optional(v.string()),
    GOOGLE_ADS_CUSTOMER_ID: v.pipe(list(''), v.array(customerId)),
    GOOGLE_ADS_LOGIN_CUSTOMER_ID: v.optional(customerId),
    GOOGLE_ADS_DEVELOPER_TOKEN: v.optional(v.string()),
    GOOGLE_ADS_API_VERSION: v.pipe(
      v.optional(v.string(), 'v25'),
      v.regex(/^v\d{1,3}$/, 'must look like v25'),
    ),
    GOOGLE_ADS_ENDPOINT: v.optional(url(['https:', 'http:']), 'https://googleads.googleapis.com'),
    GOOGLE_OAUTH_ENDPOINT: v.optional(url(['https:', 'http:']), 'https://oauth2.googleapis.com/token'),
    LOG_LEVEL: v.optional(v.picklist(['debug', 'info', 'warn', 'error', 'silent']), 'info'),
    LOG_FORMAT: v.optional(v.picklist(['pretty', 'json'], 'must be pretty or json')),
  }),
  v.forward(
    v.check(
      (env) => env.AUTH !== 'open' || LOOPBACK.has(env.HOST) || env.ALLOW_OPEN,
      'open on a HOST that others reach lets them do everything: set ALLOW_OPEN=true if that is meant',
    ),
    ['AUTH'],
  ),
  v.forward(
    v.check(
      (env) => env.GOOGLE_ADS_JSON_KEY_FILE_PATH === undefined || env.GOOGLE_ADS_REFRESH_TOKEN === undefined,
      'is another way of signing in than GOOGLE_ADS_REFRESH_TOKEN: set one of the two',
    ),
    ['GOOGLE_ADS_JSON_KEY_FILE_PATH'],
  ),
)

function toConfig(
  env: v.InferOutput<typeof Env>,
  { source, isTTY = false, customerIds = env.GOOGLE_ADS_CUSTOMER_ID }: Given & { source: string },
): Config {
  return {
    host: env.HOST,
    port: env.PORT,
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
    itemIdRules: env.ADS_ITEM_ID_RULES,
    log: { level: env.LOG_LEVEL, format: env.LOG_FORMAT ?? (isTTY ? 'pretty' : 'json') },
  }
}
