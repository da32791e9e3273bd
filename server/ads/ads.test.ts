import { afterAll, expect, test } from 'bun:test'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLogger } from '#server/platform/log.ts'
import { systemClock } from '#server/platform/clock.ts'
import { createMetrics } from '#server/platform/metrics.ts'
import { until } from '#scripts/lab/harness/until.ts'
import { startTestServer, type TestServer } from '#scripts/lab/harness/test-server.ts'
import type { Ads } from './ads.ts'
import { createAds } from './create-ads.ts'
import { ItemSeries } from './item-series.ts'
import type { AdsOptions } from './options.ts'
import type { ReportRow } from './report-schema.ts'
import type { Day } from './schema.ts'
import type { Run } from './run-schema.ts'

const folder = mkdtempSync(join(tmpdir(), 'adstock-service-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Two rows on every date but the tenth of a month; the fifth of a month never arrives. */
const source = join(folder, 'source.mjs')
writeFileSync(
  source,
  `export async function fetchData(date, { report }) {
     if (date.endsWith('-10')) return []
     if (date.endsWith('-05')) throw new Error('the fifth is away')
     const more = report === 'product' ? { ad_group_id: 3 } : { campaign_name: 'seen on ' + date }
     return [1, 2].map((n) => ({ campaign_id: n, product_item_id: 'AS-' + n, clicks: n, cost_micros: n * 1000, conversions: 0.1, ...more }))
   }`,
)
const slow = join(folder, 'slow.mjs')
writeFileSync(
  slow,
  'export const fetchData = (date, { signal }) => new Promise((_, no) => signal.addEventListener("abort", no))',
)

const log = createLogger({ level: 'silent', format: 'json' })
let stores = 0

function options(more: Partial<AdsOptions> = {}): AdsOptions {
  return {
    dir: join(folder, `store-${stores++}`),
    source,
    reports: ['campaign'],
    formats: ['csv'],
    reportsFolder: '',
    cron: 'off',
    cronTimezone: undefined,
    lookbackDays: 30,
    followsLookback: false,
    timeoutMs: 10_000,
    idleTimeoutMs: 10_000,
    google: {
      clientId: undefined,
      clientSecret: undefined,
      refreshToken: undefined,
      keyFilePath: undefined,
      impersonatedEmail: undefined,
      customerIds: [],
      loginCustomerId: undefined,
      developerToken: undefined,
      apiVersion: 'v25',
      endpoint: 'http://127.0.0.1:1',
      oauthEndpoint: 'http://127.0.0.1:1',
    },
    ...more,
  }
}

const open = (given: AdsOptions): Ads =>
  createAds(given, { clock: systemClock, log, metrics: createMetrics(), acquireRunLease })
const acquireRunLease = async () => ({ [Symbol.asyncDispose]: async () => {} })

const RANGE = { from: '2026-01-01', to: '2026-01-31' }

async function fill(server: TestServer): Promise<Run> {
  const body = { ...RANGE, reports: ['campaign', 'product'] }
  const started = await server.rest('POST /ads/runs', { body })
  expect(started.status).toBe(202)
  const read = async () => (await server.rest(`GET /ads/runs/${started.body.id}`)).body as Run
  await until('the run has ended', async () => (await read()).finished_at !== null)
  return await read()
}

test('a run over REST: started, followed, and told by days, report and the list of runs', async () => {
  await using server = await startTestServer({ ADS_SOURCE: source, ADS_REPORTS: 'campaign,product' })
  const run = await fill(server)
  expect(run).toMatchObject({
    state: 'failed',
    kind: 'fetch',
    ...RANGE,
    requested: 62,
    skipped: 0,
    done: 60,
    rows: 116,
  })
  expect(run.failed).toHaveLength(2)
  expect(run.failed[0]).toMatchObject({
    date: '2026-01-05',
    code: 'SOURCE_ERROR',
    detail: 'the fifth is away',
  })

  const { body } = await server.rest('GET /ads/days?from=2025-12-31&to=2026-01-31&report=campaign')
  expect(body).toMatchObject({ source: 'module', from: '2025-12-31', to: '2026-01-31' })
  const states = (body.days as Day[]).map(({ state }) => state)
  expect([states[0], states[1], states[5], states[10]]).toEqual(['missing', 'complete', 'failed', 'empty'])
  expect(body.days[1]).toMatchObject({
    rows: 2,
    clicks: 3,
    cost_micros: '3000',
    conversions: 0.2,
    customer_id: '1234567890',
  })
  expect(body.days[5]).toMatchObject({ code: 'SOURCE_ERROR', fetched_at: null })

  const rows = async (group: string) =>
    (await server.rest(`GET /ads/report?from=2026-01-01&to=2026-01-31&group_by=${group}`)).body
      .rows as ReportRow[]
  expect((await rows('date'))[0]).toMatchObject({ date: '2026-01-01', clicks: 3, conversions: 0.2 })
  expect(await rows('campaign')).toEqual([
    {
      campaign_id: '2',
      campaign_name: 'seen on 2026-01-31',
      currency: '',
      impressions: 0,
      clicks: 58,
      cost_micros: '58000',
      conversions: 2.9,
      conversions_value: 0,
      ctr: null,
      average_cpc_micros: '1000',
      cost_per_conversion_micros: '20000',
      roas: 0,
    },
    {
      campaign_id: '1',
      campaign_name: 'seen on 2026-01-31',
      currency: '',
      impressions: 0,
      clicks: 29,
      cost_micros: '29000',
      conversions: 2.9,
      conversions_value: 0,
      ctr: null,
      average_cpc_micros: '1000',
      cost_per_conversion_micros: '10000',
      roas: 0,
    },
  ])
  expect((await rows('product'))[0]).toMatchObject({ product_item_id: 'AS-2', cost_micros: '58000' })
  expect((await server.rest('GET /ads/runs')).body.items[0]).toMatchObject({ id: run.id, state: 'failed' })
}, 20_000)

test('input that cannot be meant is refused, by name', async () => {
  await using server = await startTestServer({ ADS_SOURCE: source })
  const refused: [route: string, body: object | undefined, pointer: string][] = [
    ['GET /ads/days?from=2026-02-30', undefined, '/from'],
    ['GET /ads/days?from=2026-02-02&to=2026-02-01', undefined, '/from'],
    ['GET /ads/days?from=2020-01-01&to=2026-02-01', undefined, '/from'],
    ['GET /ads/days?report=sales', undefined, '/report'],
    ['GET /ads/days?customer_id=12', undefined, '/customer_id'],
    ['GET /ads/report?group_by=week', undefined, '/group_by'],
    ['GET /ads/report?group_by=product&report=campaign', undefined, '/report'],
    ['POST /ads/runs', { reports: [] }, '/reports'],
    ['POST /ads/runs', { form: '2026-01-01' }, '/form'],
    ['POST /ads/runs', { from: '2099-01-01', to: '2099-01-05' }, '/from'],
    ['GET /ads/forecast?from=2099-01-01&to=2099-01-05', undefined, '/from'],
  ]
  for (const [route, body, pointer] of refused) {
    const answer = await server.rest(route, { body })
    const found = { route, status: answer.status, pointer: answer.body.errors?.[0]?.pointer }
    expect(found).toEqual({ route, status: 422, pointer })
  }
  expect((await server.rest('GET /ads/runs/none')).body).toMatchObject({ status: 404, code: 'RUN_NOT_FOUND' })
})

test('a forecast counts what is missing, and what is asked for again; it asks nobody', async () => {
  await using server = await startTestServer({ ADS_SOURCE: source, ADS_REPORTS: 'campaign,product' })
  const of = async (query: string) => (await server.rest(`GET /ads/forecast?${query}`)).body
  const january = 'from=2026-01-01&to=2026-01-31'
  expect(await of(january)).toMatchObject({ requested: 62, skipped: 0, requests: 62, units: 62 * 600 })
  expect(await of(january)).not.toHaveProperty('eta_ms')
  await fill(server)
  const missing = await of(`${january}&report=campaign`)
  expect(missing).toMatchObject({ requested: 31, skipped: 30, requests: 1, requests_last_24_h: 62 })
  const again = await of(`${january}&report=campaign&refresh=true`)
  expect(again).toMatchObject({ skipped: 0, requests: 31 })
  expect(again.eta_ms).toBe(Math.round(again.eta_ms))
  expect(Math.abs(again.eta_ms - (31 / again.rate) * 1000)).toBeLessThan(0.01 * again.eta_ms + 1)
  const explorer = again.access.find(({ level }: { level: string }) => level === 'explorer')
  expect(explorer).toEqual({ level: 'explorer', requests_per_day: 2880, fits: true, days: 1 })
  const tomorrow = Temporal.Now.plainDateISO('UTC').add({ days: 9 }).toString()
  expect((await of(`from=2026-01-01&to=${tomorrow}`)).notices).toHaveLength(1)
  expect((await of('from=2026-02-02&to=2026-02-01')).errors[0].pointer).toBe('/from')
}, 20_000)

test('a date that comes back with other figures is told, from and to', async () => {
  const growing = join(folder, 'growing.mjs')
  writeFileSync(
    growing,
    `import { readFileSync } from 'node:fs'
     const clicks = () => Number(readFileSync(${JSON.stringify(join(folder, 'clicks'))}, 'utf8'))
     export const fetchData = () => [{ campaign_id: 1, clicks: clicks(), cost_micros: 1000 * clicks(), conversions: 0.5 }]`,
  )
  await using server = await startTestServer({ ADS_SOURCE: growing, ADS_REPORTS: 'campaign' })
  const fetchWith = async (clicks: number, from: string) => {
    writeFileSync(join(folder, 'clicks'), String(clicks))
    const body = { from, to: '2026-01-02', refresh: true }
    const { id } = (await server.rest('POST /ads/runs', { body })).body
    await until(
      'it has ended',
      async () => (await server.rest(`GET /ads/runs/${id}`)).body.finished_at !== null,
    )
  }
  await fetchWith(3, '2026-01-01')
  await fetchWith(5, '2026-01-02')
  await fetchWith(5, '2026-01-01')
  const day = (date: string) => server.client.ads.restatements.query({ from: date, to: date })
  const { items } = await day('2026-01-02')
  expect(items).toHaveLength(1)
  expect(items[0]).toMatchObject({
    before: { rows: 1, clicks: 3, cost_micros: '3000', conversions: 0.5 },
    after: { rows: 1, clicks: 5, cost_micros: '5000', conversions: 0.5 },
  })
  expect((items[0]?.restated_at ?? '') > (items[0]?.fetched_at_before ?? '')).toBe(true)
  expect((await day('2026-01-01')).items).toHaveLength(1)
  const whole = await server.rest('GET /ads/restatements?report=campaign')
  expect(whole.body).toMatchObject({ total: 2, items: [{ date: '2026-01-01' }, { date: '2026-01-02' }] })
  expect((await server.rest('GET /ads/restatements?report=product')).body.total).toBe(0)
}, 20_000)

test('one run at a time; the dates under way are being fetched', async () => {
  await using server = await startTestServer({ ADS_SOURCE: slow, ADS_REPORTS: 'campaign' })
  expect((await server.rest('POST /ads/runs', { body: RANGE })).status).toBe(202)
  const query = 'GET /ads/days?from=2026-01-01&to=2026-01-31'
  await until('dates are being fetched', async () =>
    ((await server.rest(query)).body.days as Day[]).some(({ state }) => state === 'fetching'),
  )
  const second = await server.rest('POST /ads/runs', { body: RANGE })
  expect(second.body).toMatchObject({ status: 409, code: 'STORE_BUSY' })
}, 20_000)

test('a backfill in the background is stopped by disposal, and leaves what is whole', async () => {
  const given = options()
  const ads = open(given)
  ads.catchUp()
  await until('dates arrived', () => (ads.runs()[0]?.done ?? 0) > 20)
  await ads[Symbol.asyncDispose]()
  expect(ads.runs()[0]).toMatchObject({ kind: 'backfill', state: 'interrupted' })
  await using next = open(given)
  const there = next.days({ range: next.twoYears(), reports: ['campaign'], customerIds: next.customerIds })
  expect(there.filter(({ state }) => state !== 'missing').length).toBeGreaterThan(20)
  expect(next.runs()[0]).toMatchObject({ state: 'interrupted' })
})

test('what another process stores is seen', async () => {
  const given = options()
  await using reader = open(given)
  await using writer = open(given)
  const dayOf = () =>
    reader.days({
      range: { from: '2026-01-02', to: '2026-01-02' },
      reports: ['campaign'],
      customerIds: reader.customerIds,
    })
  expect(dayOf()[0]?.state).toBe('missing')
  await writer.startRun({ kind: 'fetch', range: RANGE })
  await expect(reader.startRun({ kind: 'fetch', range: RANGE })).rejects.toThrow(
    'Another run holds the store',
  )
  await until('the writer is done', () => writer.runs()[0]?.finished_at !== null)
  expect(dayOf()[0]?.state).toBe('complete')
  await until('its run is told too', () => reader.runs()[0]?.id === writer.runs()[0]?.id)
})

test('spend is told by item and date', async () => {
  await using ads = open(options({ reports: ['product'] }))
  await ads.startRun({ kind: 'fetch', range: { from: '2026-01-01', to: '2026-01-03' } })
  await until('it is done', () => ads.runs()[0]?.finished_at !== null)
  const { itemIds, accounts } = await ads.itemSpend({ from: '2026-01-01', to: '2026-01-02' })
  const [{ days, series } = { days: [], series: new ItemSeries([]) }] = accounts
  expect(days.map(({ date, from, until: end }) => [date, end - from])).toEqual([
    ['2026-01-01', 86_400_000],
    ['2026-01-02', 86_400_000],
  ])
  expect(series.places.map((place) => itemIds[place])).toEqual(['AS-1', 'AS-2'])
  expect([0, 1].map((place) => series.figures(place, 0, 1))).toMatchObject([
    { clicks: 1, costMicros: 1000n },
    { clicks: 2, costMicros: 2000n },
  ])
  expect([series.rows, series.totalMicros]).toEqual([4, 6000n])
  expect({ name: ads.sourceName, demo: ads.isDemo }).toEqual({ name: 'module', demo: false })
})

test('the daily job runs by the clock', async () => {
  await using ads = open(options({ cron: '* * * * * *', lookbackDays: 3 }))
  ads.startSchedule()
  await until('a daily run has begun', () => ads.runs().some(({ kind }) => kind === 'daily'))
})

test('what can never work is refused before the server listens', () => {
  expect(() => open(options({ cron: 'at dawn' }))).toThrow('ADS_CRON')
  expect(() => open(options({ source: './nowhere.ts' }))).toThrow('./nowhere.ts')
  expect(() => open(options({ source: 'google' }))).toThrow(
    'GOOGLE_ADS_REFRESH_TOKEN, GOOGLE_ADS_CUSTOMER_ID: missing',
  )
})
