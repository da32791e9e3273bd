/** A client that Google Ads users take from npm, against the simulator: what it cannot read, the simulator has wrong. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import axios from 'axios'
import { GoogleAdsApi, type Customer } from 'google-ads-api'
import { OAuth2Client } from 'google-auth-library'
import { startSimulator, type Simulator } from './server.ts'

let simulator: Simulator
let customer: Customer
let undo = () => {}

/** The client knows no other host than Google's, so its requests are sent elsewhere on their way out. */
beforeAll(() => {
  simulator = startSimulator({ nowMs: () => Date.parse('2026-11-22T15:00:00Z') })
  const elsewhere = axios.interceptors.request.use((config) => ({
    ...config,
    url: config.url?.replace('https://googleads.googleapis.com', simulator.endpoint) ?? '',
  }))
  const { prototype } = OAuth2Client
  const original = Object.getOwnPropertyDescriptor(prototype, 'getAccessToken') ?? {}
  const redirected = async function (this: OAuth2Client) {
    Reflect.set(this.endpoints, 'oauth2TokenUrl', simulator.oauthEndpoint)
    return await (original.value as () => Promise<unknown>).call(this)
  }
  Object.defineProperty(prototype, 'getAccessToken', { ...original, value: redirected })
  undo = () => {
    axios.interceptors.request.eject(elsewhere)
    Object.defineProperty(prototype, 'getAccessToken', original)
  }
  const api = new GoogleAdsApi({ client_id: 'x', client_secret: 'x', developer_token: 'x' })
  customer = api.Customer({ customer_id: '1234567890', refresh_token: 'x' })
})
afterAll(async () => {
  undo()
  await simulator.stop()
})

interface Row {
  campaign: { id: number | string; name: string }
  segments: { date: string }
  metrics: { clicks: number; cost_micros: number }
}

const QUERY =
  "SELECT campaign.id, campaign.name, segments.date, metrics.clicks, metrics.cost_micros FROM campaign WHERE segments.date BETWEEN '2026-10-01' AND '2026-10-31'"

async function expectedClicks(): Promise<number> {
  const asked = 'report=campaign&customer_id=1234567890&from=2026-10-01&to=2026-10-31'
  const { days } = (await (await fetch(`${simulator.endpoint}/__expected?${asked}`)).json()) as {
    days: { clicks: number }[]
  }
  return days.reduce((sum, { clicks }) => sum + clicks, 0)
}

const clicksOf = (rows: readonly Row[]) => rows.reduce((sum, { metrics }) => sum + metrics.clicks, 0)

test('query', async () => {
  const rows = (await customer.query(QUERY)) as unknown as Row[]
  expect(clicksOf(rows)).toBe(await expectedClicks())
  expect(rows[0]?.campaign.name).toBeString()
})

test('queryStream', async () => {
  const rows: Row[] = []
  for await (const row of customer.queryStream(QUERY)) rows.push(row as unknown as Row)
  expect(clicksOf(rows)).toBe(await expectedClicks())
})

test('report, with double quotes, further conditions, an order by a metric and a limit', async () => {
  const of = {
    entity: 'campaign',
    attributes: ['campaign.id', 'campaign.name'],
    metrics: ['metrics.clicks', 'metrics.cost_micros'],
    segments: ['segments.date'],
    from_date: '2026-10-01',
    to_date: '2026-10-31',
  } as const
  const rows = (await customer.report(of as never)) as unknown as Row[]
  expect(clicksOf(rows)).toBe(await expectedClicks())
  const top = (await customer.report({
    ...of,
    constraints: [
      { key: 'campaign.status', op: '=', val: 'ENABLED' },
      { key: 'metrics.clicks', op: '>', val: 0 },
    ],
    order: [{ field: 'metrics.clicks', sort_order: 'DESC' }],
    limit: 3,
  } as never)) as unknown as Row[]
  const clicks = top.map(({ metrics }) => metrics.clicks)
  expect(clicks).toEqual(clicks.toSorted((a, b) => b - a))
  expect(clicks).toHaveLength(3)
  expect(await customer.reportCount(of as never)).toBe(rows.length)
})

test('a query that Google refuses is refused', async () => {
  const refused = customer.query('SELECT campaign.nonsense FROM campaign')
  await expect(refused).rejects.toThrow()
})
