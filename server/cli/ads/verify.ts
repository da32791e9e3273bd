/** verify: every file against the index, and with --totals the sums against Google's. Writes nothing. */
import { commandLine, compareTotals, verify } from '#server/ads/offline.ts'
import { systemClock } from '#server/platform/clock.ts'
import { rangeIn, settingsOf, type Flags, type Settings } from './options.ts'
import { count, Output, storeLine } from './output.ts'
import { describeDifference, describeTotals } from './totals.ts'

export async function verifyStore(flags: Flags): Promise<number> {
  const { options, catalogue } = settingsOf(flags)
  const output = new Output(flags)
  const remedy = commandLine(options.dir, 'daily')
  const { source, lines, rows, findings, unindexed, oldColumns, ...files } = await verify(
    { ...options, catalogue },
    { range: rangeIn(flags), reports: flags.report, customerIds: flags.customer },
  )
  const { behind, missingIndex, damagedFiles } = files
  for (const file of behind)
    output.say(`${file} is behind the index, or damaged: ${commandLine(options.dir, 'aggregate')}`)
  for (const { report, customer_id, date, problem } of findings)
    output.say(`${report} ${customer_id} ${date}: ${problem}`)
  if (missingIndex !== undefined) output.say(`There is no ${missingIndex}.`)
  for (const file of damagedFiles) output.say(`${file} is not what was written: ${remedy}`)
  if (findings.length > 0) output.say(`The daily job fetches what is damaged: ${remedy}`)
  if (unindexed > 0) output.say(`${count(unindexed)} whole files are newer than the index, as after a kill`)
  if (oldColumns > 0) output.say(`${count(oldColumns)} dates have the columns of an earlier query`)
  output.say(`${count(lines.length)} dates and ${count(rows)} rows checked, ${findings.length} problems`)
  const totals = flags.totals === true ? await verifyTotals(lines, { options, catalogue }, output) : undefined
  output.say(storeLine(options.dir, source))
  const problems = {
    source: source ?? null,
    dates: lines.length,
    rows,
    unindexed,
    old_columns: oldColumns,
    behind,
    damaged_files: damagedFiles,
    problems: findings,
  }
  await output.result([{ ...problems, ...(totals && { totals: totals.checked }) }])
  return findings.length > 0 || damagedFiles.length > 0 ? 1 : (totals?.exitCode ?? 0)
}

type Lines = Awaited<ReturnType<typeof verify>>['lines']

async function verifyTotals(lines: Lines, of: Pick<Settings, 'options' | 'catalogue'>, output: Output) {
  return await compareTotals(lines, {
    ...of,
    clock: systemClock,
    onRefused: (name, detail) => output.say(`${name}: the totals could not be asked for: ${detail}`),
    onChecked(checked) {
      output.say(describeTotals(checked))
      for (const each of checked.differences) output.say(`  ${describeDifference(each)}`)
    },
  })
}
