/** Runs over the API: begun, followed live over both transports, counted, and never two at once. */
import { afterAll, expect, test } from 'bun:test'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { temporaryPostgres } from '#db/postgres.testing.ts'
import { until } from '#scripts/lab/harness/until.ts'
import { spawnServer, urlOf } from '#scripts/lab/harness/server-process.ts'
import { startTestServer, temporaryFolder, type TestServer } from '#scripts/lab/harness/test-server.ts'
import type { Run } from '#server/ads/run-schema.ts'

const folder = mkdtempSync(join(tmpdir(), 'adstock-runs-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Each date waits until the gate file is there. */
const gate = join(folder, 'gate')
const gated = join(folder, 'gated.mjs')
writeFileSync(
  gated,
  `import { existsSync } from 'node:fs'
   export async function fetchData(date, { signal }) {
     while (!existsSync(${JSON.stringify(gate)}) && !signal.aborted) await new Promise((yes) => setTimeout(yes, 5))
     return [{ campaign_id: 1, clicks: 1 }]
   }`,
)
const openGate = () => writeFileSync(gate, '')
const closeGate = () => rmSync(gate, { force: true })
const RANGE = { from: '2026-01-01', to: '2026-01-10' }

interface RunEvent {
  id: string
  run: Run
}

/** Every event of a stream, until the server ends it. */
async function* events(url: string, headers: Record<string, string> = {}): AsyncGenerator<RunEvent> {
  const response = await fetch(url, { headers: { accept: 'text/event-stream', ...headers } })
  expect(response.headers.get('content-type')).toBe('text/event-stream')
  let text = ''
  for await (const chunk of (response.body ?? new ReadableStream()).pipeThrough(new TextDecoderStream())) {
    text += chunk
    const blocks = text.split('\n\n')
    text = blocks.pop() ?? ''
    for (const block of blocks) {
      const [, id, data = ''] = /^id: (\S+)\ndata: (.*)$/.exec(block) ?? []
      if (id !== undefined) yield { id, run: JSON.parse(data) as Run }
    }
  }
}

async function start(server: TestServer, body: object = RANGE): Promise<Run> {
  const { status, body: run } = await server.rest('POST /ads/runs', { body })
  expect(status).toBe(202)
  return run
}

test('a run is followed live to its end, which ends the stream', async () => {
  closeGate()
  await using server = await startTestServer({ ADS_SOURCE: gated, ADS_REPORTS: 'campaign' })
  const { id } = await start(server)
  const seen: RunEvent[] = []
  for await (const event of events(`${server.url}/v1/ads/runs/${id}`)) {
    seen.push(event)
    openGate()
  }
  expect(seen.length).toBeGreaterThan(1)
  expect(seen[0]?.run.finished_at).toBeNull()
  expect(seen.at(-1)?.run).toMatchObject({ id, state: 'done', requested: 10, done: 10, rows: 10, retries: 0 })
  expect(new Set(seen.map((event) => event.id)).size).toBe(seen.length)
  const again = []
  for await (const event of events(`${server.url}/v1/ads/runs/${id}`, {
    'last-event-id': seen.at(-1)?.id ?? '',
  }))
    again.push(event)
  expect(again).toEqual([])
}, 30_000)

test('the typed client follows the same run by a subscription that completes', async () => {
  closeGate()
  await using server = await startTestServer({ ADS_SOURCE: gated, ADS_REPORTS: 'campaign' })
  const { id } = await server.client.ads.startRun.mutate(RANGE)
  const states: string[] = []
  const completed = Promise.withResolvers<void>()
  server.client.ads.onRun.subscribe(
    { id },
    {
      onData({ data }) {
        states.push(data.state)
        openGate()
      },
      onComplete: completed.resolve,
      onError: completed.reject,
    },
  )
  await completed.promise
  expect(states.at(-1)).toBe('done')
}, 30_000)

test('a run is cancelled: what it stored stays, the rest is missing, and another may begin', async () => {
  const some = join(folder, 'some.mjs')
  writeFileSync(
    some,
    `export const fetchData = (date, { signal }) => date >= '2026-01-06' ? [{ campaign_id: 1, clicks: 1 }]
       : new Promise((_, no) => signal.addEventListener('abort', no))`,
  )
  await using server = await startTestServer({ ADS_SOURCE: some, ADS_REPORTS: 'campaign' })
  const { id } = await start(server)
  const read = async () => (await server.rest(`GET /ads/runs/${id}`)).body as Run
  await until('what can be had is there', async () => (await read()).done === 5)
  expect((await server.rest(`POST /ads/runs/${id}/cancel`, { body: {} })).status).toBe(202)
  await until('it has ended', async () => (await read()).finished_at !== null)
  expect(await read()).toMatchObject({ state: 'interrupted', done: 5, failed_count: 0 })
  expect((await server.rest(`POST /ads/runs/${id}/cancel`, { body: {} })).body.state).toBe('interrupted')
  expect((await server.rest('POST /ads/runs/none/cancel', { body: {} })).body.code).toBe('RUN_NOT_FOUND')
  const forecast = await server.client.ads.forecast.query({ ...RANGE, report: 'campaign' })
  expect(forecast).toMatchObject({ requested: 10, skipped: 5, requests: 5 })
  await until('the store is free', async () => {
    const body = { from: '2026-01-06', to: '2026-01-10' }
    return (await server.rest('POST /ads/runs', { body })).status === 202
  })
}, 30_000)

test('a run that there is not is 404 before any event', async () => {
  await using server = await startTestServer({ ADS_SOURCE: gated })
  const { status, body } = await server.rest('GET /ads/runs/none', {
    headers: { accept: 'text/event-stream' },
  })
  expect({ status, code: body.code }).toEqual({ status: 404, code: 'RUN_NOT_FOUND' })
})

test('what is waited for is told: the quota, and until when', async () => {
  const busy = join(folder, 'busy.mjs')
  writeFileSync(
    busy,
    `let asked = 0
     export async function fetchData() {
       if (asked++ > 0) return []
       throw Object.assign(new Error('too many at once'), { name: 'RateLimitError', retryAfterMs: 1500 })
     }`,
  )
  await using server = await startTestServer({ ADS_SOURCE: busy, ADS_REPORTS: 'campaign' })
  const { id } = await start(server, { from: '2026-01-01', to: '2026-01-01' })
  const runs: Run[] = []
  for await (const { run } of events(`${server.url}/v1/ads/runs/${id}`)) runs.push(run)
  const waiting = runs.find(({ waiting_for }) => waiting_for !== undefined)
  expect(waiting?.waiting_for).toContain('too many at once')
  expect(waiting?.waiting_code).toBe('RATE_LIMITED')
  expect(Date.parse(waiting?.waiting_until ?? '')).toBeGreaterThan(Date.parse(waiting?.started_at ?? ''))
  expect(runs.at(-1)).toMatchObject({ state: 'done', done: 1, retries: 1 })
}, 30_000)

test('wrong requests for a run are refused by name, and a repeated one is the same run', async () => {
  openGate()
  await using server = await startTestServer({ ADS_SOURCE: gated, ADS_REPORTS: 'campaign' })
  const refused: [body: object, pointer: string][] = [
    [{ reports: ['sales'] }, '/reports/0'],
    [{ from: '2026-02-02', to: '2026-02-01' }, '/from'],
    [{ customer_ids: ['1112223333'] }, '/customer_ids/0'],
    [{ customer_ids: ['12'] }, '/customer_ids/0'],
    [{ customer_ids: [] }, '/customer_ids'],
  ]
  for (const [body, pointer] of refused) {
    const { status, body: problem } = await server.rest('POST /ads/runs', { body })
    const found = { status, code: problem.code, pointer: problem.errors?.[0]?.pointer }
    expect({ body, ...found }).toEqual({ body, status: 422, code: 'INVALID_INPUT', pointer })
  }
  const keyed = {
    body: { ...RANGE, customer_ids: ['123-456-7890'] },
    headers: { 'idempotency-key': 'run-1' },
  }
  const first = await server.rest('POST /ads/runs', keyed)
  const second = await server.rest('POST /ads/runs', keyed)
  expect(first.status).toBe(202)
  expect(second.body.id).toBe(first.body.id)
  expect(second.headers.get('idempotent-replayed')).toBe('true')
  expect((await server.rest('GET /ads/runs')).body.items).toHaveLength(1)
})

test('two servers of one PostgreSQL never fetch at once, though each has a folder of its own', async () => {
  closeGate()
  await using place = await temporaryFolder()
  const env = { DATABASE_URL: await temporaryPostgres(), ADS_SOURCE: gated, ADS_REPORTS: 'campaign' }
  const first = spawnServer(place.path, { ...env, ADS_DIR: join(place.path, 'one') })
  const firstUrl = await urlOf(first)
  // It begins to fetch by itself as it starts.
  await until('the first one runs', async () => {
    const { items } = (await (await fetch(`${firstUrl}v1/ads/runs`)).json()) as { items: Run[] }
    return items[0]?.state === 'running'
  })
  await using second = await startTestServer(env)
  const refused = await second.rest('POST /ads/runs', { body: RANGE })
  expect(refused.body).toMatchObject({ status: 409, code: 'STORE_BUSY', holder: null })
  const metrics = await (await fetch(`${second.url}/metrics`)).text()
  expect(metrics).toContain('adstock_ads_runs_total{trigger="api",outcome="busy"} 1')

  first.kill('SIGKILL')
  await first.exited
  openGate()
  await until('the lock of the killed one is free', async () => {
    return (await second.rest('POST /ads/runs', { body: RANGE })).status === 202
  })
}, 60_000)

test('metrics tell of runs, dates, requests and how long it took', async () => {
  openGate()
  await using server = await startTestServer({ ADS_SOURCE: gated, ADS_REPORTS: 'campaign' })
  const yesterday = Temporal.Now.plainDateISO('UTC').subtract({ days: 1 })
  const range = { from: yesterday.subtract({ days: 9 }).toString(), to: yesterday.toString() }
  const { id } = await start(server, range)
  await until('it is over', async () => (await server.rest(`GET /ads/runs/${id}`)).body.finished_at !== null)
  let text = ''
  await until('it was counted', async () => {
    text = await (await fetch(`${server.url}/metrics`)).text()
    return text.includes('adstock_ads_runs_total{trigger="api",outcome="done"} 1')
  })
  const dates = (state: string) =>
    `adstock_ads_dates{report="campaign",customer_id="1234567890",state="${state}"}`
  expect(text).toContain(`${dates('provisional')} 10`)
  expect(text).toContain(`${dates('failed')} 0`)
  expect(text).toMatch(new RegExp(`${dates('missing').replace(/[{}]/g, String.raw`\$&`)} 72[01]`))
  for (const line of [
    'adstock_ads_requests_total 10',
    'adstock_ads_retries_total 0',
    'adstock_ads_rows_total 10',
    'adstock_ads_fetch_seconds_count 1',
    'adstock_ads_aggregate_seconds_count 1',
  ])
    expect(text).toContain(`${line}\n`)
  const at = /^adstock_ads_last_success_timestamp_seconds (\S+)$/m.exec(text)?.[1]
  expect(Math.abs(Number(at) - Date.now() / 1000)).toBeLessThan(60)
}, 30_000)
