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
  const withoutId = (text = '') => text.replace(/"requestId":"[^"]+"/, '')
  expect(withoutId(same)).toBe(withoutId(first))
  expect(withoutId(other)).not.toBe(withoutId(first))
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
  const query = `SELECT ad_group.id, segments.product_item_id, segments.date, metrics.impressions, metrics.clicks FROM shopping_performance_view WHERE segments.date = '2026-03-03'`
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
    itemIds: Array.from({ length: 12_000 }, (_, n) => `item-${n}`),
  })
  const query = `SELECT ad_group.id, segments.product_item_id, segments.date, metrics.clicks FROM shopping_performance_view WHERE segments.date = '2026-03-03'`
  const answers: string[] = []
  for (let asked = 0; asked < 30; asked++) {
    const { status, text } = await ask('search', { query, pageToken: 'sim-page-10000' })
    answers.push(status === 200 ? 'a page' : (/EXPIRED_PAGE_TOKEN/.exec(text)?.[0] ?? text))
  }
  expect(new Set(answers)).toEqual(new Set(['a page', 'EXPIRED_PAGE_TOKEN']))
}, 60_000)

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
  const refused = await ask('searchStream', { query: '' }, { bearer: 'nobody' })
  expect(refused.status).toBe(401)
  expect(refused.json[0].error.details.at(-1)['@type']).toEndWith('GoogleAdsFailure')
  const retired = await ask('searchStream', { query: '' }, { version: 'v22' })
  expect({ status: retired.status, html: retired.text.startsWith('<!DOCTYPE html>') }).toEqual({
    status: 404,
    html: true,
  })
})

const REFUSED: [query: string, value: string][] = [
  ['campaign.id FROM campaign', 'EXPECTED_SELECT'],
  ['SELECT campaign.id', 'EXPECTED_FROM'],
  ['SELECT * FROM campaign', 'BAD_FIELD_NAME'],
  ['SELECT campaign.id FROM campaign WHERE campaign.id ~ 1', 'UNEXPECTED_INPUT'],
  ['SELECT campaign.id FROM campaign WHERE campaign.id IS 1', 'BAD_OPERATOR'],
  ['SELECT campaign.id FROM campaign WHERE campaign.id IN ()', 'PROHIBITED_EMPTY_LIST_IN_CONDITION'],
  ['SELECT campaign.id FROM campaign ORDER campaign.id', 'EXPECTED_BY'],
  ['SELECT campaign.id FROM campaign LIMIT 0', 'BAD_LIMIT_VALUE'],
  ['SELECT campaign.id FROM campaign LIMIT 5 nonsense', 'UNEXPECTED_INPUT'],
  ['SELECT campaign.id FROM campaign PARAMETERS include_all = true', 'INVALID_PARAMETER_NAME'],
  ['SELECT campaign.identity FROM campaign', 'UNRECOGNIZED_FIELD'],
  ['SELECT ad_group.id FROM campaign', 'PROHIBITED_RESOURCE_TYPE_IN_SELECT_CLAUSE'],
  ['SELECT metrics.clicks FROM customer_client', 'PROHIBITED_METRIC_IN_SELECT_OR_WHERE_CLAUSE'],
  ['SELECT segments.product_item_id FROM keyword_view', 'PROHIBITED_SEGMENT_IN_SELECT_OR_WHERE_CLAUSE'],
  [
    "SELECT metrics.clicks FROM shopping_performance_view WHERE segments.product_item_id = 'x'",
    'EXPECTED_REFERENCED_FIELD_IN_SELECT_CLAUSE',
  ],
  ["SELECT campaign.id FROM campaign WHERE campaign.name CONTAINS ANY ('x')", 'OPERATOR_FIELD_MISMATCH'],
  ["SELECT campaign.id FROM campaign WHERE campaign.status = 'GONE'", 'BAD_ENUM_CONSTANT'],
  ["SELECT campaign.id FROM campaign WHERE metrics.clicks > 'many'", 'BAD_VALUE'],
  [
    "SELECT metrics.clicks FROM campaign WHERE segments.date <= '2026-01-01'",
    'EXPECTED_FILTERS_ON_DATE_RANGE',
  ],
  ["SELECT metrics.clicks FROM campaign WHERE segments.date = '2026-02-30'", 'INVALID_DATE_FORMAT'],
  [
    'SELECT metrics.clicks FROM campaign WHERE segments.date DURING LAST_90_DAYS',
    'INVALID_VALUE_WITH_DURING_OPERATOR',
  ],
  [
    "SELECT segments.date, metrics.clicks FROM campaign WHERE segments.date = '2019-01-01'",
    'REQUESTED_DATE_GRANULARITY_NOT_SUPPORTED',
  ],
]
test('what Google refuses is refused with its code', async () => {
  const { ask } = await open()
  for (const [query, value] of REFUSED) {
    const { status, json } = await ask('search', { query })
    const [{ errorCode }] = json.error.details.at(-1).errors
    expect({ query, status, value: Object.values(errorCode)[0] }).toEqual({ query, status: 400, value })
  }
})

