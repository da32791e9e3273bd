import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { SQL } from 'bun'
import { Database as Connection } from 'bun:sqlite'
import { problemOf } from '#client/api.ts'
import { temporaryPostgres } from '#db/postgres.testing.ts'
import { spawnServer, urlOf } from '#scripts/lab/harness/server-process.ts'
import { startTestServer, temporaryFolder, type TestServer } from '#scripts/lab/harness/test-server.ts'

interface Change {
  seq: number
  kind: string
  product_id: number
  version: number
  product: { version: number; stock_level: number; name: string } | null
}

/** Reads a live stream until `enough` says so. */
async function listen(
  url: string,
  headers: Record<string, string>,
  enough: (events: Change[]) => boolean,
): Promise<Change[]> {
  const leaving = new AbortController()
  const response = await fetch(url, {
    headers: { accept: 'text/event-stream', ...headers },
    signal: leaving.signal,
  })
  expect(response.headers.get('content-type')).toBe('text/event-stream')
  const events: Change[] = []
  let text = ''
  for await (const chunk of (response.body ?? new ReadableStream()).pipeThrough(new TextDecoderStream())) {
    text += chunk
    const blocks = text.split('\n\n')
    text = blocks.pop() ?? ''
    for (const block of blocks) {
      const [, id, data = ''] = /^id: (\d+)\ndata: (.*)$/.exec(block) ?? []
      if (id === undefined) continue
      const change = JSON.parse(data) as Change
      expect(id).toBe(String(change.seq))
      events.push(change)
    }
    if (enough(events)) break
  }
  leaving.abort()
  return events
}

