import { afterAll, beforeAll, expect, test } from 'bun:test'
import { problemOf } from '#client/api.ts'
import { startTestServer, type TestServer } from '#scripts/lab/harness/test-server.ts'

let server: TestServer

beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server[Symbol.asyncDispose]())

test('the typed client creates, lists and reads in one batch', async () => {
  const { id } = await server.client.products.create.mutate({ name: 'Belt', price: '9.90' })
  const [page, one] = await Promise.all([
    server.client.products.list.query(),
    server.client.products.get.query({ id }),
  ])
  expect(page.items).toEqual([one])
})

test('an error carries the very problem that REST answers with', async () => {
  const overTrpc = problemOf(
    await server.client.products.get.query({ id: 4711 }).catch((error: unknown) => error),
  )
  const overRest = (await server.rest('GET /products/4711')).body
  const { request_id: _, instance, ...rest } = overRest
  expect(overTrpc).toMatchObject(rest)
  expect(instance).toBe('/v1/products/4711')
})

test.each([
  ['GET', '/trpc/products.nothing', undefined, 404, 'ROUTE_NOT_FOUND'],
  ['GET', '/trpc/products.get?input=%7B', undefined, 400, 'BODY_UNREADABLE'],
  ['GET', '/trpc/products.get?input=%7B%22id%22%3A%22x%22%7D', undefined, 422, 'INVALID_INPUT'],
  ['POST', '/trpc/products.create', '{"name":', 400, 'BODY_UNREADABLE'],
  ['GET', '/trpc/products.create', undefined, 405, 'METHOD_NOT_ALLOWED'],
])('%s %s %p → %d %s, without a stack', async (method, path, body, status, code) => {
  const response = await fetch(server.url + path, {
    method,
    headers: { 'content-type': 'application/json' },
    ...(body !== undefined && { body }),
  })
  const text = await response.text()
  expect(response.status).toBe(status)
  expect(JSON.parse(text).error.data).toMatchObject({ httpStatus: status, problem: { code, status } })
  expect(text).not.toContain('stack')
})

test('a batch has a bound', async () => {
  const names = Array.from({ length: 51 }, () => 'products.list').join(',')
  expect((await fetch(`${server.url}/trpc/${names}?batch=1&input=%7B%7D`)).status).toBe(400)
})

test('an infinite query, which adds its direction, is understood', async () => {
  const input = encodeURIComponent(JSON.stringify({ limit: 1, direction: 'forward' }))
  expect((await fetch(`${server.url}/trpc/products.list?input=${input}`)).status).toBe(200)
})
