/** backfill, fetch and daily: one run, followed to its exit code. */
import {
  beginRun,
  commandLine,
  exitCodeOf,
  failedOf,
  type RunKind,
  type RunLog,
  type RunParts,
} from '#server/ads/offline.ts'
import { note } from '#server/cli/recording.ts'
import { systemClock } from '#server/platform/clock.ts'
import { showProgress } from './progress-bar.ts'
import { dryRun } from './dry-run.ts'
import { customersIn, rangeIn, settingsOf, type Flags, type Settings } from './options.ts'
import { duration, failureLines, lineOf, Output, storeLine, summaryOf } from './output.ts'

const EXIT_CODE_OF_SIGNAL = { SIGINT: 130, SIGTERM: 143 } as const
type Signal = keyof typeof EXIT_CODE_OF_SIGNAL

/** @returns the exit code of the contract. @throws ConfigurationError, StoreBusyError, StoreError */
export async function runFetch(kind: RunKind, flags: Flags): Promise<number> {
  const settings = settingsOf(flags)
  const { options, catalogue, limits, reports } = settings
  const request = {
    kind,
    reports,
    range: rangeIn(flags),
    customerIds: customersIn(settings),
    refresh: flags.refresh ?? false,
  }
  const interruption = new Interruption()
  const parts: RunParts = {
    options,
    catalogue,
    limits,
    clock: systemClock,
    log: noticesOnStderr,
    signal: interruption.signal,
  }
  if (flags.dryRun) return await dryRun(request, parts, new Output(flags))
  const startedAtMs = performance.now()
  const { progress, finished } = beginRun(request, parts)
  const entry = { operation: 'ads.startRun', subject: 'run', subjectId: progress.id } as const
  // Not waited for: a database that is away delays no run.
  const begun = note(settings.databaseUrl, { ...entry, outcome: 'begun' })
  try {
    using _ = await showProgress(progress)
    await finished
  } finally {
    await begun
    await note(settings.databaseUrl, { ...entry, outcome: progress.stopped?.code ?? progress.state })
  }
  await conclude(progress, settings, Math.round(performance.now() - startedAtMs))
  return interruption.exitCode ?? exitCodeOf(progress)
}

/** For people: a line each, beside the summary. */
const noticesOnStderr: RunLog = { warn: printNotice, error: printNotice }

function printNotice(context: object, message: string): void {
  const more = Object.values(context).map((value) => (value instanceof Error ? value.message : String(value)))
  console.error(['Notice:', message, ...more].join(' '))
}

type RunProgress = ReturnType<typeof beginRun>['progress']

async function conclude(progress: RunProgress, { flags, options }: Settings, wallMs: number): Promise<void> {
  const output = new Output(flags)
  for (const tally of progress.tallies) output.say(lineOf(tally))
  const failed = failedOf(progress)
  for (const line of failureLines(failed, commandLine(options.dir, 'status'))) output.say(line)
  const { stopped } = progress
  if (stopped && !failed.some(({ detail }) => detail === stopped.detail))
    output.say(`Stopped: ${stopped.detail}`)
  if (progress.parkedUntilMs !== undefined)
    output.say(
      `The quota is used up. Parked until ${new Date(progress.parkedUntilMs).toISOString()}: run the same command again then, nothing is lost.`,
    )
  output.say(`${progress.state} in ${duration(wallMs)}, ${storeLine(options.dir, progress.source)}`)
  await output.result(progress.tallies.map((tally) => summaryOf(tally, progress, wallMs)))
}

/** The first signal stops the run at a date boundary, the second one does not wait for that. */
class Interruption {
  readonly #control = new AbortController()
  exitCode: number | undefined

  constructor() {
    for (const name of Object.keys(EXIT_CODE_OF_SIGNAL) as Signal[]) process.on(name, () => this.#hear(name))
  }

  get signal(): AbortSignal {
    return this.#control.signal
  }

  #hear(name: Signal): void {
    const code = EXIT_CODE_OF_SIGNAL[name]
    if (this.exitCode !== undefined) process.exit(code)
    this.exitCode = code
    console.error(`${name}: stopping at a date boundary.`)
    this.#control.abort(new Error('The run was interrupted.'))
  }
}