test('conditions, orders and limits are those of the language', async () => {
  const { ask } = await open()
  const rows = async (rest: string) => {
    const fields =
      'campaign.id, campaign.name, campaign.status, segments.date, metrics.clicks, metrics.cost_micros'
    const { json } = await ask('search', { query: `SELECT ${fields} FROM campaign WHERE ${rest}` })
    return (json.results ?? []) as {
      campaign: { id: string; name: string; status: string }
      segments: { date: string }
      metrics: { clicks?: string }
    }[]
  }
  const day = 'segments.date = "2026-03-03"'
  const all = await rows(day)
  const clicks = (found: typeof all) => found.map(({ metrics }) => Number(metrics.clicks ?? 0))
  expect(clicks(await rows(`${day} ORDER BY metrics.clicks DESC LIMIT 3`))).toEqual(
    clicks(all)
      .toSorted((a, b) => b - a)
      .slice(0, 3),
  )
  const names = (found: typeof all) => new Set(found.map(({ campaign }) => campaign.name))
  expect(names(await rows(`${day} AND campaign.name LIKE 'Shopping%'`))).toEqual(
    new Set(['Shopping | All Products', 'Shopping | Best Sellers 🚀']),
  )
  expect(names(await rows(`${day} AND campaign.name REGEXP_MATCH '.*(Brand|PMax).*'`))).toEqual(
    new Set(['Brand | Search', 'PMax | Everything']),
  )
  expect(
    (await rows(`${day} AND campaign.status != ENABLED`)).map(({ campaign }) => campaign.status),
  ).toEqual(['PAUSED'])
  const [first, second] = all.map(({ campaign }) => campaign.id)
  const two = await rows(`${day} AND campaign.id IN (${first}, '${second}')`)
  expect(new Set(two.map(({ campaign }) => campaign.id))).toEqual(new Set([first ?? '', second ?? '']))
  const least = clicks(all).toSorted((a, b) => a - b)[1] ?? 0
  expect(clicks(await rows(`${day} AND metrics.clicks > ${least}`)).every((each) => each > least)).toBe(true)
  const labelled = await rows(`${day} AND campaign.labels CONTAINS ANY ('customers/${CUSTOMER}/labels/0')`)
  expect(labelled.length).toBeGreaterThan(0)
  expect(labelled.length).toBeLessThan(all.length)
  const week = await rows('segments.date DURING LAST_7_DAYS ORDER BY segments.date')
  expect([week[0]?.segments.date, week.at(-1)?.segments.date]).toEqual(['2026-11-15', '2026-11-21'])
  const month = `SELECT segments.month, metrics.clicks FROM customer WHERE segments.date BETWEEN '2026-01-15' AND '2026-03-02' ORDER BY segments.month`
  const { json } = await ask('search', { query: month })
  expect(json.results.map(({ segments }: { segments: { month: string } }) => segments.month)).toEqual([
    '2026-01-01',
    '2026-02-01',
    '2026-03-01',
  ])
})

