/** Servers that lie: each lie has to be found by the read that it is told to. */
import { expect, test } from 'bun:test'
import type { Target, Product } from './request.ts'
import { readPage, readOverTrpc, readProduct, readUnless, search } from './readers.ts'
import { Session } from './session.ts'

const BELT: Product = {
  id: 1,
  name: 'belt',
  price: '1.00',
  stock_level: 0,
  version: 2,
  updated_at: '2026-11-22T00:00:00.000Z',
}

/** Acknowledged: a belt with version 2. */
async function findings(
  answer: () => Response,
  read: (session: Session, place: Target) => Promise<void>,
): Promise<string[]> {
  await using server = Bun.serve({ hostname: '127.0.0.1', port: 0, fetch: answer })
  const place = { index: 0, url: server.url.origin }
  const session = new Session({ places: [place], products: 1 })
  const history = session.historyOf(BELT.id)
  history.writeBegins()
  history.writeEnds(performance.now(), { version: 2, stock: 0, word: 'belt' })
  session.born(history)
  await read(session, place)
  return Object.keys(session.violations.counts.toJSON())
}

const json = (body: unknown) => () => Response.json(body, { headers: { etag: '"x"' } })
const unmodified = () => new Response(null, { status: 304 })
const missing = () => new Response('{}', { status: 404 })
const old = { ...BELT, version: 1 }
const one = (session: Session, place: Target) => readProduct(session, place, session.historyOf(BELT.id))
const unless = (version: number) => (session: Session, place: Target) =>
  readUnless(session, place, { history: session.historyOf(BELT.id), version })
const overTrpc = (session: Session, place: Target) => readOverTrpc(session, place, session.historyOf(BELT.id))
const searched = (session: Session, place: Target) => search(session, place, session.historyOf(BELT.id))
const listed = (session: Session, place: Target) => readPage(session, place, { via: 'list', path: '/list' })
const outOfStock = (session: Session, place: Target) =>
  readPage(session, place, {
    via: 'list by stock',
    path: '/list',
    has: ({ known }) => known.stock === 0,
    fits: ({ stock_level }) => stock_level === 0,
  })

test.each([
  ['one', json(BELT), one],
  ['not modified', unmodified, unless(2)],
  ['over tRPC', json({ result: { data: BELT } }), overTrpc],
  ['list', json({ items: [BELT] }), listed],
  ['filtered list', json({ items: [BELT] }), outOfStock],
  ['search', json({ items: [BELT] }), searched],
])('the truth is no violation: %s', async (_, answer, read) => {
  expect(await findings(answer, read)).toEqual([])
})

test.each([
  ['an old version', json(old), one, 'stale after ack (get)'],
  ['that an old version is the newest', unmodified, unless(1), 'stale after ack (304)'],
  ['absence', missing, one, 'stale after ack (404)'],
  ['an old version over tRPC', json({ result: { data: old } }), overTrpc, 'stale after ack (trpc)'],
  ['absence over tRPC', missing, overTrpc, 'stale after ack (404)'],
  ['an old version in a list', json({ items: [old] }), listed, 'stale after ack (list)'],
  ['a list that misses it', json({ items: [] }), listed, 'stale after ack (list)'],
  ['a filtered list that misses it', json({ items: [] }), outOfStock, 'stale after ack (list by stock)'],
  ['a search that misses it', json({ items: [] }), searched, 'stale after ack (search)'],
  ['a version to come', json({ ...BELT, version: 3 }), one, 'a version nobody wrote (get)'],
  [
    'what does not belong into a filtered list',
    json({ items: [{ ...BELT, stock_level: 1 }] }),
    outOfStock,
    'does not belong (list by stock)',
  ],
  ['an error', () => new Response('{}', { status: 500 }), one, 'no answer without a cause (get)'],
  ['that it is away', () => new Response('{}', { status: 503 }), listed, 'no answer without a cause (list)'],
])('a lie is found: %s', async (_, answer, read, violation) => {
  expect(await findings(answer, read)).toEqual([violation])
})

test('what others write is not judged', async () => {
  await using server = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    fetch: json({ items: [{ ...BELT, id: 7, version: 9 }] }),
  })
  const place = { index: 0, url: server.url.origin }
  const judging = async (foreign: Set<number>) => {
    const session = new Session({ places: [place], products: 1, foreign })
    await listed(session, place)
    return Object.keys(session.violations.counts.toJSON())
  }
  expect(await judging(new Set([7]))).toEqual([])
  expect(await judging(new Set())).toEqual(['a version nobody wrote (list)'])
})

test('only what was in flight while a server was cut off may be without an answer', async () => {
  await using server = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    fetch: () => new Response('{}', { status: 502 }),
  })
  const place = { index: 0, url: server.url.origin }
  const session = new Session({ places: [place], products: 1 })
  const inFlight = one(session, place)
  const over = session.excuses.open('killed', { taken: 'a server', graceMs: 0 })
  await inFlight
  over()
  expect(session.violations.counts.toJSON()).toEqual({})
  await one(session, place)
  expect(session.violations.counts.toJSON()).toEqual({ 'no answer without a cause (get)': 1 })
})
