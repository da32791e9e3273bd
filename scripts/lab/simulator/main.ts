/** `./scripts/adstock simulator`: a Google Ads server to try Adstock against, without an account. */
import { writeFileSync } from 'node:fs'
import { Command, InvalidArgumentError, Option } from 'commander'
import { SCENARIOS, type Scenario } from './faults.ts'
import { startSimulator } from './server.ts'
import { MANAGER_ID } from './tree.ts'

interface Options {
  port: number
  scenario: Scenario
  seed: number
  customer?: string
  dailyQuota?: number
  hugeDayRows?: number
  latencyMs?: number
  rate?: { perSecond: number; burst: number }
  keyFile?: string
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

const NAMES = Object.keys(SCENARIOS)
const LONGEST = Math.max(...NAMES.map(({ length }) => length))
const DESCRIPTIONS = Object.entries(SCENARIOS).map(([name, what]) => `  ${name.padEnd(LONGEST)}  ${what}`)

const program = new Command('simulator')
  .description('A local Google Ads server, faithful on the wire; its figures are made up.')
  .option('--port <number>', 'where to listen on 127.0.0.1; 0 takes a free port', wholeNumber, 0)
  .addOption(new Option('--scenario <name>', 'what goes wrong').choices(NAMES).default('plain'))
  .option('--seed <number>', 'another seed gives other figures and other faults', wholeNumber, 1)
  .option('--customer <id>', 'the only account there is; without it any ten digits are one', customerId)
  .option('--daily-quota <number>', 'queries until daily-quota is used up', wholeNumber)
  .option('--huge-day-rows <number>', 'the product report has so many rows on every date', wholeNumber)
  .option('--latency-ms <number>', 'how long an answer takes to begin', wholeNumber)
  .option('--rate <per second/burst>', 'what comes faster is refused, for each account', rate)
  .option('--key-file <path>', "write a service account's key there, which may sign in")
  .addHelpText('after', `\nScenarios, the same for the same seed:\n${DESCRIPTIONS.join('\n')}`)
  .showHelpAfterError()
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2))
program.parse()

const { customer, keyFile, ...options } = program.opts<Options>()
const simulator = startSimulator({ ...options, ...(customer !== undefined && { customerId: customer }) })

if (keyFile !== undefined) writeFileSync(keyFile, simulator.newKeyFile(), { mode: 0o600 })

console.log(`GOOGLE_ADS_ENDPOINT=${simulator.endpoint}`)
console.log(`GOOGLE_OAUTH_ENDPOINT=${simulator.oauthEndpoint}`)
const account = customer ?? (options.scenario === 'manager' ? MANAGER_ID : '1234567890')
const signIn =
  keyFile === undefined
    ? 'GOOGLE_ADS_CLIENT_ID=x GOOGLE_ADS_CLIENT_SECRET=x GOOGLE_ADS_REFRESH_TOKEN=x'
    : `GOOGLE_ADS_JSON_KEY_FILE_PATH=${keyFile}`
console.error(`
The ${options.scenario} scenario is being served. Set the two lines above, and credentials:
${signIn} GOOGLE_ADS_CUSTOMER_ID=${account}
${simulator.endpoint}/__stats tells what was asked, ${simulator.endpoint}/__expected?report=campaign&customer_id=${account}&from=2026-01-01&to=2026-01-31 what to expect.
An account changes with curl ${simulator.endpoint}/__accounts/${account} -d '{"status":"CANCELED"}' (or "timeZone", "currency", "name").`)

process.once('SIGINT', () => void stop(130))
process.once('SIGTERM', () => void stop(143))

async function stop(code: number): Promise<void> {
  await simulator.stop()
  process.exit(code)
}
