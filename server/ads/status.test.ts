/** The upkeep of the ads, as an admin is told of it. */
import { expect, test } from 'bun:test'
import { join } from 'node:path'
import { until } from '#scripts/lab/harness/until.ts'
import { startTestServer, temporaryFolder } from '#scripts/lab/harness/test-server.ts'

/** The fifth of a month never arrives. */
const SOURCE = `export async function fetchData(date) {
  if (date.endsWith('-05')) throw new Error('the fifth is away')
  return [{ campaign_id: 1, clicks: 1, cost_micros: 1000 }]
}`

test('a run is told by its dates, its requests and the room that it took', async () => {
  await using folder = await temporaryFolder()
  const source = join(folder.path, 'source.mjs')
  await Bun.write(source, SOURCE)
  await using server = await startTestServer({
    ADS_SOURCE: source,
    ADS_REPORTS: 'campaign',
    ADS_CRON: '30 6 * * *',
    ADS_CRON_TIMEZONE: 'Europe/Berlin',
  })
  const year = new Date().getUTCFullYear() - 1
  const range = { from: `${year}-01-01`, to: `${year}-01-10` }
  const { id } = (await server.rest('POST /ads/runs', { body: range })).body
  const ended = await until(
    'it has ended',
    async () => (await server.rest(`GET /ads/runs/${id}`)).body,
    (run) => run.finished_at !== null,
  )
  const { body } = await server.rest('GET /ads/status')
  expect(body).toMatchObject({
    source: 'module',
    schedule: { cron: '30 6 * * *', time_zone: 'Europe/Berlin' },
    quota: { requests_last_24_h: ended.requests },
    notice: null,
  })
  expect(ended.requests).toBeGreaterThan(9)
  const dates = (state: string) => body.dates.find((each: { state: string }) => each.state === state)?.dates
  expect([dates('complete'), dates('failed'), dates('missing') > 700]).toEqual([9, 1, true])
  expect(body.store.files).toBeGreaterThan(9)
  expect(body.store.bytes).toBeGreaterThan(9 * 10)
})
