/** The operations as tools, called by the protocol's own client. */
import { Client, StreamableHTTPClientTransport, type CallToolResult } from '@modelcontextprotocol/client'
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { NO_ADS, spawnServer, urlOf } from '#scripts/lab/harness/server-process.ts'
import { startTestServer, temporaryFolder, type TestServer } from '#scripts/lab/harness/test-server.ts'
import { api, operationsOf } from '#server/api.ts'

const ADMIN_KEY = 'correct-horse-battery-staple'

type Version = 'legacy' | 'newest'

async function connect(url: string, key?: string, version: Version = 'newest'): Promise<Client> {
  const client = new Client(
    { name: 'test', version: '1' },
    { versionNegotiation: { mode: version === 'newest' ? 'auto' : 'legacy' } },
  )
  const headers = key === undefined ? {} : { authorization: `Bearer ${key}` }
  await client.connect(new StreamableHTTPClientTransport(new URL('/mcp', url), { requestInit: { headers } }))
  return client
}

// oxlint-disable-next-line typescript/no-explicit-any -- a test looks at whatever came back
const contentOf = ({ structuredContent }: CallToolResult) => structuredContent as any

describe.each(['legacy', 'newest'] as const)('a client of the %s protocol', (version) => {
  let server: TestServer
  let client: Client
  beforeAll(async () => {
    server = await startTestServer({ ADS_SOURCE: NO_ADS })
    client = await connect(server.url, undefined, version)
  })
  afterAll(async () => {
    await client.close()
    await server[Symbol.asyncDispose]()
  })

  test('finds every operation as a tool, with its schema and with what it may do', async () => {
    const { tools } = await client.listTools()
    expect(tools.map(({ name }) => name).toSorted()).toEqual(
      operationsOf(api)
        .map(({ name }) => name.replace('.', '_'))
        .toSorted(),
    )
    const of = (name: string) => tools.find((tool) => tool.name === name)
    expect(of('products_search')).toMatchObject({
      annotations: { readOnlyHint: true, idempotentHint: true },
      inputSchema: { properties: { q: { type: 'string' } } },
    })
    expect(of('products_create')?.annotations).toMatchObject({ readOnlyHint: false, destructiveHint: false })
    expect(of('products_remove')?.annotations).toMatchObject({ destructiveHint: true, idempotentHint: true })
    // What depends on the configuration is filled in.
    expect(JSON.stringify(of('products_create'))).not.toContain('"format":"price"')
  })

  test('writes and reads a product; a call with an idempotency key has one effect', async () => {
    const call = {
      name: 'products_create',
      arguments: { name: `Belt ${version}`, price: '9.90', stock_level: 3 },
      _meta: { 'adstock/idempotency-key': `order-${version}` },
    }
    const created = contentOf(await client.callTool(call))
    expect(created).toMatchObject({ price: '9.90', version: 1 })
    expect(contentOf(await client.callTool(call)).id).toBe(created.id)
    const read = await client.callTool({ name: 'products_get', arguments: { id: created.id } })
    expect(read.content).toEqual([{ type: 'text', text: JSON.stringify(created) }])
    const { contents } = await client.readResource({ uri: `adstock://products/${created.id}` })
    expect(contents).toMatchObject([{ mimeType: 'application/json', text: JSON.stringify(created) }])
  })

  test('reads a day as a resource, and is told what is none', async () => {
    const { resourceTemplates } = await client.listResourceTemplates()
    expect(resourceTemplates.map(({ uriTemplate }) => uriTemplate)).toEqual([
      'adstock://products/{id}',
      'adstock://days/{date}',
    ])
    const { contents } = await client.readResource({ uri: 'adstock://days/2026-01-01' })
    const [{ text = '' } = {}] = contents as { text?: string }[]
    expect(JSON.parse(text)).toMatchObject({ from: '2026-01-01', days: [{ date: '2026-01-01' }, {}] })
    for (const uri of ['adstock://products/4711', 'adstock://nothing'])
      await expect(client.readResource({ uri })).rejects.toThrow(/4711|no resource/)
  })

  test('gets the same problems as over REST', async () => {
    const wrong = await client.callTool({
      name: 'products_create',
      arguments: { name: '', price: '1', colour: 'red' },
    })
    expect(wrong.isError).toBe(true)
    expect(contentOf(wrong)).toMatchObject({
      code: 'INVALID_INPUT',
      errors: [{ pointer: '/name' }, { pointer: '/colour' }],
    })
    const absent = await client.callTool({ name: 'products_get', arguments: { id: 4711 } })
    expect(contentOf(absent)).toMatchObject({ code: 'PRODUCT_NOT_FOUND', status: 404 })
    await expect(client.callTool({ name: 'products_paint', arguments: {} })).rejects.toThrow(
      'no tool products_paint',
    )
  })
})

