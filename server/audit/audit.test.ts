/** Which key wrote what and when, over every way in, on both databases. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { sql } from 'drizzle-orm'
import { createClient } from '#client/api.ts'
import type { Database } from '#db/database.ts'
import { openDatabase } from '#db/open.ts'
import { bearer, databases, keysCommand } from '#server/keys/keys.testing.ts'
import { startTestServer, temporaryFolder, type TestServer } from '#scripts/lab/harness/test-server.ts'
import { createAudit, type NewEntry } from './audit.ts'

setDefaultTimeout(120_000)
const ADMIN_KEY = 'an-admin-key-for-the-audit'
const admin = bearer(ADMIN_KEY)
const DAY_MS = 86_400_000

interface Entry {
  id: number
  at: string
  request_id: string | null
  key_id: number | null
  actor: string
  operation: string
  subject: string
  subject_id: string | null
  outcome: string
}

describe.each(['SQLite', 'PostgreSQL'] as const)('on %s', (dialect) => {
  const resources = new AsyncDisposableStack()
  let databaseUrl: string
  let server: TestServer
  let db: Database

  beforeAll(async () => {
    const { path } = resources.use(await temporaryFolder())
    databaseUrl = await databases[dialect](path)
    server = resources.use(await startTestServer({ DATABASE_URL: databaseUrl, AUTH: 'keys', ADMIN_KEY }))
    db = resources.adopt(await openDatabase(databaseUrl), (each) => each.close())
  })
  afterAll(() => resources.disposeAsync())

  const entries = async (filter = ''): Promise<Entry[]> =>
    (await server.rest(`GET /audit?limit=200${filter}`, { headers: admin })).body.items
  const told = async (filter = '') =>
    (await entries(filter)).map(({ operation, subject_id: id, outcome }) => `${operation} ${id} ${outcome}`)
  const as = (key: string, requestId: string) => ({ ...bearer(key), 'x-request-id': requestId })
  const create = async (name: string, headers: Record<string, string> = admin) =>
    (await server.rest('POST /products', { body: { name, price: '1.00', stock_level: 9 }, headers })).body.id

  test('a write names its key, its request and its product, over every transport', async () => {
    const made = await server.rest('POST /keys', {
      body: { name: 'the till', scopes: ['products:read', 'products:write'] },
      headers: admin,
    })
    const { key, id: keyId } = made.body
    const id = await create('Belt', as(key, 'made'))
    await server.rest(`PATCH /products/${id}`, { body: { price: '2.00' }, headers: as(key, 'patched') })
    await server.rest(`POST /products/${id}/stock-adjustments`, {
      body: { delta: -2, reason: 'sold' },
      headers: { ...as(key, 'sold'), 'idempotency-key': `sale-${dialect}` },
    })
    const client = createClient(server.url, { key })
    await client.products.update.mutate({ id, name: 'Leather belt' })
    await fetch(`${server.url}/mcp`, {
      method: 'POST',
      headers: {
        ...as(key, 'tool'),
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
      },
      body: JSON.stringify({
        jsonrpc: '2.0',
        id: 1,
        method: 'tools/call',
        params: { name: 'products_remove', arguments: { id } },
      }),
    })
    const found = await entries(`&subject=product&subject_id=${id}`)
    expect(found.map(({ operation }) => operation)).toEqual([
      'products.remove',
      'products.update',
      'products.adjustStock',
      'products.update',
      'products.create',
    ])
    expect(new Set(found.map(({ key_id, actor }) => `${key_id} ${actor}`))).toEqual(
      new Set([`${keyId} the till`]),
    )
    expect(found.map(({ request_id }) => request_id).filter((each) => !each?.includes('-'))).toEqual([
      'tool',
      'sold',
      'patched',
      'made',
    ])
    expect(await entries('&operation=keys.create')).toMatchObject([
      { actor: 'admin key', key_id: null, subject: 'key', subject_id: String(keyId), outcome: 'done' },
    ])
  })

  test('a replayed answer, a dry run, a refused write and a read leave no entry', async () => {
    const id = await create('Lamp')
    const before = (await entries()).length
    const once = { ...admin, 'idempotency-key': `once-${dialect}` }
    const sell = () =>
      server.rest(`POST /products/${id}/stock-adjustments`, {
        body: { delta: -1, reason: 'sold' },
        headers: once,
      })
    expect([(await sell()).status, (await sell()).status]).toEqual([201, 201])
    const operations = [{ id, delta: -1 }]
    await server.rest('POST /products/batch', {
      body: { mode: 'atomic', dry_run: true, operations },
      headers: admin,
    })
    const refused = { body: { delta: -99, reason: 'sold' }, headers: admin }
    expect((await server.rest(`POST /products/${id}/stock-adjustments`, refused)).status).toBe(409)
    await server.rest(`GET /products/${id}`, { headers: admin })
    expect((await entries()).length).toBe(before + 1)
  })

  test('a batch has an entry for each product that it wrote, under one request', async () => {
    const ids = [await create('One'), await create('Two')]
    const operations = [...ids.map((id) => ({ id, delta: 1 })), { id: 999_999, delta: 1 }]
    await server.rest('POST /products/batch', {
      body: { mode: 'per_item', operations },
      headers: { ...admin, 'x-request-id': 'batch' },
    })
    const found = await entries('&operation=products.batch')
    expect(found.map(({ subject_id }) => Number(subject_id)).toSorted((a, b) => a - b)).toEqual(ids)
    expect(new Set(found.map(({ request_id }) => request_id))).toEqual(new Set(['batch']))
  })

  test('what takes many transactions has a beginning and an end', async () => {
    const send = async (path: string, body: string) =>
      (
        await fetch(`${server.url}/v1${path}`, {
          method: 'POST',
          headers: { ...admin, 'content-type': 'text/csv' },
          body,
        })
      ).json()
    const { import_id: id } = await send('/products/import', 'sku,name,price\nA-1,Vase,3.00\n')
    await send('/products/import', 'nonsense\n')
    await send('/products/import?dry_run=true', 'sku,name,price\nA-2,Vase,3.00\n')
    await server.rest(`POST /products/imports/${id}/undo`, { headers: admin })
    expect(await told('&subject=import')).toEqual([
      `products.undoImport ${id} done`,
      `products.undoImport ${id} begun`,
      'files.importProducts null INVALID_INPUT',
      'files.importProducts null begun',
      `files.importProducts ${id} done`,
      'files.importProducts null begun',
    ])
  })

  test('sign-ins and sign-outs are told, refused ones up to a bound', async () => {
    const json = { 'content-type': 'application/json' }
    const signIn = async (key: string) =>
      await fetch(`${server.url}/session`, { method: 'POST', headers: json, body: JSON.stringify({ key }) })
    const cookie = (await signIn(ADMIN_KEY)).headers.get('set-cookie')?.split(';')[0] ?? ''
    await fetch(`${server.url}/session`, {
      method: 'DELETE',
      headers: { cookie, 'sec-fetch-site': 'same-origin' },
    })
    expect(await told('&subject=session')).toEqual(['session.close null done', 'session.open null done'])
    for (let n = 0; n < 40; n += 1) expect((await signIn('a wrong key')).status).toBe(401)
    const refused = await entries('&actor=anonymous')
    expect(refused).toHaveLength(30)
    expect(refused[0]).toMatchObject({ operation: 'session.open', subject_id: null, outcome: 'KEY_INVALID' })
    const metrics = await (await fetch(`${server.url}/metrics`, { headers: admin })).text()
    expect(metrics).toContain('\nadstock_audit_left_out_total 10\n')
  })

  test('no secret is in it, whatever was made or tried', async () => {
    const made = await server.rest('POST /keys', { body: { name: 'one', scopes: ['admin'] }, headers: admin })
    const feed = await server.rest('POST /feed-keys', { body: { name: 'two' }, headers: admin })
    const hook = await server.rest('POST /webhooks', {
      body: { url: 'https://shop.example/token-in-a-path', events: ['product.out_of_stock'] },
      headers: { ...admin, 'idempotency-key': `hook-${dialect}` },
    })
    const rotated = await server.rest(`POST /webhooks/${hook.body.id}/rotate`, { body: {}, headers: admin })
    await server.rest(`DELETE /keys/${made.body.id}`, { headers: admin })
    const rows = JSON.stringify(await db.reader.select().from(db.tables.audit))
    for (const operation of ['keys.create', 'feedKeys.create', 'webhooks.create', 'webhooks.rotate'])
      expect(rows).toContain(operation)
    const secrets = [made.body.key, feed.body.key, hook.body.secret, rotated.body.secret]
    for (const secret of [...secrets.map((each) => each.slice(-20)), ADMIN_KEY, 'token-in-a-path'])
      expect(rows).not.toContain(secret)
  })

  test('the first key, which a start makes, is told', async () => {
    await using folder = await temporaryFolder()
    const DATABASE_URL = await databases[dialect](folder.path)
    await using _ = await startTestServer({ DATABASE_URL, AUTH: 'keys' })
    const fresh = await openDatabase(DATABASE_URL)
    expect(await fresh.reader.select().from(fresh.tables.audit)).toMatchObject([
      { actor: 'job', operation: 'keys.create', subject: 'key', subjectId: '1', outcome: 'done' },
    ])
    await fresh.close()
  })

  test('the command line is told as well', async () => {
    const made = await keysCommand(databaseUrl, 'create', '--name', 'by hand', '--scope', 'ads:read')
    const prefix = made.stdout.slice(0, made.stdout.lastIndexOf('_'))
    expect((await keysCommand(databaseUrl, 'revoke', prefix)).code).toBe(0)
    expect((await keysCommand(databaseUrl, 'revoke', '9999')).code).toBe(1)
    const found = await entries('&actor=command%20line')
    expect(found.map(({ operation }) => operation)).toEqual(['keys.revoke', 'keys.create'])
    const program = new URL('../cli/audit.ts', import.meta.url).pathname
    const printed = Bun.spawn([process.execPath, program, '--actor', 'command line'], {
      env: { ...process.env, DATABASE_URL: databaseUrl },
    })
    expect((await new Response(printed.stdout).text()).split('\n')).toHaveLength(4)
    expect(found[0]).toMatchObject({ request_id: null, key_id: null, subject_id: found[1]?.subject_id })
  })

  test('pages and the file have the same entries once, newest first, and no formula', async () => {
    await create('=1+1', { ...admin, 'x-request-id': '-formula' })
    const all = await entries()
    const walked: Entry[] = []
    let cursor: string | null = null
    do {
      const more: string = cursor === null ? '' : `&cursor=${cursor}`
      const { body } = await server.rest(`GET /audit?limit=7${more}`, { headers: admin })
      walked.push(...body.items)
      cursor = body.next_cursor
    } while (cursor !== null)
    expect(walked).toEqual(all)
    const file = await (await fetch(`${server.url}/v1/audit.csv`, { headers: admin })).text()
    expect(file.split('\n')).toHaveLength(all.length + 2)
    expect(file.split('\n')[1]).toContain(",'-formula,,admin key,products.create,product,")
    const [first] = all
    const from = encodeURIComponent(first?.at ?? '')
    expect((await entries(`&from=${from}`)).length).toBeGreaterThan(0)
    const after = new Date(Date.parse(first?.at ?? '') + 1).toISOString()
    expect(await entries(`&from=${after}`)).toEqual([])
    for (const wrong of ['cursor=x', 'from=yesterday', 'subject=prodct', 'actor=%00']) {
      const { body } = await server.rest(`GET /audit?${wrong}`, { headers: admin })
      expect([wrong, body.code]).toEqual([wrong, 'INVALID_INPUT'])
    }
  })

  const ENTRY: NewEntry = {
    requestId: null,
    keyId: null,
    actor: 'test',
    operation: 'test',
    subject: 'product',
    subjectId: null,
    outcome: 'done',
  }

  test('old entries are forgotten in batches, and nothing else can change or remove one', async () => {
    const now = Date.now()
    const auditAt = (ms: number) =>
      createAudit(db, { clock: { now: () => ms }, keptMs: 40 * DAY_MS, names: new Map() })
    const before = (await entries()).length
    await auditAt(now - 41 * DAY_MS).append(Array.from({ length: 2100 }, () => ENTRY))
    await auditAt(now - 39 * DAY_MS).append([ENTRY])
    await auditAt(now).forgetExpired()
    expect(await db.reader.$count(db.tables.audit)).toBe(before + 1)
    const change = async (statement: ReturnType<typeof sql>) =>
      await db
        .withTransaction((tx) => db.all(tx, statement))
        .then(
          () => 'done',
          (error: unknown) => String(error instanceof Error && error.cause ? error.cause : error),
        )
    expect(await change(sql`update audit set actor = 'another'`)).toContain('never changed')
    expect(await change(sql`delete from audit`)).toContain('30 days')
    if (dialect === 'PostgreSQL') expect(await change(sql`truncate audit`)).toContain('30 days')
    expect(await db.reader.$count(db.tables.audit)).toBe(before + 1)
  })
})
