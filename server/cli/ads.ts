/** `./scripts/adstock backfill` and `… ads`: the ads half on the command line. */
import { Command } from 'commander'
import { ConfigurationError, StoreBusyError } from '#server/ads/offline.ts'
import { ConfigError } from '#server/config.ts'
import { aggregateStore } from './ads/aggregate.ts'
import { checkConnection } from './ads/check.ts'
import { runFetch } from './ads/fetch.ts'
import {
  withFetchOptions,
  withQueryOptions,
  withRangeOptions,
  withStoreOptions,
  type Flags,
} from './ads/options.ts'
import { runQuery } from './ads/query.ts'
import { LEGEND, showStatus } from './ads/status.ts'
import { verifyStore } from './ads/verify.ts'

const EXIT_CODES = `
Exit codes: 0 every requested date is in the store · 1 some dates failed · 2 wrong usage or configuration ·
3 authentication failed for good · 4 quota used up, parked · 5 another run holds the store · 130/143 interrupted`

const WRONG_USAGE = 2
const STORE_BUSY = 5

let exitCode = 0
const program = new Command('ads')
  .description('Two years of Google Ads, date by date, in a folder of CSV files.')
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : WRONG_USAGE))
  .addHelpText('after', EXIT_CODES)

function subcommand(
  name: string,
  description: string,
  run: (flags: Flags, words: readonly string[]) => Promise<number>,
): Command {
  const command = program.command(name).description(description).addHelpText('after', EXIT_CODES)
  return command.action(async () => {
    exitCode = await run(command.opts<Flags>(), command.args)
  })
}

withStoreOptions(
  subcommand('check', 'sign in, ask accounts and reports, and say what works', checkConnection),
).option('--source <name>', 'google, demo, or the path of a module that exports fetchData')
withFetchOptions(
  subcommand(
    'backfill',
    'fetch the missing and failed dates of the last two years, up to yesterday',
    (flags) => runFetch('backfill', flags),
  ),
)
withFetchOptions(
  subcommand('fetch', 'fetch a given range: --start and --end are needed', async (flags) => {
    if (flags.start === undefined || flags.end === undefined)
      throw new ConfigurationError('fetch needs --start and --end.')
    return await runFetch('fetch', flags)
  }),
)
withFetchOptions(
  subcommand('daily', 'what the scheduled job does: missing dates, and recent ones again', (flags) =>
    runFetch('daily', flags),
  ),
)
withRangeOptions(subcommand('status', `the state of every date (${LEGEND})`, showStatus))
withRangeOptions(subcommand('verify', 'check every file against the index', verifyStore)).option(
  '--totals',
  'also check the sums against what Google sums itself: a query or two for each report',
)
withStoreOptions(
  subcommand('aggregate', 'rebuild the aggregated files (ADS_FORMATS: csv, or csv,parquet)', aggregateStore),
)
withQueryOptions(
  subcommand('query <sql>', "a SELECT over the store's reports, dates and accounts, by DuckDB", runQuery),
)

try {
  await program.parseAsync()
} catch (error) {
  exitCode = codeOf(error)
  console.error(error instanceof Error ? error.message : error)
}
// Not left to an empty event loop: a thread of a stuck source may still be running.
process.exit(exitCode)

function codeOf(error: unknown): number {
  if (error instanceof StoreBusyError) return STORE_BUSY
  if (error instanceof ConfigurationError || error instanceof ConfigError) return WRONG_USAGE
  return 1
}
