import { afterAll, describe, expect, test } from 'bun:test'
import { FetchError } from '#server/ads/errors.ts'
import { askAccount } from './accounts.ts'
import { GoogleAdsClient, type Connection } from './client.ts'

interface Heard {
  path: string
  headers: Headers
  body: unknown
}

const heard: Heard[] = []
let answer: (request: Heard) => Response | Promise<Response> = () => Response.json([])
const server = Bun.serve({
  port: 0,
  idleTimeout: 0,
  async fetch(request) {
    const about = {
      path: new URL(request.url).pathname,
      headers: request.headers,
      body: await request.json(),
    }
    heard.push(about)
    return await answer(about)
  },
})
afterAll(async () => await server.stop(true))

const connection: Connection = {
  endpoint: `${server.url.origin}/`,
  apiVersion: 'v25',
  loginCustomerId: undefined,
  developerToken: undefined,
  idleTimeoutMs: 150,
  traceparent: undefined,
  versionNotice: undefined,
  managers: {},
}

async function rowsOf(client: GoogleAdsClient, signal = new AbortController().signal) {
  const meter = { requests: 0, units: 0 }
  const rows: unknown[] = []
  try {
    for await (const row of client.rows({ customerId: '1234567890', query: 'SELECT x' }, { signal, meter }))
      rows.push(row)
    return { rows, meter, code: undefined }
  } catch (error) {
    return { rows, meter, code: error instanceof FetchError ? error.failure.code : String(error) }
  }
}

test('sends what the API knows and nothing that it refuses', async () => {
  heard.length = 0
  answer = () => Response.json([{ results: [{ a: 1 }], queryResourceConsumption: '600' }])
  const plain = await rowsOf(new GoogleAdsClient(connection, async () => 'ya29.x'))
  expect(plain).toEqual({ rows: [{ a: 1 }], meter: { requests: 1, units: 600 }, code: undefined })
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
  const managed = { ...connection, loginCustomerId: '9999999999', developerToken: 'dev', traceparent }
  await rowsOf(new GoogleAdsClient(managed, async () => 'ya29.x'))
  const [first, second] = heard
  expect(first?.path).toBe('/v25/customers/1234567890/googleAds:searchStream')
  expect(first?.body).toEqual({ query: 'SELECT x' })
  expect(first?.headers.get('authorization')).toBe('Bearer ya29.x')
  expect(first?.headers.has('login-customer-id')).toBe(false)
  expect(first?.headers.has('developer-token')).toBe(false)
  expect(second?.headers.get('login-customer-id')).toBe('9999999999')
  expect(second?.headers.get('developer-token')).toBe('dev')
})

test('a refused token is renewed once and the request repeated; twice refused is final', async () => {
  const asked: (string | undefined)[] = []
  const token = async (refused?: string) => {
    asked.push(refused)
    return refused === undefined ? 'old' : 'new'
  }
  answer = ({ headers }) =>
    headers.get('authorization') === 'Bearer new' ? Response.json([]) : new Response('', { status: 401 })
  expect(await rowsOf(new GoogleAdsClient(connection, token))).toMatchObject({
    meter: { requests: 2 },
    code: undefined,
  })
  expect(asked).toEqual([undefined, 'old'])
  answer = () => new Response('', { status: 401 })
  expect(await rowsOf(new GoogleAdsClient(connection, token))).toMatchObject({
    meter: { requests: 2 },
    code: 'AUTHENTICATION_FAILED',
  })
})

const silent = (start: string) =>
  new Response(
    new ReadableStream({ start: (controller) => controller.enqueue(new TextEncoder().encode(start)) }),
  )

test('silence is a timeout, before the answer and inside it', async () => {
  const client = new GoogleAdsClient(connection, async () => 'x')
  answer = async () => await new Promise<Response>(() => {})
  expect(await rowsOf(client)).toMatchObject({ rows: [], code: 'TIMEOUT' })
  answer = () => silent('[{"results":[{"a":1}]},')
  expect(await rowsOf(client)).toMatchObject({ rows: [{ a: 1 }], code: 'TIMEOUT' })
})

test('a slow answer that keeps coming is none', async () => {
  const letters = Array.from('[{"results":[{"a":1}]}]')
  const dripping = new ReadableStream({
    async pull(controller) {
      await Bun.sleep(12)
      const letter = letters.shift()
      if (letter === undefined) controller.close()
      else controller.enqueue(new TextEncoder().encode(letter))
    },
  })
  answer = () => new Response(dripping)
  expect(await rowsOf(new GoogleAdsClient(connection, async () => 'x'))).toMatchObject({
    rows: [{ a: 1 }],
    code: undefined,
  })
})

test('a cut connection and a missing server are the network', async () => {
  const client = new GoogleAdsClient(connection, async () => 'x')
  answer = () =>
    new Response(
      new ReadableStream({
        pull(controller) {
          controller.enqueue(new TextEncoder().encode('[{"results":[{"a":1}]}'))
          controller.error()
        },
      }),
    )
  expect((await rowsOf(client)).code).toBe('NETWORK')
  const nowhere = new GoogleAdsClient({ ...connection, endpoint: 'http://127.0.0.1:1' }, async () => 'x')
  expect((await rowsOf(nowhere)).code).toBe('NETWORK')
})

