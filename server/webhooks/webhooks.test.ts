/** Webhooks from a change to its receiver: what is told, in which order, how often, and signed with what. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import { SQL } from 'bun'
import { problemOf } from '#client/api.ts'
import { databases } from '#server/keys/keys.testing.ts'
import { NO_ADS } from '#scripts/lab/harness/server-process.ts'
import { startTestServer, temporaryFolder, type TestServer } from '#scripts/lab/harness/test-server.ts'
import { until } from '#scripts/lab/harness/until.ts'
import { isVerifiedBy, startReceiver, verify, type Receiver } from './receiver.testing.ts'

const environment = { ADS_SOURCE: NO_ADS, WEBHOOKS_ALLOW_PRIVATE: 'true' }

describe.each(['SQLite', 'PostgreSQL'] as const)('webhooks on %s', (dialect) => {
  let server: TestServer
  let receiver: Receiver
  let databaseUrl: string
  const resources = new AsyncDisposableStack()

  beforeAll(async () => {
    const folder = resources.use(await temporaryFolder())
    databaseUrl = await databases[dialect](folder.path)
    server = resources.use(await startTestServer({ ...environment, DATABASE_URL: databaseUrl }))
  })
  afterAll(() => resources.disposeAsync())
  beforeEach(async () => {
    for (const { id } of (await server.rest('GET /webhooks')).body.items)
      await server.rest(`DELETE /webhooks/${id}`)
    receiver = resources.use(startReceiver())
  })

  const listen = async (events: readonly string[], more: object = {}) => {
    const { status, body } = await server.rest('POST /webhooks', {
      body: { url: receiver.url, events, ...more },
    })
    expect(status).toBe(201)
    return body as { id: number; secret: string }
  }
  const create = async (stock_level: number) =>
    (await server.rest('POST /products', { body: { name: 'Belt & Co', price: '9.90', stock_level } })).body
  const setStock = async (id: number, stock_level: number) =>
    await server.rest(`PATCH /products/${id}`, { body: { stock_level } })
  const deliveriesOf = async (id: number) => (await server.rest(`GET /webhooks/${id}/deliveries`)).body.items
  const pending = async () => (await server.rest('GET /webhooks')).body.items[0].pending

  test('a stock that gets low, runs out and comes back is told in this order, signed', async () => {
    const { secret } = await listen(['product.low_stock', 'product.out_of_stock', 'product.back_in_stock'])
    const product = await create(40)
    for (const level of [11, 10, 9, 0, 3, 0, 200]) await setStock(product.id, level)
    const received = await receiver.atLeast(5)
    expect(
      received.map(({ type, data }) => [type, data['stock_level'], data['previous_stock_level']]),
    ).toEqual([
      ['product.low_stock', 10, 11],
      ['product.out_of_stock', 0, 9],
      ['product.back_in_stock', 3, 0],
      ['product.out_of_stock', 0, 3],
      ['product.back_in_stock', 200, 0],
    ])
    for (const each of received) expect(verify(each, secret)).toMatchObject({ type: each.type })
    expect(received[0]?.data).toEqual({
      product_id: product.id,
      sku: null,
      name: 'Belt & Co',
      version: 3,
      stock_level: 10,
      previous_stock_level: 11,
      low_stock_at: 10,
      url: `/v1/products/${product.id}`,
    })
    expect(new Set(received.map(({ id }) => id)).size).toBe(5)
    await until('all are settled', async () => (await pending()) === 0)
  })

  test('every path that changes a product is told, direct SQL and imports included', async () => {
    const { secret } = await listen(['product.changed'])
    const { id } = await create(5)
    await server.rest(`PATCH /products/${id}`, { body: { name: 'Belt' } })
    await server.rest(`POST /products/${id}/stock-adjustments`, { body: { delta: -2, reason: 'sold' } })
    await server.rest('POST /products/batch', {
      body: {
        mode: 'atomic',
        operations: [
          { id, price: '1.00' },
          { id, stock_level: 7 },
        ],
      },
    })
    const csv = `id,stock_level\n${id},9\n`
    await fetch(`${server.url}/v1/products/import`, {
      method: 'POST',
      body: csv,
      headers: { 'content-type': 'text/csv' },
    })
    await using direct = new SQL(databaseUrl)
    await direct`update products set stock_level = 2, version = 7 where id = ${id}`
    // What is asked for already changes nothing.
    await setStock(id, 2)
    await server.rest(`DELETE /products/${id}`)
    const received = await receiver.atLeast(8)
    expect(received.map(({ data }) => [data['kind'], data['version'], data['stock_level']])).toEqual([
      ['created', 1, 5],
      ['updated', 2, 5],
      ['updated', 3, 3],
      ['updated', 4, 3],
      ['updated', 5, 7],
      ['updated', 6, 9],
      ['updated', 7, 2],
      ['deleted', 7, null],
    ])
    for (const each of received) expect(verify(each, secret)).toMatchObject({ type: 'product.changed' })
  })

  test('a failure is repeated under its id and holds back the later events of its product only', async () => {
    await listen(['product.out_of_stock', 'product.back_in_stock'])
    const [stuck, free] = [await create(1), await create(1)]
    let failures = 0
    receiver.answer = ({ data }) =>
      data['product_id'] === stuck.id && ++failures === 1
        ? new Response('no', { status: 500 })
        : new Response(null, { status: 204 })
    for (const level of [0, 8]) await setStock(stuck.id, level)
    await receiver.atLeast(1)
    await setStock(free.id, 0)
    const received = await receiver.atLeast(4)
    expect(received.map(({ type, data }) => [type, data['product_id']])).toEqual([
      ['product.out_of_stock', stuck.id],
      ['product.out_of_stock', free.id],
      ['product.out_of_stock', stuck.id],
      ['product.back_in_stock', stuck.id],
    ])
    expect(received[2]?.id).toBe(received[0]?.id ?? '')
    expect(received[2]?.raw).toBe(received[0]?.raw ?? '')
  }, 30_000)

  test('what is not delivered tells why, and is sent again when asked', async () => {
    const { id } = await listen(['product.out_of_stock'])
    receiver.answer = () => Response.redirect('http://127.0.0.1:9/elsewhere')
    const product = await create(1)
    await setStock(product.id, 0)
    const failed = async () => (await deliveriesOf(id))[0]
    await until('it is recorded', async () => (await failed())?.status === 302)
    expect(await failed()).toMatchObject({ state: 'pending', attempts: 1, type: 'product.out_of_stock' })
    expect((await failed()).error).toContain('not followed')
    const early = await server.rest(`POST /webhooks/${id}/resend`, {
      body: { delivery_id: (await failed()).id },
    })
    expect(early).toMatchObject({ status: 404, body: { code: 'DELIVERY_NOT_FOUND' } })
    receiver.answer = () => new Response(null, { status: 204 })
    await until('it is delivered', async () => (await failed()).state === 'delivered')
    const again = await server.rest(`POST /webhooks/${id}/resend`, {
      body: { delivery_id: (await failed()).id },
    })
    expect(again.body).toEqual({ resent: 1 })
    const received = await receiver.atLeast(3)
    expect(new Set(received.map((each) => each.id)).size).toBe(1)
  }, 30_000)

  test('during a rotation both secrets verify; after it, the new one alone', async () => {
    const first = await listen(['product.changed'])
    const { body: second } = await server.rest(`POST /webhooks/${first.id}/rotate`, { body: {} })
    expect(second.secret).not.toBe(first.secret)
    expect(Date.parse(second.previous_secret_until)).toBeGreaterThan(Date.now())
    await create(1)
    const [both] = await receiver.atLeast(1)
    expect([first, second].map(({ secret }) => both && isVerifiedBy(both, secret))).toEqual([true, true])
    const { body: third } = await server.rest(`POST /webhooks/${first.id}/rotate`, {
      body: { overlap_hours: 0 },
    })
    await create(1)
    const [, alone] = await receiver.atLeast(2)
    expect([first, second, third].map(({ secret }) => alone && isVerifiedBy(alone, secret))).toEqual([
      false,
      false,
      true,
    ])
    expect(JSON.stringify((await server.rest('GET /webhooks')).body)).not.toContain('whsec_')
  })

  test('for Slack an event is one line of text', async () => {
    await listen(['product.out_of_stock'], { format: 'slack' })
    const product = await create(4)
    await setStock(product.id, 0)
    const [only] = await receiver.atLeast(1)
    expect(JSON.parse(only?.raw ?? '')).toEqual({ text: 'Belt &amp; Co is out of stock.' })
  })

  test('a disabled webhook collects nothing, and one that is deleted gets nothing', async () => {
    const { id } = await listen(['product.changed'])
    await server.rest(`PATCH /webhooks/${id}`, { body: { state: 'disabled' } })
    await create(1)
    await server.rest(`PATCH /webhooks/${id}`, {
      body: { state: 'enabled', events: ['product.back_in_stock'] },
    })
    const product = await create(0)
    await setStock(product.id, 2)
    expect((await receiver.atLeast(1)).map(({ type }) => type)).toEqual(['product.back_in_stock'])
    await server.rest(`DELETE /webhooks/${id}`)
    expect((await server.rest(`GET /webhooks/${id}/deliveries`)).body).toMatchObject({
      code: 'WEBHOOK_NOT_FOUND',
    })
  })

  test('what fails for a day is parked and shown, lets later events pass, and is sent when asked', async () => {
    const { id } = await listen(['product.out_of_stock', 'product.back_in_stock'])
    receiver.answer = ({ type }) =>
      new Response(null, { status: type === 'product.out_of_stock' ? 500 : 204 })
    const product = await create(1)
    for (const level of [0, 5]) await setStock(product.id, level)
    await receiver.atLeast(1)
    await until('it is recorded', async () => (await deliveriesOf(id)).at(-1)?.status === 500)
    await using direct = new SQL(databaseUrl)
    await direct`update webhook_deliveries set retry_until = 0, due_at = 0 where endpoint_id = ${id} and attempts = 1`
    const received = await receiver.atLeast(3)
    expect(received.at(-1)?.type).toBe('product.back_in_stock')
    const [webhook] = (await server.rest('GET /webhooks')).body.items
    expect(webhook).toMatchObject({ parked: 1 })
    const parked = (await server.rest(`GET /webhooks/${id}/deliveries?state=parked`)).body.items
    expect(parked).toMatchObject([{ type: 'product.out_of_stock', attempts: 2, next_attempt_at: null }])
    receiver.answer = () => new Response(null, { status: 204 })
    expect((await server.rest(`POST /webhooks/${id}/resend`, { body: {} })).body).toEqual({ resent: 1 })
    const again = (await receiver.atLeast(4)).at(-1)
    expect(again?.id).toBe(received[0]?.id ?? '')
  })

  test('a webhook that answers nothing holds back no other', async () => {
    await listen(['product.changed'])
    receiver.answer = async () => {
      await Bun.sleep(3_000)
      return new Response(null, { status: 204 })
    }
    using other = startReceiver()
    await listen(['product.changed'], { url: other.url })
    for (let count = 0; count < 30; count += 1) await create(1)
    await other.atLeast(30)
    expect(receiver.received.length).toBeLessThan(30)
  })

  test('deliveries are listed a page at a time, newest first', async () => {
    const { id } = await listen(['product.changed'])
    for (let count = 0; count < 5; count += 1) await create(count)
    await receiver.atLeast(5)
    const seen: number[] = []
    for (let cursor: string | null = ''; cursor !== null;) {
      const query: string = cursor === '' ? '' : `&cursor=${cursor}`
      const { body } = await server.rest(`GET /webhooks/${id}/deliveries?limit=2${query}`)
      seen.push(...body.items.map((each: { id: number }) => each.id))
      cursor = body.next_cursor
    }
    expect(seen).toHaveLength(5)
    expect(seen).toEqual(seen.toSorted((a, b) => b - a))
  })

  test('the typed client makes, changes and deletes a webhook by the same rules', async () => {
    const { webhooks } = server.client
    const { id, secret } = await webhooks.create.mutate({ url: receiver.url, events: ['product.changed'] })
    const changed = await webhooks.update.mutate({ id, description: 'the till', state: 'disabled' })
    expect(changed).toMatchObject({
      id,
      description: 'the till',
      state: 'disabled',
      events: ['product.changed'],
    })
    expect((await webhooks.rotate.mutate({ id })).secret).not.toBe(secret)
    expect((await webhooks.list.query({})).items).toMatchObject([{ id, pending: 0 }])
    await webhooks.remove.mutate({ id })
    const gone = await webhooks.deliveries.query({ id }).catch(problemOf)
    expect(gone).toMatchObject({ status: 404, code: 'WEBHOOK_NOT_FOUND' })
  })

  test('with an idempotency key a webhook is made once', async () => {
    const make = () =>
      server.rest('POST /webhooks', {
        body: { url: receiver.url, events: ['product.changed'] },
        headers: { 'idempotency-key': `make-${dialect}` },
      })
    const [first, second] = [await make(), await make()]
    expect(second.body).toEqual(first.body)
    expect((await server.rest('GET /webhooks')).body.items).toHaveLength(1)
  })
})

test('without leave to send into private networks such a webhook is neither made nor served', async () => {
  await using folder = await temporaryFolder()
  using receiver = startReceiver()
  const env = { ...environment, DATABASE_URL: await databases.SQLite(folder.path) }
  const body = { url: receiver.url, events: ['product.changed'] }
  {
    await using allowing = await startTestServer(env)
    expect((await allowing.rest('POST /webhooks', { body })).status).toBe(201)
  }
  await using strict = await startTestServer({ ...env, WEBHOOKS_ALLOW_PRIVATE: 'false' })
  expect(await strict.rest('POST /webhooks', { body })).toMatchObject({
    status: 422,
    body: { code: 'WEBHOOK_URL_REFUSED' },
  })
  await strict.rest('POST /products', { body: { name: 'Belt', price: '1.00', stock_level: 1 } })
  const attempted = async () => (await strict.rest('GET /webhooks/1/deliveries')).body.items[0]
  await until('it was tried', async () => (await attempted())?.error)
  expect(await attempted()).toMatchObject({ state: 'pending', error: 'The address is in a private network.' })
  expect(receiver.received).toEqual([])
})
