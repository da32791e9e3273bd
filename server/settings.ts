/** Every setting: what it must be, its default, and what it is for. SETTINGS.md and .env.example are made from this. */
import { availableParallelism } from 'node:os'
import * as v from 'valibot'
import { missingReport } from '#server/ads/definition/files.ts'
import { DEFAULT_ADS_DIR, DEFAULT_REPORTS_FOLDER, FORMATS } from '#server/ads/options.ts'
import { currencyOf } from '#server/products/product.ts'
import { mistakesIn } from './bridge/item-id-rules.ts'
import { cron, customerId, flag, list, pairs, rateLimit, url, wholeNumber, zone } from './setting-values.ts'

export const DEFAULT_LOOKBACK_DAYS = 30
const MIN_ADMIN_KEY_LENGTH = 16
export const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', 'localhost', '::1'])

const MAX_SERVERS = 64
/** Elsewhere the second one on a port is refused, or gets nothing. */
const SHARES_PORTS = process.platform === 'linux'

const SERVER = {
  HOST: v.pipe(
    v.optional(v.string(), '127.0.0.1'),
    v.description('where to listen; anything but loopback needs keys'),
  ),
  PORT: v.pipe(wholeNumber(0, 65_535, '3000'), v.description('where to listen; 0 takes a free port')),
  SERVERS: v.pipe(
    v.pipe(
      v.optional(v.string(), '1'),
      v.check(
        (text) =>
          text === 'auto' || (/^\d{1,3}$/.test(text) && Number(text) >= 1 && Number(text) <= MAX_SERVERS),
        `must be a whole number from 1 to ${MAX_SERVERS}, or auto`,
      ),
      v.transform((text) => (text === 'auto' ? (SHARES_PORTS ? availableParallelism() : 1) : Number(text))),
      v.check((servers) => servers === 1 || SHARES_PORTS, 'more than one share a port on Linux alone'),
    ),
    v.description('so many server processes on the one port; `auto` for one for each core'),
  ),
  PUBLIC_URL: v.pipe(
    v.optional(url(['https:', 'http:'])),
    v.description('where clients reach this server: links in webhooks begin with it'),
  ),
  LOG_LEVEL: v.pipe(
    v.optional(v.picklist(['debug', 'info', 'warn', 'error', 'silent']), 'info'),
    v.description('`debug`, `info`, `warn`, `error` or `silent`'),
  ),
  LOG_FORMAT: v.pipe(
    v.optional(v.picklist(['pretty', 'json'], 'must be pretty or json')),
    v.description('`pretty` or `json`; without it `pretty` on a terminal'),
  ),
  OTEL_EXPORTER_OTLP_ENDPOINT: v.pipe(
    v.optional(url(['https:', 'http:'])),
    v.description(
      'an OpenTelemetry collector, such as `http://127.0.0.1:4318`: it is sent a span of each request',
    ),
  ),
  OTEL_EXPORTER_OTLP_HEADERS: v.pipe(
    pairs,
    v.description('headers for it, such as `api-key=…`, separated by commas'),
  ),
}

const DATA = {
  DATABASE_URL: v.pipe(
    v.pipe(
      v.optional(v.string(), 'file:./data/adstock.db'),
      v.regex(/^(file:.|postgres(ql)?:\/\/)/, 'must be file:… (SQLite) or postgres://…'),
    ),
    v.description('`file:…` (SQLite) or `postgres://…`'),
  ),
  REDIS_URL: v.pipe(
    v.optional(url(['redis:', 'rediss:'])),
    v.description('`redis://…`: what replicas share; without it all is in the process'),
  ),
  CACHE_MEMORY_MB: v.pipe(wholeNumber(1, 65_536, '128'), v.description('memory for kept answers')),
  CURRENCY: v.pipe(
    v.pipe(
      v.optional(v.string(), 'USD'),
      v.check((code) => currencyOf(code) !== undefined, 'must be an ISO 4217 code such as USD'),
    ),
    v.description('of all prices, ISO 4217; a database keeps the one that it began with'),
  ),
  LOW_STOCK_AT: v.pipe(
    wholeNumber(1, 999_999_999, '10'),
    v.description('from which stock on a product runs low, where it has no mark of its own'),
  ),
}

