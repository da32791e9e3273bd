/** The lookback that is learned from restatements, through the real command line. */
import { expect, setDefaultTimeout, test } from 'bun:test'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { CUSTOMER, openBench, readCsv } from './ads-command.testing.ts'

// Children on a busy machine.
setDefaultTimeout(120_000)

const HEADER =
  'report,customer_id,date,restated_at,fetched_at_before,rows_before,rows_after,impressions_before,impressions_after,clicks_before,clicks_after,cost_micros_before,cost_micros_after,conversions_before,conversions_after,conversions_value_before,conversions_value_after'

test('the daily job proposes what was learned, and follows it when it is allowed to', async () => {
  await using bench = openBench()
  const today = Temporal.Now.plainDateISO('America/New_York')
  const range = `--start ${today.subtract({ days: 40 }).toString()} --end ${today.subtract({ days: 1 }).toString()}`
  await bench.ads(`fetch ${range}`)
  const changes = Array.from({ length: 20 }, (_, day) => today.subtract({ days: day + 1 })).flatMap((on) =>
    [2, 7].map((age) => {
      const at = (day: Temporal.PlainDate) => `${day.toString()}T12:30:00.000Z`
      const date = on.subtract({ days: age }).toString()
      return `campaign,${CUSTOMER},${date},${at(on)},${at(on.subtract({ days: 1 }))},3,3,9,9,1,2,5,5,0,0.5,0,0`
    }),
  )
  writeFileSync(join(bench.dir, '.state/restatements.csv'), `${[HEADER, ...changes].join('\n')}\n`)
  const fixed = await bench.ads(`daily ${range} --json`)
  expect(fixed.summary).toMatchObject({ fetched: 30 })
  expect(fixed.stderr).toContain('figures changed up to 7 days back (40 changes')
  expect(fixed.stderr).toContain('would ask for 10 dates a day instead of 30. Set ADS_LOOKBACK_DAYS=auto')

  const auto = { ADS_LOOKBACK_DAYS: 'auto' }
  const followed = await bench.ads(`daily ${range} --json`, auto)
  // Once a week all are asked for, so that a longer tail is seen.
  expect(followed.summary).toMatchObject({ fetched: today.dayOfWeek === 1 ? 30 : 10 })
  const settled = today.subtract({ days: 10 }).toString()
  for (const { date = '', state = '' } of readCsv(join(bench.dir, 'index.csv')))
    expect([date > settled ? 'provisional' : 'complete', 'empty']).toContain(state)
  const status = await bench.ads(`status ${range} --json`, auto)
  expect(JSON.parse(status.stdout).lookback).toMatchObject([
    { report: 'campaign', days: 10, latest_change_days: 7, restatements: 40 },
  ])
  expect((await bench.ads(`daily ${range}`, { ADS_LOOKBACK_DAYS: 'sometimes' })).code).toBe(2)
})
