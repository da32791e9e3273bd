/** `bun run simulator`: a Google Ads server to try Adstock against, without an account. */
import { Command, InvalidArgumentError, Option } from 'commander'
import { SCENARIOS, type Scenario } from './faults.ts'
import { startSimulator } from './server.ts'

interface Options {
  port: number
  scenario: Scenario
  seed: number
  customer?: string
  dailyQuota?: number
  hugeDayRows?: number
  latencyMs?: number
  rate?: { perSecond: number; burst: number }
}

const wholeNumber = (text: string) => {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('It must be a whole number.')
  return Number(text)
}
const customerId = (text: string) => {
  const digits = text.replaceAll('-', '')
  if (!/^\d{10}$/.test(digits)) throw new InvalidArgumentError('A customer id has ten digits.')
  return digits
}

const rate = (text: string) => {
  const [, perSecond, burst] = /^(\d{1,6})(?:\/(\d{1,6}))?$/.exec(text) ?? []
  if (perSecond === undefined) throw new InvalidArgumentError('It must be a number, or two as in 20/5.')
  return { perSecond: Number(perSecond), burst: Number(burst ?? perSecond) }
}

const program = new Command('simulator')
  .description('A local Google Ads server, faithful on the wire; its figures are made up.')
  .option('--port <number>', 'where to listen on 127.0.0.1; 0 takes a free port', wholeNumber, 0)
  .addOption(new Option('--scenario <name>', 'what goes wrong').choices(SCENARIOS).default('plain'))
  .option('--seed <number>', 'another seed gives other figures and other faults', wholeNumber, 1)
  .option('--customer <id>', 'the only account there is; without it any ten digits are one', customerId)
  .option('--daily-quota <number>', 'queries until daily-quota is used up', wholeNumber)
  .option('--huge-day-rows <number>', 'the product report has so many rows on every date', wholeNumber)
  .option('--latency-ms <number>', 'how long an answer takes to begin', wholeNumber)
  .option('--rate <per second/burst>', 'what comes faster is refused, for each account', rate)
  .showHelpAfterError()
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2))
program.parse()

const { customer, ...options } = program.opts<Options>()
const simulator = startSimulator({ ...options, ...(customer !== undefined && { customerId: customer }) })

console.log(`GOOGLE_ADS_ENDPOINT=${simulator.endpoint}`)
console.log(`GOOGLE_OAUTH_ENDPOINT=${simulator.oauthEndpoint}`)
console.error(`
The ${options.scenario} scenario is being served. Set the two lines above, and any credentials:
GOOGLE_ADS_CLIENT_ID=x GOOGLE_ADS_CLIENT_SECRET=x GOOGLE_ADS_REFRESH_TOKEN=x GOOGLE_ADS_CUSTOMER_ID=${customer ?? '1234567890'}
${simulator.endpoint}/__stats tells what was asked, ${simulator.endpoint}/__expected?report=campaign&customer_id=${customer ?? '1234567890'}&from=2026-01-01&to=2026-01-31 what to expect.`)

process.once('SIGINT', () => void stop(130))
process.once('SIGTERM', () => void stop(143))

async function stop(code: number): Promise<void> {
  await simulator.stop()
  process.exit(code)
}