describe.each(['SQLite', 'PostgreSQL'] as const)('the change feed on %s', (database) => {
  let server: TestServer
  let databaseUrl: string
  let folder: Awaited<ReturnType<typeof temporaryFolder>>

  beforeAll(async () => {
    folder = await temporaryFolder()
    databaseUrl = database === 'PostgreSQL' ? await temporaryPostgres() : `file:${folder.path}/feed.db`
    server = await startTestServer({ DATABASE_URL: databaseUrl })
  })
  afterAll(async () => {
    await server[Symbol.asyncDispose]()
    await folder[Symbol.asyncDispose]()
  })

  const last = async () => {
    let after = 0
    for (;;) {
      const { items, last_seq } = await server.client.products.changes.query({ after, limit: 200 })
      if (items.length === 0) return last_seq
      after = last_seq
    }
  }

  test('tells what was created, updated and deleted, as it was then', async () => {
    const after = await last()
    const { client } = server
    const { id } = await client.products.create.mutate({ name: 'Belt', price: '9.90', stock_level: 5 })
    await client.products.adjustStock.mutate({ id, delta: -2, reason: 'sold' })
    await client.products.update.mutate({ id, name: 'Belt' })
    await client.products.update.mutate({ id, name: 'Strap' })
    await client.products.remove.mutate({ id })
    const { items, last_seq } = await client.products.changes.query({ after })
    expect(
      items.map(({ kind, version, product }) => [kind, version, product?.name, product?.stock_level]),
    ).toEqual([
      ['created', 1, 'Belt', 5],
      ['updated', 2, 'Belt', 3],
      ['updated', 3, 'Strap', 3],
      ['deleted', 3, undefined, undefined],
    ])
    expect(
      items.every(({ product_id, product }) => product_id === id && (product === null || product.id === id)),
    ).toBe(true)
    expect(items.map(({ seq }) => seq)).toEqual([1, 2, 3, 4].map((n) => after + n))
    expect(last_seq).toBe(after + 4)
  })

  test('a reader that follows while many write misses nothing and sees the order of each product', async () => {
    const start = await last()
    const { client } = server
    const ids = await Promise.all(
      Array.from(
        { length: 10 },
        async () => (await client.products.create.mutate({ name: 'x', price: 1, stock_level: 0 })).id,
      ),
    )
    const total = ids.length * 11
    let writing = true
    const writers = Promise.all(
      ids.map(async (id) => {
        for (let n = 0; n < 10; n += 1)
          await client.products.adjustStock.mutate({ id, delta: 1, reason: 'received' })
      }),
    ).then(() => (writing = false))
    const seen: Change[] = []
    let after = start
    for (;;) {
      const finished = !writing
      const { items, last_seq } = await client.products.changes.query({ after, limit: 7 })
      seen.push(...items)
      after = last_seq
      if (finished && items.length === 0) break
    }
    await writers
    expect(seen.map(({ seq }) => seq)).toEqual(Array.from({ length: total }, (_, n) => start + n + 1))
    for (const id of ids) {
      const versions = seen.filter(({ product_id }) => product_id === id).map(({ version }) => version)
      expect(versions).toEqual(Array.from({ length: 11 }, (_, n) => n + 1))
    }
  })

  test('what was refused or changed nothing is not in it', async () => {
    const { id } = await server.client.products.create.mutate({ name: 'x', price: 1 })
    const after = await last()
    await server.client.products.update.mutate({ id, price: '1.00' })
    await server.client.products.adjustStock.mutate({ id, delta: -1, reason: 'sold' }).catch(() => undefined)
    await server.client.products.batch
      .mutate({
        mode: 'atomic',
        operations: [
          { id, price: 2 },
          { id: 999_999, price: 2 },
        ],
      })
      .catch(() => undefined)
    expect((await server.client.products.changes.query({ after })).items).toEqual([])
  })

  test('a change made directly in SQL is in it', async () => {
    const { id } = await server.client.products.create.mutate({ name: 'x', price: 1 })
    const after = await last()
    const statement = `update products set stock_level = 77, version = version + 1 where id = ${id}`
    if (database === 'SQLite') {
      const other = new Connection(databaseUrl.slice('file:'.length))
      other.run(statement)
      other.close()
    } else {
      await using other = new SQL(databaseUrl)
      await other.unsafe(statement)
    }
    const { items } = await server.client.products.changes.query({ after })
    expect(items).toMatchObject([
      { kind: 'updated', product_id: id, version: 2, product: { stock_level: 77 } },
    ])
  })

  test('a live stream starts where it is told, goes on with what happens, and resumes', async () => {
    const { client, url } = server
    const start = await last()
    const { id } = await client.products.create.mutate({ name: 'live', price: 1 })
    const listening = listen(`${url}/v1/changes?after=${start}`, {}, (events) => events.length === 3)
    for (const price of [2, 3]) await client.products.update.mutate({ id, price })
    const events = await listening
    expect(events.map(({ version }) => version)).toEqual([1, 2, 3])
    const resumed = await listen(
      `${url}/v1/changes`,
      { 'last-event-id': String(events[0]?.seq) },
      (more) => more.length === 2,
    )
    expect(resumed).toEqual(events.slice(1))
  })

  test('a stream of a change by another process wakes as well', async () => {
    await using other = await startTestServer({ DATABASE_URL: databaseUrl })
    const start = await last()
    const listening = listen(`${server.url}/v1/changes?after=${start}`, {}, (events) => events.length === 1)
    const { id } = await other.client.products.create.mutate({ name: 'from elsewhere', price: 1 })
    expect(await listening).toMatchObject([{ kind: 'created', product_id: id }])
  })

  test('the typed client subscribes', async () => {
    const start = await last()
    const seen: unknown[] = []
    const enough = Promise.withResolvers<void>()
    const subscription = server.client.products.onChange.subscribe(
      { after: start },
      {
        onData({ id, data }) {
          seen.push([id, data.kind])
          if (seen.length === 2) enough.resolve()
        },
        onError: enough.reject,
      },
    )
    const { id } = await server.client.products.create.mutate({ name: 'x', price: 1 })
    await server.client.products.remove.mutate({ id })
    await enough.promise
    subscription.unsubscribe()
    expect(seen).toEqual([
      [String(start + 1), 'created'],
      [String(start + 2), 'deleted'],
    ])
  })

  test('a seq that the feed has not come to is of another history, and refused by every way to ask', async () => {
    const { client, url } = server
    const end = await last()
    const beyond = { after: end + 1 }
    const headers = { accept: 'text/event-stream' }
    const asked = await Promise.all(
      [{}, headers].map((each) => fetch(`${url}/v1/changes?after=${beyond.after}`, { headers: each })),
    )
    for (const answer of asked)
      expect([answer.status, await answer.json()]).toMatchObject([
        409,
        { code: 'FEED_SET_BACK', last_seq: end },
      ])
    const refused = Promise.withResolvers<unknown>()
    client.products.onChange.subscribe(beyond, { onError: refused.resolve, onData: refused.reject })
    for (const error of [await refused.promise, await client.products.changes.query(beyond).catch((e) => e)])
      expect(problemOf(error)).toMatchObject({ code: 'FEED_SET_BACK', last_seq: end })
    expect(await client.products.changes.query({ after: end })).toEqual({ items: [], last_seq: end })
  })

  test('a seq whose change is another one is refused, however far the feed has come', async () => {
    const { client, url } = server
    const { id } = await client.products.create.mutate({ name: 'x', price: 1 })
    await client.products.remove.mutate({ id })
    const end = await last()
    const [created] = (await client.products.changes.query({ after: end - 2 })).items
    const own = { after: end - 1, after_at: created?.at ?? '' }
    expect((await client.products.changes.query(own)).items.map(({ seq }) => seq)).toEqual([end])
    const other = { ...own, after_at: '2020-01-01T00:00:00.000Z' }
    const refused = Promise.withResolvers<unknown>()
    client.products.onChange.subscribe(other, { onError: refused.resolve, onData: refused.reject })
    for (const error of [await refused.promise, await client.products.changes.query(other).catch((e) => e)])
      expect(problemOf(error)).toMatchObject({ code: 'FEED_SET_BACK', last_seq: end })
    const query = new URLSearchParams({ after: `${other.after}`, after_at: other.after_at })
    const asked = async (headers: Record<string, string>) =>
      (await fetch(`${url}/v1/changes?${query}`, { headers })).status
    expect([await asked({}), await asked({ accept: 'text/event-stream' })]).toEqual([409, 409])
    const nonsense = await fetch(`${url}/v1/changes?after=1&after_at=yesterday`)
    expect(nonsense.status).toBe(422)
  })

  test('a stream that asks for nonsense is refused like any request', async () => {
    const response = await fetch(`${server.url}/v1/changes?after=x`, {
      headers: { accept: 'text/event-stream' },
    })
    expect(response.status).toBe(422)
    const resumed = await fetch(`${server.url}/v1/changes`, {
      headers: { accept: 'text/event-stream', 'last-event-id': 'x' },
    })
    expect(resumed.status).toBe(422)
  })
})

test('a server that is told to stop ends its streams, and then itself', async () => {
  await using folder = await temporaryFolder()
  const server = spawnServer(folder.path)
  const url = await urlOf(server)
  const response = await fetch(`${url}v1/changes`, { headers: { accept: 'text/event-stream' } })
  const reading = response.text()
  server.kill('SIGTERM')
  expect(await reading).toContain('connected')
  expect(await server.exited).toBe(0)
})
