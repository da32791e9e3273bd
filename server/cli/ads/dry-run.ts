/** --dry-run: which dates are due, and what fetching them would cost. Takes no lock and writes nothing. */
import {
  costToWire,
  planRun,
  versionNoticeOf,
  type PlannedRun,
  type RunParts,
  type RunRequest,
} from '#server/ads/offline.ts'
import { count, lineOf, storeLine, summaryOf, type Output } from './output.ts'

export async function dryRun(request: RunRequest, parts: RunParts, output: Output): Promise<number> {
  const startedAtMs = performance.now()
  const say = (line: string) => output.say(line)
  const notice = versionNoticeOf(parts.options, parts.clock.now())
  if (notice !== undefined) say(`Warning: ${notice}`)
  const planned = await planRun(request, parts, say)
  for (const { tally, due } of planned.tasks) {
    say(`${lineOf(tally)}; ${due.length} due`)
    for (const date of due.toReversed()) say(`  ${date}`)
  }
  for (const line of forecastLines(planned)) say(line)
  say(storeLine(parts.options.dir, planned.progress.source))
  const wallMs = Math.round(performance.now() - startedAtMs)
  await output.result(
    planned.tasks.map(({ tally, due, units }) => ({
      ...summaryOf(tally, planned.progress, wallMs),
      due,
      forecast: { requests: due.length, units, run: costToWire(planned.cost) },
    })),
  )
  return 0
}

export function forecastLines({ tasks, cost, progress }: PlannedRun): string[] {
  const [first] = tasks
  const alike = first && tasks.every(({ due }) => due.length === first.due.length)
  const product =
    alike && tasks.length > 1 ? `${tasks.length} reports × ${count(first.due.length)} dates = ` : ''
  const recent = cost.requestsLastDay > 0 ? `, after ${count(cost.requestsLastDay)} in the last 24 hours` : ''
  const isGoogles = progress.source === 'google'
  if (!isGoogles) return [`Would ask the source ${product}${count(cost.requests)} times.`]
  return [
    `Would take ${product}${count(cost.requests)} requests${recent}, and about ${count(cost.units)} units.`,
    'Google tells the access level of a Cloud project in its console only:',
    ...cost.levels.map(({ name, perDay, fits, days }) => {
      const access = `  ${name[0]?.toUpperCase()}${name.slice(1)} access`
      if (perDay === null) return `${access}: no limit`
      return fits
        ? `${access}, ${count(perDay)} a day: enough`
        : `${access}, ${count(perDay)} a day: not enough; the run would be parked, and continued on ${days - 1 === 1 ? 'the next day' : `the next ${days - 1} days`}`
    }),
  ]
}
