/** The simulator is a proof of the client only as far as it is true itself. */
import { afterAll, expect, test } from 'bun:test'
import { generateKeyPairSync, sign } from 'node:crypto'
import { startSimulator, type SimulatorOptions } from './server.ts'
import { MANAGER_ID } from './tree.ts'

const simulators: { stop(): Promise<void> }[] = []
afterAll(async () => void (await Promise.all(simulators.map(async (each) => await each.stop()))))

const CUSTOMER = '1234567890'
const NOW = Date.parse('2026-11-22T15:00:00Z')

async function open(options: SimulatorOptions = {}) {
  const simulator = startSimulator({ nowMs: () => NOW, ...options })
  simulators.push(simulator)
  const form = { grant_type: 'refresh_token', client_id: 'x', client_secret: 'x', refresh_token: 'x' }
  const token = async (more: Record<string, string> = {}) =>
    await fetch(simulator.oauthEndpoint, { method: 'POST', body: new URLSearchParams({ ...form, ...more }) })
  const { access_token } = (await (await token()).json()) as { access_token: string }
  const ask = async (method: string, body: object, { version = 'v25', bearer = access_token } = {}) => {
    const url = `${simulator.endpoint}/${version}/customers/${CUSTOMER}/googleAds:${method}`
    const headers = { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' }
    const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })
    const text = await response.text()
    // oxlint-disable-next-line typescript/no-explicit-any -- whatever came back is looked at
    const json: any = text.startsWith('<') ? undefined : JSON.parse(text)
    return { status: response.status, text, json }
  }
  return { simulator, token, ask }
}

const campaignsOn = (where: string) =>
  `SELECT customer.id, campaign.id, campaign.name, segments.date, metrics.clicks, metrics.conversions FROM campaign WHERE ${where}`

test('tokens are given and refused as Google does', async () => {
  const { token } = await open()
  expect(await (await token()).json()).toMatchObject({ expires_in: 3599, token_type: 'Bearer' })
  const refused: [form: Record<string, string>, status: number, error: string][] = [
    [{ refresh_token: 'revoked' }, 400, 'invalid_grant'],
    [{ client_id: 'wrong' }, 401, 'invalid_client'],
    [{ grant_type: 'password' }, 400, 'invalid_request'],
  ]
  for (const [form, status, error] of refused) {
    const response = await token(form)
    expect({ status: response.status, body: await response.json() }).toMatchObject({
      status,
      body: { error },
    })
  }
})

test('an answer is an array of chunks in lowerCamelCase, int64 as text, zeros absent', async () => {
  const { ask } = await open()
  const { json } = await ask('searchStream', { query: campaignsOn("segments.date = '2026-03-03'") })
  const [chunk] = json
  expect(chunk).toMatchObject({
    queryResourceConsumption: '600',
    fieldMask: expect.stringContaining('campaign.name'),
  })
  for (const row of chunk.results) {
    expect(row.campaign.resourceName).toBe(`customers/${CUSTOMER}/campaigns/${row.campaign.id}`)
    expect(row.segments.date).toBe('2026-03-03')
    expect(['string', 'undefined']).toContain(typeof row.metrics.clicks)
    expect(row.metrics.clicks).not.toBe('0')
    expect(['number', 'undefined']).toContain(typeof row.metrics.conversions)
  }
})

test('it answers the same again, otherwise for another seed, and nothing for days to come', async () => {
  const query = campaignsOn("segments.date = '2026-03-03'")
  const [first, same, other] = await Promise.all(
    [{}, {}, { seed: 2 }].map(
      async (options) => (await (await open(options)).ask('searchStream', { query })).text,
    ),
  )
  expect(same).toBe(first as string)
  expect(other).not.toBe(first as string)
  const { ask } = await open()
  const [tomorrow] = (await ask('searchStream', { query: campaignsOn("segments.date = '2026-11-23'") })).json
  expect(tomorrow.results).toBeUndefined()
  expect(tomorrow.requestId).toBeString()
})

test('search gives the account, and pages that cannot be sized', async () => {
  const { ask } = await open()
  const query =
    'SELECT customer.id, customer.time_zone, customer.currency_code, customer.manager FROM customer'
  expect((await ask('search', { query })).json.results).toEqual([
    {
      customer: {
        resourceName: `customers/${CUSTOMER}`,
        id: CUSTOMER,
        timeZone: 'America/New_York',
        currencyCode: 'USD',
      },
    },
  ])
  expect((await ask('search', { query, pageSize: 5 })).text).toContain('PAGE_SIZE_NOT_SUPPORTED')
  expect((await ask('search', { query, pageToken: 'x' })).text).toContain('INVALID_PAGE_TOKEN')
  expect((await ask('search', { query, validateOnly: true })).json).toEqual({})
})

