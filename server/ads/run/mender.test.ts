/** What a running server finds damaged in its store is refused at once, and right again soon. */
import { expect, setDefaultTimeout, test } from 'bun:test'
import { readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startServerProcess } from '#scripts/lab/harness/server-process.ts'
import { temporaryFolder } from '#scripts/lab/harness/test-server.ts'
import { until } from '#scripts/lab/harness/until.ts'

setDefaultTimeout(120_000)

/** As a disk does: neither size nor time tell of it. */
function changeBit(path: string, after: string): void {
  const { atime, mtime } = statSync(path)
  const bytes = readFileSync(path)
  const at = bytes.indexOf(after) + after.length
  bytes[at] = (bytes[at] ?? 0) ^ 1
  writeFileSync(path, bytes)
  utimesSync(path, atime, mtime)
}

test('a digit of a date, and then one of the index, that a disk has changed', async () => {
  await using folder = await temporaryFolder()
  const source = join(folder.path, 'source.mjs')
  writeFileSync(source, 'export const fetchData = async () => [{ campaign_id: 1, clicks: 7 }]')
  const env = { ADS_SOURCE: source, ADS_REPORTS: 'campaign', ADS_CRON: '0 3 * * *' }
  await using server = await startServerProcess(folder.path, env)
  const get = async (path: string) => {
    const response = await fetch(`${server.url}/v1/ads/${path}`)
    return { status: response.status, body: await response.json() }
  }
  const runs = async () => (await get('runs')).body.items
  const ended = async (count: number) =>
    await until('a run has ended', runs, ({ length, 0: last }) => length === count && last.state === 'done')
  const [{ to }] = await ended(1)
  const ofCampaigns = `report?from=${to}&to=${to}&group_by=campaign`
  const date = join(folder.path, `ads/campaign/customer_id=1234567890/date=${to}/data.csv`)
  changeBit(date, `\n${to},1234567890,1,,,0,`)
  expect(await get(ofCampaigns)).toMatchObject({
    status: 503,
    body: { code: 'UNAVAILABLE', detail: expect.stringContaining(`${to} is damaged`) },
  })
  const mended = await until(
    'the date is fetched again',
    () => get(ofCampaigns),
    ({ status }) => status === 200,
  )
  await ended(2)
  expect(mended.body.rows).toMatchObject([{ campaign_id: '1', clicks: 7 }])

  const day = async () => (await get(`days?from=${to}&to=${to}`)).body.days[0]
  changeBit(join(folder.path, 'ads/index.csv'), `${to},provisional,1,0,`)
  const found: { state: string; clicks: number }[] = []
  await until('the index is made anew', day, (each) => {
    found.push(each)
    return each.state !== 'missing'
  })
  expect(found[0]).toMatchObject({ state: 'missing', clicks: 0 })
  expect(found.at(-1)).toMatchObject({ state: 'provisional', clicks: 7 })
})
