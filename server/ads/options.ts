export const DEFAULT_ADS_DIR = './data/ads'

/** What the ads half is told from outside; config.ts fills it from the environment. */
export interface AdsOptions {
  /** The store's folder. */
  dir: string
  /** `google`, `demo`, or the path of a module that exports `fetchData`. */
  source: string
  reports: readonly ReportName[]
  /** Of the aggregated files; a date's own file is always CSV. */
  formats: readonly Format[]
  /** A cron expression, or `off`. */
  cron: string
  /** An IANA zone; without one, the account's. */
  cronTimezone: string | undefined
  lookbackDays: number
  /** Whether the daily job follows what it has learned instead, where it has learned something. */
  followsLookback: boolean
  /** One date's total. */
  timeoutMs: number
  /** The longest silence inside one response. */
  idleTimeoutMs: number
  google: GoogleAdsOptions
}

export interface GoogleAdsOptions {
  clientId: string | undefined
  clientSecret: string | undefined
  refreshToken: string | undefined
  /** A service account's key, instead of the three above. */
  keyFilePath: string | undefined
  impersonatedEmail: string | undefined
  /** Ten digits each, without dashes. */
  customerIds: readonly string[]
  loginCustomerId: string | undefined
  developerToken: string | undefined
  /** `v25` */
  apiVersion: string
  endpoint: string
  oauthEndpoint: string
}

export const REPORT_NAMES = ['campaign', 'ad_group', 'keyword', 'product'] as const
export type ReportName = (typeof REPORT_NAMES)[number]

/** In the order in which they are written. */
export const FORMATS = ['csv', 'parquet'] as const
export type Format = (typeof FORMATS)[number]