test('a day of more than 10,000 rows comes in chunks, and in pages', async () => {
  const { ask } = await open({ itemIds: Array.from({ length: 60_000 }, (_, n) => `item-${n}`) })
  const query = `SELECT ad_group.id, segments.product_item_id, segments.date, metrics.clicks FROM shopping_performance_view WHERE segments.date = '2026-03-03'`
  const chunks = (await ask('searchStream', { query })).json
  expect(chunks.length).toBeGreaterThan(1)
  expect(chunks[0].results).toHaveLength(10_000)
  expect(chunks[0].queryResourceConsumption).toBeUndefined()
  const { json } = await ask('search', { query })
  expect(json.nextPageToken).toBeString()
  const second = await ask('search', { query, pageToken: json.nextPageToken })
  expect(second.json.results[0]).toEqual(chunks[1].results[0])
}, 15_000)

test('mixed: pages are struck too, the later ones by tokens that have expired', async () => {
  const { ask } = await open({
    scenario: 'mixed',
    itemIds: Array.from({ length: 60_000 }, (_, n) => `item-${n}`),
  })
  const query = `SELECT ad_group.id, segments.product_item_id, segments.date, metrics.clicks FROM shopping_performance_view WHERE segments.date = '2026-03-03'`
  const answers: string[] = []
  for (let asked = 0; asked < 30; asked++) {
    const { status, text } = await ask('search', { query, pageToken: 'sim-page-10000' })
    answers.push(status === 200 ? 'a page' : (/EXPIRED_PAGE_TOKEN/.exec(text)?.[0] ?? text))
  }
  expect(new Set(answers)).toEqual(new Set(['a page', 'EXPIRED_PAGE_TOKEN']))
}, 15_000)

test('sums over a range are the sums of its dates', async () => {
  const { ask, simulator } = await open()
  const query = `SELECT metrics.clicks FROM customer WHERE segments.date BETWEEN '2026-03-01' AND '2026-03-31'`
  const [{ results }] = (await ask('searchStream', { query })).json
  const asked = `report=campaign&customer_id=${CUSTOMER}&from=2026-03-01&to=2026-03-31`
  const { days } = (await (await fetch(`${simulator.endpoint}/__expected?${asked}`)).json()) as {
    days: { clicks: number }[]
  }
  expect(days).toHaveLength(31)
  expect(results[0].metrics.clicks).toBe(`${days.reduce((sum, { clicks }) => sum + clicks, 0)}`)
})

test('a summary row alone is the sum of all rows, and comes without them', async () => {
  const { ask } = await open()
  const where = `segments.date BETWEEN '2026-03-01' AND '2026-03-05'`
  const query = `SELECT campaign.id, metrics.clicks, metrics.cost_micros FROM campaign WHERE ${where}`
  const [rows] = (await ask('searchStream', { query })).json
  const chunks = (await ask('searchStream', { query, summaryRowSetting: 'SUMMARY_ROW_ONLY' })).json
  expect(chunks).toHaveLength(1)
  expect(chunks[0].results).toBeUndefined()
  const sumOf = (name: string) =>
    rows.results.reduce(
      (sum: bigint, row: { metrics: Record<string, string> }) => sum + BigInt(row.metrics[name] ?? 0),
      0n,
    )
  expect(chunks[0].summaryRow).toEqual({
    metrics: { clicks: `${sumOf('clicks')}`, costMicros: `${sumOf('costMicros')}` },
  })
})

test('an assertion earns a token only when it is signed with the key, for us, and for a short time', async () => {
  const { simulator } = await open()
  const key = JSON.parse(simulator.newKeyFile()) as Record<string, string>
  const nowS = NOW / 1000
  const right = {
    iss: key['client_email'],
    aud: key['token_uri'],
    scope: 'https://www.googleapis.com/auth/adwords',
    iat: nowS,
    exp: nowS + 3600,
  }
  const grant = async (claims: object, { alg = 'RS256', pem = key['private_key'] ?? '' } = {}) => {
    const [header, body] = [{ alg }, claims].map((part) =>
      Buffer.from(JSON.stringify(part)).toString('base64url'),
    )
    const signature = sign('RSA-SHA256', Buffer.from(`${header}.${body}`), pem).toString('base64url')
    const form = new URLSearchParams({
      grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
      assertion: `${header}.${body}.${signature}`,
    })
    const response = await fetch(simulator.oauthEndpoint, { method: 'POST', body: form })
    const answer = (await response.json()) as { error?: string }
    return answer.error ?? response.status
  }
  expect(await grant(right)).toBe(200)
  expect(await grant({ ...right, sub: 'ads@example.com' })).toBe(200)
  expect(await grant({ ...right, sub: 'ads@elsewhere.org' })).toBe('unauthorized_client')
  expect(await grant({ ...right, iss: 'nobody@example.com' })).toBe('invalid_grant')
  expect(await grant({ ...right, aud: 'https://oauth2.googleapis.com/token' })).toBe('invalid_grant')
  expect(await grant({ ...right, scope: 'https://www.googleapis.com/auth/drive' })).toBe('invalid_scope')
  expect(await grant({ ...right, iat: nowS - 7200, exp: nowS - 3600 })).toBe('invalid_grant')
  expect(await grant({ ...right, exp: nowS + 86_400 })).toBe('invalid_grant')
  expect(await grant(right, { alg: 'none' })).toBe('invalid_grant')
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' })
  expect(await grant(right, { pem })).toBe('invalid_grant')
})

