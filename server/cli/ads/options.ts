/** The options of the ads commands: read, checked, and merged over what the environment says. */
import { InvalidArgumentError, Option, type Command } from 'commander'
import {
  BUILT_IN_NAMES,
  Catalogue,
  ConfigurationError,
  customersOf,
  DEFAULT_LIMITS,
  isDate,
  type AdsOptions,
  type AskedRange,
  type ReportName,
  type RunLimits,
} from '#server/ads/offline.ts'
import { readConfig } from '#server/config.ts'

export interface Flags {
  start?: string
  end?: string
  out?: string
  report?: ReportName[]
  customer?: string[]
  source?: string
  concurrency?: number
  workers?: number
  refresh?: boolean
  dryRun?: boolean
  json?: boolean
  csv?: boolean
  totals?: boolean
}

export interface Settings {
  databaseUrl: string
  options: AdsOptions
  catalogue: Catalogue
  reports: readonly ReportName[]
  limits: RunLimits
  flags: Flags
}

const MAX_CONCURRENCY = 64
const MAX_WORKERS = 16

const FOLDER = ['--out <dir>', "the store's folder (default: ADS_DIR, else ./data/ads)"] as const

export function withQueryOptions(command: Command): Command {
  return command
    .option(...FOLDER)
    .option('--json', 'stdout is one object with columns and rows; all else goes to stderr')
    .addOption(new Option('--csv', 'stdout is the rows; all else goes to stderr').conflicts('json'))
}

export function withStoreOptions(command: Command): Command {
  return command
    .option(...FOLDER)
    .option(
      '--report <name>',
      `${BUILT_IN_NAMES.join(', ')}, or a file of ADS_REPORTS_FOLDER (./reports); repeatable (default: ADS_REPORTS)`,
      reportName,
    )
    .option('--customer <id>', 'ten digits; repeatable (default: GOOGLE_ADS_CUSTOMER_ID)', customerId)
    .option('--json', 'the last line of stdout is the summary; all else goes to stderr')
}

export function withRangeOptions(command: Command): Command {
  return withStoreOptions(command)
    .option('--start <date>', 'YYYY-MM-DD, the first date', date)
    .option('--end <date>', 'YYYY-MM-DD, the last date, included', date)
}

export function withFetchOptions(command: Command): Command {
  return withRangeOptions(command)
    .option('--source <name>', 'google, demo, or the path of a module that exports fetchData')
    .option(
      '--concurrency <n>',
      `dates under way at once, at most (default: ${DEFAULT_LIMITS.concurrency})`,
      between(1, MAX_CONCURRENCY),
    )
    .option(
      '--workers <n>',
      'threads that fetch and write (default: one per core, up to 4)',
      between(1, MAX_WORKERS),
    )
    .option('--refresh', 'fetch again what is there')
    .option('--dry-run', 'list the dates and what they would cost; fetch nothing')
}

/** @throws ConfigError for the environment, ConfigurationError for a report */
export function settingsOf(flags: Flags): Settings {
  const { source, customer: customerIds } = flags
  const { ads, databaseUrl } = readConfig(process.env, { source, customerIds })
  const options: AdsOptions = { ...ads, ...(flags.out !== undefined && { dir: flags.out }) }
  const limits = {
    concurrency: flags.concurrency ?? DEFAULT_LIMITS.concurrency,
    workers: flags.workers ?? DEFAULT_LIMITS.workers,
    background: false,
  }
  const catalogue = new Catalogue(options)
  const reports = flags.report ?? options.reports
  for (const name of reports) catalogue.get(name)
  return { databaseUrl, options, catalogue, limits, flags, reports }
}

/** @throws ConfigurationError when no account is named */
export function customersIn({ options, flags }: Settings): readonly string[] {
  return customersOf(options, flags.customer)
}

/** To read of: none when neither an option nor a variable names one. */
export function accountsIn({ options }: Settings): readonly string[] {
  return options.google.customerIds
}

/** @throws ConfigurationError */
export function rangeIn({ start, end }: Flags): AskedRange {
  if (start !== undefined && end !== undefined && start > end)
    throw new ConfigurationError(`--start ${start} is after --end ${end}.`)
  return { from: start, to: end }
}

function date(text: string): string {
  if (!isDate(text)) throw new InvalidArgumentError('It must be a date such as 2026-01-31.')
  return text
}

function reportName(text: string, previous: ReportName[] = []): ReportName[] {
  return [...new Set([...previous, text])]
}

function customerId(text: string, previous: string[] = []): string[] {
  if (!/^(\d{10}|\d{3}-\d{3}-\d{4})$/.test(text))
    throw new InvalidArgumentError('A customer id has ten digits, with or without dashes.')
  return [...new Set([...previous, text.replaceAll('-', '')])]
}

function between(min: number, max: number) {
  return (text: string): number => {
    const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN
    if (!(value >= min && value <= max)) throw new InvalidArgumentError(`It must be from ${min} to ${max}.`)
    return value
  }
}
