/** Accounts that close, move and differ in currency, through the real command line and the server over one store. */
import { expect, setDefaultTimeout, test } from 'bun:test'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startTestServer } from '#scripts/lab/harness/test-server.ts'
import { MANAGER_ID } from '#scripts/lab/simulator/tree.ts'
import { dateFile, expectedSums, openBench, readCsv, sumsByDate, type Bench } from './ads-command.testing.ts'

// Children on a busy machine.
setDefaultTimeout(120_000)

const [FROM, TO] = ['2026-11-01', '2026-11-10']
const RANGE = `--start ${FROM} --end ${TO}`
const OVER_HTTP = `from=${FROM}&to=${TO}`
const OF_MANAGER = { GOOGLE_ADS_CUSTOMER_ID: MANAGER_ID }

/** A server over the same store. Its own catching up is of no interest here. */
async function serverOver(bench: Bench) {
  return await startTestServer({ ...bench.env, ...OF_MANAGER, ADS_REPORTS: 'campaign,product' })
}

async function costOf(bench: Bench, customerId: string, report = 'campaign'): Promise<bigint> {
  const days = await bench.expected(report, FROM, TO, customerId)
  return days.reduce((sum, { cost_micros }) => sum + BigInt(cost_micros), 0n)
}

test('a client account that closes keeps its history everywhere, marked, and is no longer asked', async () => {
  await using bench = openBench({ scenario: 'manager' })
  await bench.ads(`fetch ${RANGE}`, OF_MANAGER)
  bench.simulator.changeAccount('1111111111', { status: 'CANCELED' })
  const before = await bench.stats()
  const daily = await bench.ads(`daily ${RANGE} --json`, OF_MANAGER)
  expect(daily.code).toBe(0)
  expect(daily.stderr).toContain('Account 1111111111')
  const asked = Object.entries((await bench.stats()).dates).filter(([key, n]) => n !== before.dates[key])
  expect(asked.some(([key]) => key.includes('1111111111'))).toBe(false)

  const status = await bench.ads(`status ${RANGE}`, OF_MANAGER)
  expect(status.stdout).toContain(`campaign 1111111111 ${FROM}..${TO}: 10`)
  expect(status.stdout).toContain('closed: its status is CANCELED')
  const json = JSON.parse((await bench.ads('status --json', OF_MANAGER)).stdout) as {
    days: { customer_id: string; state: string }[]
  }
  const states = Map.groupBy(
    json.days.filter(({ customer_id }) => customer_id === '1111111111'),
    ({ state }) => state,
  )
  expect(states.get('missing')).toBeUndefined()
  expect(states.get('closed')?.length).toBeGreaterThan(700)

  await using server = await serverOver(bench)
  const { body } = await server.rest(`GET /ads/days?${OVER_HTTP}&report=campaign`)
  const own = (body.days as { customer_id: string; cost_micros: string }[]).filter(
    ({ customer_id }) => customer_id === '1111111111',
  )
  expect(own.reduce((sum, { cost_micros }) => sum + BigInt(cost_micros), 0n)).toBe(
    await costOf(bench, '1111111111'),
  )
  expect(body.accounts).toContainEqual({
    customer_id: '1111111111',
    name: 'Shop US',
    currency: 'USD',
    time_zone: 'America/New_York',
    closed: 'its status is CANCELED',
  })
  const { rows } = (await server.rest(`GET /ads/report?${OVER_HTTP}`)).body
  const dollars = (rows as { currency: string; cost_micros: string }[]).filter(
    (row) => row.currency === 'USD',
  )
  expect(dollars.reduce((sum, { cost_micros }) => sum + BigInt(cost_micros), 0n)).toBe(
    await costOf(bench, '1111111111'),
  )
  const metrics = await (await fetch(new URL('/metrics', server.url))).text()
  expect(metrics).toMatch(
    /adstock_ads_dates\{report="campaign",customer_id="1111111111",state="closed"\} 7\d\d/,
  )

  bench.simulator.changeAccount('1111111111', { status: 'ENABLED' })
  const reopened = await bench.ads('fetch --start 2026-11-11 --end 2026-11-12 --json', OF_MANAGER)
  expect(JSON.parse(reopened.stdout)).toHaveLength(3)
})

