export const DEFAULT_ADS_DIR = './data/ads'
export const DEFAULT_REPORTS_FOLDER = './reports'

/** What the ads half is told from outside; config.ts fills it from the environment. */
export interface AdsOptions {
  /** The store's folder. */
  dir: string
  /** `google`, `demo`, or the path of a module that exports `fetchData`. */
  source: string
  reports: readonly ReportName[]
  /** Of the aggregated files; a date's own file is always CSV. */
  formats: readonly Format[]
  /** Where reports of one's own are; it need not be there. */
  reportsFolder: string
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

/** In the order in which they are written. */
export const FORMATS = ['csv', 'parquet'] as const
export type Format = (typeof FORMATS)[number]

/** One of definition/files.ts: built in, or of one's own. */
export type ReportName = string