test('who hangs up gets the own reason back', async () => {
  const control = new AbortController()
  answer = () => {
    control.abort(new Error('enough'))
    return silent('[')
  }
  expect((await rowsOf(new GoogleAdsClient(connection, async () => 'x'), control.signal)).code).toBe(
    'Error: enough',
  )
})

test('an account is its name, its zone, its currency, and whether it only manages others', async () => {
  const customer = { descriptiveName: 'Laden', timeZone: 'Europe/Berlin', currencyCode: 'EUR', manager: true }
  const asking = { signal: new AbortController().signal, meter: { requests: 0, units: 0 } }
  const client = new GoogleAdsClient(connection, async () => 'x')
  answer = () => Response.json({ results: [{ customer }] })
  expect(await askAccount(client, '1', asking)).toEqual({
    name: 'Laden',
    timeZone: 'Europe/Berlin',
    currency: 'EUR',
    manager: true,
  })
  answer = () => Response.json({ fieldMask: 'customer.id' })
  await expect(askAccount(client, '1', asking)).rejects.toThrow('time zone')
})

describe('pages', () => {
  async function pagesOf(token: () => Promise<string> = async () => 'x') {
    const meter = { requests: 0, units: 0 }
    const rows: unknown[] = []
    const asking = { signal: new AbortController().signal, meter }
    try {
      const question = { customerId: '1234567890', query: 'SELECT x' }
      for await (const row of new GoogleAdsClient(connection, token).pagedRows(question, asking))
        rows.push(row)
      return { rows, meter, code: undefined }
    } catch (error) {
      return { rows, meter, code: error instanceof FetchError ? error.failure.code : String(error) }
    }
  }
  const page = (n: number, more: object = {}) => ({
    results: [{ n }],
    fieldMask: 'n',
    queryResourceConsumption: '600',
    ...more,
  })

  test('are asked for one after the other, without a size, each with a token of its own', async () => {
    heard.length = 0
    let tokens = 0
    answer = ({ body }) => {
      const { pageToken } = body as { pageToken?: string }
      return Response.json(pageToken === undefined ? page(1, { nextPageToken: 'second' }) : page(2))
    }
    const { rows, meter, code } = await pagesOf(async () => `token-${++tokens}`)
    expect({ rows, meter, code }).toEqual({
      rows: [{ n: 1 }, { n: 2 }],
      // Both pages tell the cost of the one query.
      meter: { requests: 2, units: 600 },
      code: undefined,
    })
    expect(heard.map(({ path }) => path.split(':')[1])).toEqual(['search', 'search'])
    expect(heard.map(({ body }) => body)).toEqual([
      { query: 'SELECT x' },
      { query: 'SELECT x', pageToken: 'second' },
    ])
    expect(heard.map(({ headers }) => headers.get('authorization'))).toEqual([
      'Bearer token-1',
      'Bearer token-2',
    ])
  })

  const expired = {
    '@type': 'type.googleapis.com/google.ads.googleads.v25.errors.GoogleAdsFailure',
    errors: [{ errorCode: { requestError: 'EXPIRED_PAGE_TOKEN' } }],
  }
  test.each([
    ['cut in the middle', () => new Response('{"results":[{"n":1},{"n"'), 'BROKEN_STREAM'],
    ['no answer to a query', () => Response.json({}), 'BROKEN_STREAM'],
    [
      'one that names itself as the next',
      () => Response.json(page(1, { nextPageToken: 'again' })),
      'BROKEN_STREAM',
    ],
    [
      'an error',
      () => Response.json({ error: { code: 400, details: [expired] } }, { status: 400 }),
      'PAGE_TOKEN_EXPIRED',
    ],
    ['empty, and whole', () => Response.json({ fieldMask: 'n' }), undefined],
  ])('%s', async (_, respond, code) => {
    answer = respond
    expect((await pagesOf()).code).toBe(code)
  })
})

test('what else answers under the name of Google is told in its own words, and is an outage', async () => {
  const page = '<!DOCTYPE html>\n<title>Welcome to the hotel</title>'
  answer = () => new Response(page, { headers: { 'content-type': 'text/html; charset=utf-8' } })
  const client = new GoogleAdsClient(connection, async () => 'x')
  const asking = { signal: new AbortController().signal, meter: { requests: 0, units: 0 } }
  const rows = client.rows({ customerId: '1', query: 'SELECT x' }, asking)
  const failure = await rows.next().catch((error: FetchError) => error.failure)
  expect(failure).toMatchObject({
    code: 'NETWORK',
    detail: expect.stringContaining('<title>Welcome to the hotel</title>'),
  })
})

test('a compressed answer that is cut is a broken stream', async () => {
  const whole = Bun.gzipSync(JSON.stringify([{ results: Array.from({ length: 500 }, (_, n) => ({ n })) }]))
  answer = () => new Response(whole.slice(0, -30), { headers: { 'content-encoding': 'gzip' } })
  expect((await rowsOf(new GoogleAdsClient(connection, async () => 'x'))).code).toBe('BROKEN_STREAM')
})