const CALLERS = {
  AUTH: v.pipe(
    v.optional(v.picklist(['open', 'keys'], 'must be open or keys')),
    v.description('`open` or `keys`; without it `open` on loopback, else `keys`'),
  ),
  ALLOW_OPEN: v.pipe(flag, v.description('`true` lets `AUTH=open` be on a host that others reach')),
  ADMIN_KEY: v.pipe(
    v.optional(
      v.pipe(
        v.string(),
        v.regex(
          new RegExp(`^[\\x21-\\x7e]{${MIN_ADMIN_KEY_LENGTH},}$`),
          `must have at least ${MIN_ADMIN_KEY_LENGTH} characters, visible ASCII without spaces`,
        ),
      ),
    ),
    v.description(
      'a key with every scope, at least 16 visible ASCII characters; without it the first start makes one',
    ),
  ),
  PUBLIC_READS: v.pipe(flag, v.description('`true` lets products be read without a key')),
  RATE_LIMIT: v.pipe(
    v.optional(v.picklist(['on', 'off'], 'must be on or off'), 'on'),
    v.description('`off` counts nothing, for benchmarks'),
  ),
  RATE_LIMIT_READ: v.pipe(rateLimit('600/10s'), v.description('requests of one caller in a time')),
  RATE_LIMIT_SEARCH: v.pipe(rateLimit('120/10s'), v.description('the same, of searches')),
  RATE_LIMIT_WRITE: v.pipe(rateLimit('120/10s'), v.description('the same, of changes')),
  TRUSTED_PROXY_HOPS: v.pipe(
    wholeNumber(0, 10, '0'),
    v.description('how many proxies are in front, whose `X-Forwarded-For` is believed'),
  ),
  AUDIT_KEEP_DAYS: v.pipe(
    wholeNumber(31, 3650, '400'),
    v.description('how long the audit has its entries: which key wrote what and when'),
  ),
  CORS_ORIGINS: v.pipe(
    v.pipe(
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
    v.description(
      'pages from elsewhere that browsers let in, such as `https://shop.example`, separated by commas',
    ),
  ),
  WEBHOOKS_ALLOW_PRIVATE: v.pipe(
    flag,
    v.description('`true` lets webhooks go to addresses that are not public'),
  ),
}

const ADS = {
  ADS_DIR: v.pipe(v.optional(v.string(), DEFAULT_ADS_DIR), v.description('the folder of the ads')),
  ADS_SOURCE: v.pipe(
    v.optional(v.string()),
    v.description(
      '`google`, `demo` or the path of a module; without it `google` once any `GOOGLE_ADS_…` is set, else `demo`',
    ),
  ),
  ADS_REPORTS: v.pipe(
    v.pipe(list('campaign,product'), v.minLength(1)),
    v.description(
      'of the daily job, separated by commas: `campaign`, `ad_group`, `keyword`, `product`, and reports of your own',
    ),
  ),
  ADS_REPORTS_FOLDER: v.pipe(
    v.optional(v.string(), DEFAULT_REPORTS_FOLDER),
    v.description('the folder of [reports of your own](ads/README.md#reports-of-your-own)'),
  ),
  ADS_FORMATS: v.pipe(
    list('csv'),
    v.check(
      (formats) => formats.includes('csv') && formats.every((each) => FORMATS.some((one) => one === each)),
      'must be csv, or csv,parquet',
    ),
    v.description('of the aggregated files: `csv`, or `csv,parquet`'),
  ),
  ADS_CRON: v.pipe(
    v.optional(v.string(), '30 6 * * *'),
    v.description('when the daily job runs; `off` for never'),
  ),
  ADS_CRON_TIMEZONE: v.pipe(v.optional(zone), v.description("an IANA name; without it the account's")),
  ADS_LOOKBACK_DAYS: v.pipe(
    v.pipe(
      v.optional(v.string(), `${DEFAULT_LOOKBACK_DAYS}`),
      v.check(
        (text) => text === 'auto' || (/^\d{1,2}$/.test(text) && Number(text) <= 90),
        'must be a whole number from 0 to 90, or auto',
      ),
    ),
    v.description('recent dates that are fetched again, up to 90, or `auto`'),
  ),
  ADS_TIMEOUT_MS: v.pipe(wholeNumber(1, 3_600_000, '120000'), v.description("for one date's answer")),
  ADS_IDLE_TIMEOUT_MS: v.pipe(
    wholeNumber(1, 3_600_000, '20000'),
    v.description('the longest silence within an answer'),
  ),
  ADS_ITEM_ID_RULES: v.pipe(
    v.pipe(
      list(''),
      v.check(
        (templates) => mistakesIn(templates).length === 0,
        ({ input }) => mistakesIn(input).join('; '),
      ),
    ),
    v.description('how item ids are made of products, such as `gla_{id}`, separated by commas'),
  ),
}

const BACKUPS = {
  BACKUP_CRON: v.pipe(
    cron,
    v.description('when a server backs everything up, such as `0 3 * * *` in UTC; `off` for never'),
  ),
  BACKUP_DIR: v.pipe(v.optional(v.string(), './data/backups'), v.description('the folder of these backups')),
  BACKUP_KEEP: v.pipe(wholeNumber(1, 1000, '7'), v.description('so many of the newest stay, at any age')),
  BACKUP_KEEP_DAYS: v.pipe(wholeNumber(0, 3650, '30'), v.description('younger ones stay, however many')),
}

const GOOGLE = {
  GOOGLE_ADS_CLIENT_ID: v.pipe(v.optional(v.string()), v.description('of the OAuth client')),
  GOOGLE_ADS_CLIENT_SECRET: v.pipe(v.optional(v.string()), v.description('of the OAuth client')),
  GOOGLE_ADS_REFRESH_TOKEN: v.pipe(v.optional(v.string()), v.description('of the user that signs in')),
  GOOGLE_ADS_JSON_KEY_FILE_PATH: v.pipe(
    v.optional(v.string()),
    v.description("a service account's key, in place of the three above"),
  ),
  GOOGLE_ADS_IMPERSONATED_EMAIL: v.pipe(
    v.optional(v.string()),
    v.description('the user that the service account stands for'),
  ),
  GOOGLE_ADS_CUSTOMER_ID: v.pipe(
    v.pipe(list(''), v.array(customerId)),
    v.description('accounts or managers, ten digits each, separated by commas'),
  ),
  GOOGLE_ADS_LOGIN_CUSTOMER_ID: v.pipe(
    v.optional(customerId),
    v.description('the manager that access goes through'),
  ),
  GOOGLE_ADS_DEVELOPER_TOKEN: v.pipe(
    v.optional(v.string()),
    v.description('of the API; some accounts need none'),
  ),
  GOOGLE_ADS_API_VERSION: v.pipe(
    v.pipe(v.optional(v.string(), 'v25'), v.regex(/^v\d{1,3}$/, 'must look like v25')),
    v.description('of the API'),
  ),
  GOOGLE_ADS_ENDPOINT: v.pipe(
    v.optional(url(['https:', 'http:']), 'https://googleads.googleapis.com'),
    v.description('another host, of a simulator or a proxy'),
  ),
  GOOGLE_OAUTH_ENDPOINT: v.pipe(
    v.optional(url(['https:', 'http:']), 'https://oauth2.googleapis.com/token'),
    v.description('the same, of the sign-in'),
  ),
}

/** For a reader, in this order. */
export const SETTING_GROUPS = {
  Server: SERVER,
  Data: DATA,
  Callers: CALLERS,
  Ads: ADS,
  'Google Ads': GOOGLE,
  Backups: BACKUPS,
}

/** These may be in a file, whose path `NAME_FILE` gives: as secrets are mounted into a container. */
export const SECRETS = [
  'DATABASE_URL',
  'REDIS_URL',
  'ADMIN_KEY',
  'OTEL_EXPORTER_OTLP_HEADERS',
  'GOOGLE_ADS_CLIENT_SECRET',
  'GOOGLE_ADS_REFRESH_TOKEN',
  'GOOGLE_ADS_DEVELOPER_TOKEN',
] as const

export const Settings = v.pipe(
  v.object({ ...SERVER, ...DATA, ...CALLERS, ...ADS, ...GOOGLE, ...BACKUPS }),
  v.forward(
    v.check(
      (env) => env.AUTH !== 'open' || LOOPBACK.has(env.HOST) || env.ALLOW_OPEN,
      'open on a HOST that others reach lets them do everything: set ALLOW_OPEN=true if that is meant',
    ),
    ['AUTH'],
  ),
  v.forward(
    v.partialCheck(
      [['ADS_REPORTS'], ['ADS_REPORTS_FOLDER']],
      (env) => missingReports(env).length === 0,
      ({ input }) => missingReports(input).join('; '),
    ),
    ['ADS_REPORTS'],
  ),
  v.forward(
    v.check(
      (env) => env.GOOGLE_ADS_JSON_KEY_FILE_PATH === undefined || env.GOOGLE_ADS_REFRESH_TOKEN === undefined,
      'is another way of signing in than GOOGLE_ADS_REFRESH_TOKEN: set one of the two',
    ),
    ['GOOGLE_ADS_JSON_KEY_FILE_PATH'],
  ),
)

function missingReports(env: { ADS_REPORTS: readonly string[]; ADS_REPORTS_FOLDER: string }): string[] {
  return env.ADS_REPORTS.flatMap((name) => missingReport(name, env.ADS_REPORTS_FOLDER) ?? [])
}