test('names may be in either case, unknown ones are refused, and rows and sums come as asked', async () => {
  const { ask } = await open()
  const query = campaignsOn("segments.date = '2026-03-03'")
  const counted = await ask('search', {
    query,
    search_settings: { return_total_results_count: true, return_summary_row: true },
  })
  expect(counted.json.totalResultsCount).toBe(`${counted.json.results.length}`)
  expect(counted.json.summaryRow.metrics.clicks).toBeString()
  const both = await ask('searchStream', { query, summaryRowSetting: 'SUMMARY_ROW_WITH_RESULTS' })
  expect(both.json.at(-1)).toMatchObject({ results: expect.any(Array), summaryRow: counted.json.summaryRow })
  const bogus = await ask('search', { query, bogus: 1 })
  expect({ status: bogus.status, text: bogus.text }).toEqual({
    status: 400,
    text: expect.stringContaining('Unknown name \\"bogus\\"'),
  })
  const named = await ask('search', { query: 'SELECT x FROM campaign' }, { version: 'v26' })
  expect(named.text).toContain('google.ads.googleads.v26.errors.GoogleAdsFailure')
})

test('Performance Max has no ad groups, item ids are in lower case, and an account is its own client', async () => {
  const { ask } = await open()
  const cost = async (resource: string) => {
    const query = `SELECT metrics.cost_micros FROM ${resource} WHERE segments.date DURING LAST_30_DAYS`
    return Number((await ask('search', { query })).json.results[0].metrics.costMicros)
  }
  expect(await cost('campaign')).toBe(await cost('customer'))
  expect(await cost('ad_group')).toBeLessThan(await cost('campaign'))
  expect(await cost('shopping_performance_view')).toBeLessThan(await cost('campaign'))
  const items = await ask('search', {
    query: `SELECT segments.product_item_id, metrics.clicks FROM shopping_performance_view WHERE segments.date DURING LAST_30_DAYS`,
  })
  const ids = (items.json.results as { segments: { productItemId: string } }[]).map(
    ({ segments }) => segments.productItemId,
  )
  expect(ids.every((id) => id === id.toLowerCase())).toBe(true)
  expect(ids).toContain('shopify_us_111_222')
  const clients = await ask('search', {
    query: 'SELECT customer_client.id, customer_client.level FROM customer_client',
  })
  expect(clients.json.results).toEqual([
    { customerClient: { resourceName: `customers/${CUSTOMER}/customerClients/${CUSTOMER}`, id: CUSTOMER } },
  ])
})

test('the fields are told, and the accounts that a sign-in reaches', async () => {
  const { simulator, token } = await open({ scenario: 'manager' })
  const { access_token } = (await (await token()).json()) as { access_token: string }
  const get = async (path: string, query?: string) => {
    const response = await fetch(`${simulator.endpoint}/v25/${path}`, {
      method: query === undefined ? 'GET' : 'POST',
      headers: { authorization: `Bearer ${access_token}` },
      ...(query !== undefined && { body: JSON.stringify({ query }) }),
    })
    return { status: response.status, body: await response.json() }
  }
  expect((await get('customers:listAccessibleCustomers')).body).toEqual({
    resourceNames: [`customers/${MANAGER_ID}`],
  })
  const fields = await get(
    'googleAdsFields:search',
    "SELECT name, category, data_type, selectable_with WHERE name LIKE 'segments.%' ORDER BY name LIMIT 2",
  )
  expect(fields.body).toMatchObject({
    totalResultsCount: '12',
    results: [
      { name: 'segments.ad_network_type', category: 'SEGMENT', dataType: 'ENUM' },
      { name: 'segments.conversion_action', selectableWith: expect.arrayContaining(['campaign']) },
    ],
  })
  const { selectableWith } = (await get('googleAdsFields/segments.conversion_action')).body as {
    selectableWith: string[]
  }
  expect(selectableWith).toContain('metrics.conversions')
  expect(selectableWith).not.toContain('metrics.clicks')
  expect((await get('googleAdsFields/campaign')).body).toMatchObject({
    category: 'RESOURCE',
    attributeResources: ['customer'],
    metrics: expect.arrayContaining(['metrics.cost_micros']),
  })
  expect((await get('googleAdsFields/nothing')).status).toBe(404)
  expect((await get('googleAdsFields:search', 'SELECT name FROM fields')).status).toBe(400)
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
