/**
 * Sales, prices and reads while the clock is set back and forth. Prints one line for each time; ends with 1 when something
 * is answered wrongly.
 */
import { spawnServer, urlOf } from '#scripts/lab/harness/server-process.ts'
import { temporaryFolder } from '#scripts/lab/harness/test-server.ts'
import { fakeClockIn } from './fake-clock.ts'

const KEY = 'the-key-of-this-laboratory'
const TIMES = ['+0', '-1h', '+0', '+3d', '-3d', '+400d', '+0']
/** Reads that count from now, or from what was written at another time. */
const READS = [
  '/products/1',
  '/products/1/prices',
  '/products/1/days?from=2026-11-20&to=2026-11-25',
  '/products/1/cover',
  '/products/1/stock-adjustments',
  '/products/running-out?within=14d',
  '/products?sort=-updated_at&limit=1',
  '/ads/out-of-stock-spend',
  '/ads/status',
  '/ads/days',
  '/changes?after=0',
]

await using folder = await temporaryFolder()
const clock = fakeClockIn(folder.path)
const server = spawnServer(folder.path, {
  AUTH: 'keys',
  ADMIN_KEY: KEY,
  LOG_LEVEL: 'error',
  RATE_LIMIT: 'on',
  ...clock.env,
})
const url = await urlOf(server)

interface Answer {
  status: number
  body: { product?: { stock_level: number; version: number } }
}

async function ask(route: string, body?: object, headers: Record<string, string> = {}): Promise<Answer> {
  const [method = '', path = ''] = route.split(' ')
  const response = await fetch(`${url}v1${path}`, {
    method,
    headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json', ...headers },
    ...(body && { body: JSON.stringify(body) }),
  })
  return { status: response.status, body: (await response.json()) as Answer['body'] }
}

async function adjust(delta: number, headers?: Record<string, string>): Promise<Answer> {
  const reason = delta < 0 ? 'sold' : 'received'
  return await ask('POST /products/1/stock-adjustments', { delta, reason }, headers)
}

await ask('POST /products', { name: 'Belt', price: '5.00', stock_level: 0 })
for (const [index, time] of TIMES.entries()) {
  clock.set(time)
  const key = { 'idempotency-key': `delivery-${index}` }
  const deliveries = [await adjust(2, key), await adjust(2, key)]
  const sold = await adjust(-2)
  const priced = await ask('PATCH /products/1', { price: `${5 + (index % 2)}.00` })
  const reads = await Promise.all(READS.map(async (path) => (await ask(`GET ${path}`)).status))
  const wrong = [
    deliveries.some(({ status, body }) => status !== 201 || body.product?.stock_level !== 2) &&
      'a delivery with one key is not one delivery',
    (sold.status !== 201 || sold.body.product?.stock_level !== 0) && 'the sale is not told',
    priced.status !== 200 && `a price: ${priced.status}`,
    ...reads.map((status, at) => status !== 200 && `${READS[at]}: ${status}`),
  ].filter((each) => each !== false)
  console.log(`${time.padEnd(6)} ${wrong.length === 0 ? 'as it should be' : wrong.join('; ')}`)
  if (wrong.length > 0) process.exitCode = 1
}
server.kill()
await server.exited