test('an account taken from its manager, and one that is asked by itself, are closed alike', async () => {
  await using bench = openBench({ scenario: 'manager' })
  await bench.ads(`fetch ${RANGE}`, OF_MANAGER)
  bench.simulator.changeAccount('2222222222', { under: undefined })
  const daily = await bench.ads(`daily ${RANGE}`, OF_MANAGER)
  expect(daily).toMatchObject({ code: 0 })
  expect(daily.stderr).toContain('Account 2222222222 has closed and is no longer asked')
  expect((await bench.ads(`status ${RANGE}`, OF_MANAGER)).stdout).toContain('campaign 2222222222')

  await using alone = openBench()
  await alone.ads(`fetch ${RANGE}`)
  alone.simulator.changeAccount('1234567890', { status: 'CANCELED' })
  const closed = await alone.ads('fetch --start 2026-10-01 --end 2026-10-02')
  expect(closed.code).toBe(2)
  expect(closed.stderr).toContain('no account that was asked for is open')
  expect((await alone.ads(`status ${RANGE}`)).stdout).toContain('closed: it is not enabled any more')
  expect((await alone.ads('verify')).code).toBe(0)
  alone.simulator.changeAccount('1234567890', { status: 'ENABLED' })
  expect((await alone.ads('fetch --start 2026-10-01 --end 2026-10-02')).code).toBe(0)
})

test('accounts of different currencies are never added up', async () => {
  await using bench = openBench({ scenario: 'manager' })
  await bench.ads(`fetch ${RANGE} --report campaign --report product`, OF_MANAGER)
  await using server = await serverOver(bench)
  const expected = {
    USD: await costOf(bench, '1111111111'),
    EUR: await costOf(bench, '2222222222'),
    JPY: await costOf(bench, '3333333333'),
  }
  for (const group of ['date', 'campaign']) {
    const { body } = await server.rest(`GET /ads/report?${OVER_HTTP}&group_by=${group}`)
    expect(body.currency).toBe('')
    const sums: Record<string, bigint> = {}
    for (const { currency, cost_micros } of body.rows as { currency: string; cost_micros: string }[])
      sums[currency] = (sums[currency] ?? 0n) + BigInt(cost_micros)
    expect(sums).toEqual(expected)
  }
  const items = new Set(readCsv(join(bench.dir, 'product.csv')).map((row) => row['product_item_id'] ?? ''))
  for (const sku of [...items].slice(0, 5))
    await server.rest('POST /products', { body: { sku, name: 'x', price: '1.00', stock_level: 0 } })
  const { body } = await server.rest('GET /ads/out-of-stock-spend?days=30')
  expect(body.cost_micros).toBeNull()
  // The products are of today: what was spent before is not theirs to tell.
  const totals = body.totals as { currency: string; cost_micros: string; unknown_cost_micros: string }[]
  expect(totals.map(({ currency }) => currency).toSorted()).toEqual(['EUR', 'JPY', 'USD'])
  for (const each of totals) {
    expect(each.cost_micros).toBe('0')
    expect(BigInt(each.unknown_cost_micros)).toBeGreaterThan(0n)
  }
})

test('a time zone that has changed is told with its cure, until the dates were fetched again', async () => {
  await using bench = openBench()
  await bench.ads(`fetch ${RANGE}`)
  bench.simulator.changeAccount('1234567890', { timeZone: 'Europe/Berlin' })
  const cure = `./scripts/adstock ads fetch --refresh --start ${FROM} --end ${TO} --customer 1234567890 --out ${bench.dir}`
  const next = await bench.ads('fetch --start 2026-11-11 --end 2026-11-12')
  expect(next.stderr).toContain('is in the time zone Europe/Berlin now')
  expect(next.stderr).toContain(cure)
  expect((await bench.ads(`status ${RANGE}`)).stdout).toContain(cure)
  await using server = await startTestServer(bench.env)
  expect((await server.rest(`GET /ads/days?${OVER_HTTP}`)).body.accounts[0]).toMatchObject({
    time_zone: 'Europe/Berlin',
    zone_changed: { time_zone_before: 'America/New_York', from: FROM, to: TO, dates: 10 },
  })
  await bench.ads(cure.replace('./scripts/adstock ads ', ''))
  expect((await bench.ads(`status ${RANGE}`)).stdout).not.toContain('is in the time zone')
})