test('a manager has accounts and no figures; those are reached through it alone', async () => {
  const { simulator, token } = await open({ scenario: 'manager' })
  const { access_token } = (await (await token()).json()) as { access_token: string }
  const ask = async (customerId: string, query: string, manager?: string) => {
    const response = await fetch(`${simulator.endpoint}/v25/customers/${customerId}/googleAds:search`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${access_token}`,
        ...(manager !== undefined && { 'login-customer-id': manager }),
      },
      body: JSON.stringify({ query }),
    })
    return { status: response.status, text: await response.text() }
  }
  const figures = campaignsOn("segments.date = '2026-03-03'")
  expect((await ask(MANAGER_ID, figures)).text).toContain('REQUESTED_METRICS_FOR_MANAGER')
  expect((await ask('3333333333', figures)).text).toContain('USER_PERMISSION_DENIED')
  expect((await ask('3333333333', figures, '1111111111')).text).toContain('USER_PERMISSION_DENIED')
  expect((await ask('4444444444', figures, MANAGER_ID)).text).toContain('CUSTOMER_NOT_ENABLED')
  expect((await ask('3333333333', figures, MANAGER_ID)).status).toBe(200)
  expect((await ask('3333333333', figures, '9100000000')).status).toBe(200)
  const clients = await ask(
    MANAGER_ID,
    'SELECT customer_client.id, customer_client.level FROM customer_client',
  )
  const levels = (
    JSON.parse(clients.text).results as { customerClient: { id: string; level?: string } }[]
  ).map(({ customerClient: { id, level } }) => [id, level])
  expect(levels).toContainEqual([MANAGER_ID, undefined])
  expect(levels).toContainEqual(['3333333333', '2'])
  expect(levels).toHaveLength(7)
})

test('errors have the bodies of the API: in an array on a stream, HTML for a dead version', async () => {
  const { ask } = await open()
  const errorOf = async (query: string) => (await ask('searchStream', { query })).text
  expect(await errorOf('SELECT nonsense FROM campaign')).toContain('UNRECOGNIZED_FIELD')
  expect(await errorOf('SELECT campaign.id FROM nowhere')).toContain('BAD_RESOURCE_TYPE_IN_FROM_CLAUSE')
  expect(await errorOf(campaignsOn('segments.date DURING LAST_30_DAYS'))).toContain('EXPECTED_CONDITION')
  expect(await errorOf(campaignsOn("segments.date = '2026-02-30'"))).toContain('INVALID_VALUE')
  const refused = await ask('searchStream', { query: '' }, { bearer: 'nobody' })
  expect(refused.status).toBe(401)
  expect(refused.json[0].error.details.at(-1)['@type']).toEndWith('GoogleAdsFailure')
  const retired = await ask('searchStream', { query: '' }, { version: 'v22' })
  expect({ status: retired.status, html: retired.text.startsWith('<!DOCTYPE html>') }).toEqual({
    status: 404,
    html: true,
  })
})

test('bun run simulator prints the two lines to paste', async () => {
  const child = Bun.spawn([process.execPath, `${import.meta.dir}/main.ts`, '--scenario', 'slow'], {
    stdout: 'pipe',
    stderr: 'ignore',
  })
  const reader = child.stdout.getReader()
  let text = ''
  while (text.split('\n').length < 3) text += new TextDecoder().decode((await reader.read()).value)
  expect(text).toMatch(
    /^GOOGLE_ADS_ENDPOINT=http:\/\/127\.0\.0\.1:\d+\nGOOGLE_OAUTH_ENDPOINT=http:\/\/127\.0\.0\.1:\d+\/token\n$/,
  )
  child.kill('SIGTERM')
  expect(await child.exited).toBe(143)
})
