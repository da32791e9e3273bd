/** check: whether the sign-in, the accounts and the reports work, and what two years would cost. Stores nothing. */
import {
  checkSource,
  commandLine,
  exitCodeOfFailure,
  planRun,
  type CheckStep,
  type RunParts,
} from '#server/ads/offline.ts'
import { systemClock } from '#server/platform/clock.ts'
import { forecastLines } from './dry-run.ts'
import { customersIn, settingsOf, type Flags } from './options.ts'
import { Output } from './output.ts'

/** @throws ConfigurationError */
export async function checkConnection(flags: Flags): Promise<number> {
  const settings = settingsOf(flags)
  const { options, catalogue, reports, limits } = settings
  const output = new Output(flags)
  const customerIds = customersIn(settings)
  const signal = new AbortController().signal
  const steps: CheckStep[] = []
  const what = { reports, catalogue, clock: systemClock, signal }
  for await (const step of checkSource({ options, customerIds, ...what })) {
    output.say(`${step.ok ? '✓' : '✗'} ${step.what}: ${step.code ? `${step.code} ` : ''}${step.detail}`)
    steps.push(step)
  }
  const failed = steps.find(({ ok }) => !ok)
  if (!failed) {
    const log = { warn: () => {}, error: () => {} }
    const parts: RunParts = { options, catalogue, clock: systemClock, log, signal, limits }
    const request = { kind: 'backfill', reports, customerIds, refresh: false } as const
    for (const line of forecastLines(await planRun(request, parts, () => {}))) output.say(line)
    output.say(`All of it works. Fetch two years with: ${commandLine(options.dir, 'backfill')}`)
  }
  await output.result([{ source: options.source, ok: !failed, steps }])
  return failed ? exitCodeOfFailure(failed.code ?? 'SOURCE_ERROR') : 0
}
