import { afterAll, expect, test } from 'bun:test'
import { startTestServer } from '#scripts/lab/harness/test-server.ts'

const SHOP = 'https://shop.example'
const resources = new AsyncDisposableStack()
afterAll(() => resources.disposeAsync())
const open = resources.use(await startTestServer({ CORS_ORIGINS: `${SHOP}, https://till.example` }))
const closed = resources.use(await startTestServer())

const allowed = (response: Response) => response.headers.get('access-control-allow-origin')
const from = async (
  url: string,
  origin: string,
  { method = 'GET', headers = {} }: { method?: string; headers?: Record<string, string> } = {},
) => await fetch(url, { method, headers: { origin, ...headers } })

test.each(['/v1/products', '/v1/products/9', '/v1/nothing', '/trpc/products.get', '/livez'])(
  'a page of a named origin may read %s, whatever the answer is',
  async (path) => {
    expect(allowed(await from(open.url + path, SHOP))).toBe(SHOP)
    expect(allowed(await from(open.url + path, 'https://till.example'))).toBe('https://till.example')
  },
)

test.each(['https://shop.example.evil', 'http://shop.example', 'https://evil-shop.example', 'null', ''])(
  'a page of %p may not',
  async (origin) => {
    expect(allowed(await from(`${open.url}/v1/products`, origin))).toBeNull()
    expect(allowed(await from(`${closed.url}/v1/products`, origin))).toBeNull()
  },
)

test('without CORS_ORIGINS no page from elsewhere may read anything', async () => {
  expect(allowed(await from(`${closed.url}/v1/products`, SHOP))).toBeNull()
  const preflight = await from(`${closed.url}/v1/products/1`, SHOP, { method: 'OPTIONS' })
  expect(allowed(preflight)).toBeNull()
  expect(preflight.status).toBe(405)
})

test('a preflight says what may be sent, and that cookies may not', async () => {
  const preflight = await from(`${open.url}/v1/products/1`, SHOP, {
    method: 'OPTIONS',
    headers: {
      'access-control-request-method': 'PATCH',
      'access-control-request-headers': 'if-match,content-type',
    },
  })
  expect(preflight.status).toBe(204)
  expect(preflight.headers.get('access-control-allow-methods')).toContain('PATCH')
  expect(preflight.headers.get('access-control-allow-headers')).toContain('if-match')
  expect(preflight.headers.get('access-control-allow-credentials')).toBeNull()
})