test('a time zone that this machine does not know stops its account alone, by name', async () => {
  await using bench = openBench()
  bench.simulator.changeAccount('2222222222', { timeZone: 'Mars/Olympus' })
  const run = await bench.ads(`fetch ${RANGE} --customer 1234567890 --customer 2222222222 --json`)
  expect(run.code).toBe(1)
  const summaries = JSON.parse(run.stdout) as { fetched: number; failed: { detail: string }[] }[]
  expect(summaries.map(({ fetched }) => fetched)).toEqual([10, 0])
  expect(summaries[1]?.failed[0]?.detail).toContain('Account 2222222222 has the time zone Mars/Olympus')
})

test('a date that was not over when it was fetched is partial, and every command takes it again', async () => {
  await using bench = openBench()
  const today = Temporal.Now.plainDateISO('America/New_York').toString()
  const day = `--start ${today} --end ${today}`
  await bench.ads(`fetch ${day}`)
  const index = join(bench.dir, 'index.csv')
  expect(readCsv(index)[0]).toMatchObject({ date: today, state: 'partial' })
  expect(await bench.ads(`fetch ${day} --json`)).toMatchObject({ summary: { skipped: 0, fetched: 1 } })
  expect((await bench.ads(`status ${day}`)).stdout).toContain('1 partial')
  // A release that knew no such state wrote another one.
  writeFileSync(index, readFileSync(index, 'utf8').replace(',partial,', ',provisional,'))
  expect(await bench.ads(`backfill ${day} --json`)).toMatchObject({ summary: { skipped: 0, fetched: 1 } })
  expect(readCsv(join(bench.dir, dateFile('campaign', today)))).toBeArray()
})

test('two years of three accounts in three currencies arrive exactly, under faults, while one of them closes', async () => {
  await using bench = openBench({ scenario: 'mixed', isTree: true, seed: 5 })
  const ids = ['1111111111', '2222222222', '3333333333']
  expect((await bench.ads('backfill', OF_MANAGER)).code).toBe(0)
  bench.simulator.changeAccount('1111111111', { status: 'CANCELED' })
  const before = await bench.stats()
  const second = await bench.ads('backfill --json', OF_MANAGER)
  expect(second.code).toBe(0)
  expect((await bench.stats()).figures).toBe(before.figures)
  const rows = readCsv(join(bench.dir, 'campaign.csv'))
  const index = readCsv(join(bench.dir, 'index.csv'))
  for (const id of ids) {
    const own = index.filter((line) => line['customer_id'] === id).map((line) => line['date'] ?? '')
    expect(own.length).toBeGreaterThanOrEqual(730)
    const [from = '', to = ''] = [own.toSorted()[0], own.toSorted().at(-1)]
    const expected = await bench.expected('campaign', from, to, id)
    expect(sumsByDate(rows.filter((row) => row['customer_id'] === id))).toEqual(expectedSums(expected))
  }
  expect((await bench.ads('verify')).code).toBe(0)
})

test('each report tells how much of the cost it explains, and the rates that follow from its sums', async () => {
  await using bench = openBench()
  await bench.ads(`fetch ${RANGE} --report campaign --report ad_group --report product`)
  const cost = async (report: string) => Number(await costOf(bench, '1234567890', report))
  const share = (await cost('ad_group')) / (await cost('campaign'))
  expect(share).toBeLessThan(0.99)
  const status = await bench.ads(`status ${RANGE} --report campaign --report ad_group`)
  expect(status.stdout).toContain(`${(100 * share).toFixed(1)} % of the campaigns' cost`)
  expect(status.stdout.split("of the campaigns' cost")).toHaveLength(2)
  expect(status.stdout).toMatch(/CTR \d+\.\d %, CPC \d+\.\d\d, ROAS \d+\.\d\d/)
  await using server = await startTestServer({ ...bench.env, ADS_REPORTS: 'campaign,ad_group,product' })
  const { body } = await server.rest(`GET /ads/report?${OVER_HTTP}&report=ad_group`)
  expect(body.coverage).toMatchObject([{ report: 'ad_group', customer_id: '1234567890', dates: 10 }])
  expect(Math.abs(body.coverage[0].share - share)).toBeLessThan(0.0002)
  const days = await server.rest(`GET /ads/days?${OVER_HTTP}`)
  expect(days.body.coverage.map(({ report }: { report: string }) => report)).toEqual([
    'campaign',
    'ad_group',
    'product',
  ])
})