test('a key uses what its scopes allow, and no key nothing', async () => {
  await using server = await startTestServer({ AUTH: 'keys', ADMIN_KEY, ADS_SOURCE: NO_ADS })
  await expect(connect(server.url)).rejects.toThrow()
  const unauthorized = await fetch(`${server.url}/mcp`, { method: 'POST', body: '{}' })
  expect(unauthorized.status).toBe(401)
  expect(unauthorized.headers.get('www-authenticate')).toContain('Bearer')
  const admin = await connect(server.url, ADMIN_KEY)
  const { key } = contentOf(await admin.callTool({ name: 'feedKeys_create', arguments: { name: 'feed' } }))
  const reader = await connect(server.url, key)
  const refused = await reader.callTool({ name: 'products_list', arguments: {} })
  expect(refused.isError).toBe(true)
  expect(contentOf(refused)).toMatchObject({ code: 'SCOPE_MISSING', scope: 'products:read' })
  expect((await reader.listTools()).tools).toEqual([])
  for (const client of [admin, reader]) await client.close()
})

test('a call draws on the limit of its operation', async () => {
  await using server = await startTestServer({
    RATE_LIMIT: 'on',
    RATE_LIMIT_WRITE: '2/60s',
    ADS_SOURCE: NO_ADS,
  })
  const client = await connect(server.url)
  const create = () => client.callTool({ name: 'products_create', arguments: { name: 'Belt', price: '1' } })
  expect([await create(), await create()].map(({ isError = false }) => isError)).toEqual([false, false])
  expect(contentOf(await create())).toMatchObject({ code: 'RATE_LIMITED', retry_after: expect.any(Number) })
  const list = await client.callTool({ name: 'products_list', arguments: {} })
  expect(contentOf(list).items).toHaveLength(2)
  await client.close()
})

test('another site, another name of this machine, and what is no single message are refused', async () => {
  await using server = await startTestServer()
  const post = (headers: Record<string, string>, body = '{}') =>
    fetch(`${server.url}/mcp`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body,
    })
  expect((await post({ origin: 'https://elsewhere.example' })).status).toBe(403)
  expect((await post({ host: 'rebound.example' })).status).toBe(400)
  for (const none of ['[]', '{}', '{"jsonrpc":"2.0"}']) expect((await post({}, none)).status).toBe(422)
  const got = await fetch(`${server.url}/mcp`)
  expect([got.status, got.headers.get('allow')]).toEqual([405, 'POST'])
})

test('where every caller from elsewhere may do everything there are no tools', async () => {
  await using folder = await temporaryFolder()
  const server = spawnServer(folder.path, { HOST: '0.0.0.0', AUTH: 'open', ALLOW_OPEN: 'true' })
  const url = await urlOf(server)
  expect((await fetch(new URL('/mcp', url.replace('0.0.0.0', '127.0.0.1')), { method: 'POST' })).status).toBe(
    404,
  )
  server.kill()
  await server.exited
})

test('/llms.txt names every operation, and where the tools are', async () => {
  await using server = await startTestServer()
  const text = await (await fetch(`${server.url}/llms.txt`)).text()
  expect(text).toStartWith('# Adstock\n\n> ')
  for (const { operation } of operationsOf(api))
    expect(text).toContain(`\`${operation.rest.replace(' ', ' /v1')}\`: ${operation.summary}`)
  expect(text).toContain('](/mcp)')
})
