/** `./scripts/adstock consistency`: whether any read is ever older than what was acknowledged before it, whatever fails. */
import { Command, InvalidArgumentError } from 'commander'
import { stopTemporaryPostgres } from '#db/postgres.testing.ts'
import { positive } from '#scripts/lab/harness/positive.ts'
import { FAULT_NAMES, type FaultName } from './faults.ts'
import { MUTANTS, type MutantName } from './mutants.ts'
import { PHASE_HEADING, phaseLine, reportOf, summary } from './report.ts'
import { againstMutant, phasesOf, run } from './run.ts'

interface Options {
  seconds: number
  processes: number
  fault: FaultName[]
  mutant?: MutantName
  json?: true
  log?: string
}

const EXIT_VIOLATED = 1

const oneOf =
  <Name extends string>(names: readonly Name[]) =>
  (text: string): Name => {
    const name = names.find((each) => each === text)
    if (name === undefined) throw new InvalidArgumentError(`One of ${names.join(', ')}.`)
    return name
  }
const aFault = oneOf(FAULT_NAMES)

async function check({ seconds, processes, fault, mutant, json, log }: Options): Promise<void> {
  const sink = log === undefined ? undefined : Bun.file(log).writer()
  const tell = json ? console.error : console.log
  const interrupted = new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, resolve)
  })
  tell(PHASE_HEADING)
  try {
    const session = await run({
      ...(mutant ? againstMutant(mutant, seconds) : { phases: phasesOf(seconds, fault) }),
      processes,
      stop: interrupted,
      onPhase: (tally) => tell(phaseLine(tally)),
      log: sink && ((entry) => void sink.write(`${JSON.stringify(entry)}\n`)),
    })
    await sink?.end()
    const report = reportOf(session)
    tell(summary(report))
    if (json) console.log(JSON.stringify(report))
    if (report.violations > 0) process.exitCode = EXIT_VIOLATED
  } finally {
    await stopTemporaryPostgres()
  }
}

await new Command('consistency')
  .description(
    'Readers and writers on three servers with PostgreSQL and Redis, while these fail. Without --fault: each fault alone, then all at once. Exits with 1 when a read was wrong.',
  )
  .option('--seconds <n>', 'of load', positive, 120)
  .option('--processes <n>', 'of each server, on its one port', positive, 1)
  .option(
    '--fault <name>',
    `only this one, or these together: ${FAULT_NAMES.join(', ')}`,
    (text, names: FaultName[]) => [...names, aFault(text)],
    [],
  )
  .option(
    '--mutant <name>',
    `a cache that is broken on purpose, until that is found: ${Object.keys(MUTANTS).join(', ')}`,
    oneOf(Object.keys(MUTANTS) as MutantName[]),
  )
  .option('--log <file>', 'every request, and every version that an answer has shown, as JSON lines')
  .option('--json', 'the last line of stdout is the report, all else goes to stderr')
  .action(check)
  .parseAsync()
process.exit()
