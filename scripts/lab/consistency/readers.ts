/** Every way to read a product, and what each read must show. */
import { ask, type Answer, type Target, type Product } from './request.ts'
import { ABSENT, type LowerBound, type ProductHistory } from './history.ts'
import type { Session } from './session.ts'

/** More than there are products: a page is the whole list. */
const PAGE = 200
const BEYOND = 3

export function anyOf<T>(list: readonly T[]): T | undefined {
  return list[Math.floor(Math.random() * list.length)]
}

export async function readProduct(session: Session, place: Target, history: ProductHistory): Promise<void> {
  const floor = history.floor(performance.now())
  const answer = await ask(place, { path: `/v1/products/${history.id}` })
  judgeOne(session, answer, { history, floor, via: 'get' })
}

async function readIfChanged(session: Session, place: Target, history: ProductHistory): Promise<void> {
  const newest = Number.isFinite(history.version) ? history.version : 1
  // Mostly the newest version, which is confirmed; an older one must not be.
  const version = Math.max(1, newest - (Math.random() < 0.2 ? 1 : 0))
  await readUnless(session, place, { history, version })
}

export async function readUnless(
  session: Session,
  place: Target,
  { history, version }: { history: ProductHistory; version: number },
): Promise<void> {
  const floor = history.floor(performance.now())
  const answer = await ask(place, {
    path: `/v1/products/${history.id}`,
    headers: { 'if-none-match': `"${version}"` },
  })
  if (answer.status !== 304) judgeOne(session, answer, { history, floor, via: 'get' })
  else if (session.tookRead('304', answer)) session.judge(history, { version, via: '304', floor }, answer)
}

export async function readOverTrpc(session: Session, place: Target, history: ProductHistory): Promise<void> {
  const floor = history.floor(performance.now())
  const input = encodeURIComponent(JSON.stringify({ id: history.id }))
  const answer = await ask(place, { path: `/trpc/products.get?input=${input}` })
  const body = (answer.body as { result?: { data: Product } } | undefined)?.result?.data
  judgeOne(session, { ...answer, body }, { history, floor, via: 'trpc' })
}

function judgeOne(
  session: Session,
  answer: Answer,
  { history, floor, via }: { history: ProductHistory; floor: LowerBound; via: string },
): void {
  const missing = answer.status === 404
  if (!session.tookRead(missing ? '404' : via, answer)) return
  const product = missing ? undefined : (answer.body as Product)
  const version = product?.version ?? history.whenMissing(floor)
  session.judge(history, { version, via: missing ? '404' : via, floor, product }, answer)
}

/** Ids that there is no product of yet: what says so must not be kept for too long. */
async function readUnborn(session: Session, place: Target): Promise<void> {
  await readProduct(
    session,
    place,
    session.historyOf(session.highestId + 1 + Math.floor(Math.random() * BEYOND)),
  )
}

async function readBuried(session: Session, place: Target): Promise<void> {
  const history = anyOf(session.deleted)
  if (history) await anyOf([readProduct, readIfChanged, readOverTrpc])?.(session, place, history)
}

interface Page {
  via: string
  path: string
  /** Whether a product, as it is known to be, has to be in it. Without it: each one that there is. */
  has?: (history: ProductHistory) => boolean
  fits?: (product: Product) => boolean
}

const PAGES: Page[] = [
  { via: 'list', path: `/v1/products?limit=${PAGE}` },
  { via: 'list by time', path: `/v1/products?limit=${PAGE}&sort=-updated_at` },
  {
    via: 'list by stock',
    path: `/v1/products?limit=${PAGE}&in_stock=false`,
    has: ({ known }) => known.stock === 0,
    fits: ({ stock_level }) => stock_level === 0,
  },
]

export async function readPage(session: Session, place: Target, page = anyOf(PAGES)): Promise<void> {
  if (!page) return
  const floors = session.floors(performance.now())
  const kept = Math.random() < 0.5 ? session.pages.get(page.path) : undefined
  const answer = await ask(place, {
    path: page.path,
    ...(kept && { headers: { 'if-none-match': kept.etag } }),
  })
  if (!session.tookRead(page.via, answer)) return
  const unchanged = answer.status === 304 ? kept : undefined
  const items = unchanged?.items ?? (answer.body as { items: Product[] }).items
  if (answer.etag !== null) session.keepPage(page.path, { etag: answer.etag, items })
  const via = unchanged ? `${page.via}, 304` : page.via
  judgePage(session, answer, { page: { ...page, via }, items, floors })
}

function judgePage(
  session: Session,
  answer: Answer,
  { page, items, floors }: { page: Page; items: Product[]; floors: Map<ProductHistory, LowerBound> },
): void {
  const { via, has, fits } = page
  for (const product of items) {
    if (session.foreign.has(product.id)) continue
    const history = session.historyOf(product.id)
    const floor = floors.get(history) ?? history.floorOfStranger(answer.startedAt)
    floors.delete(history)
    session.judge(history, { version: product.version, via, floor, product }, answer)
    if (fits && !fits(product)) session.inconsistent(`does not belong (${via})`, answer, product)
  }
  for (const [history, floor] of floors) {
    const expected = has
      ? history.stayedSettled(floor) && history.exists && has(history)
      : floor.acked > ABSENT
    if (expected) session.judge(history, { version: history.whenMissing(floor), via, floor }, answer)
  }
}

export async function search(session: Session, place: Target, history: ProductHistory): Promise<void> {
  const { word } = history.known
  if (word === '') return
  await readPage(session, place, {
    via: 'search',
    path: `/v1/products/search?q=${word}&limit=${PAGE}`,
    has: (other) => other === history && other.known.word === word,
  })
}

type Read = (session: Session, place: Target, history: ProductHistory) => Promise<void>

/** By how often they come, of a hundred. */
const READS: [share: number, read: Read][] = [
  [52, readProduct],
  [22, readIfChanged],
  [13, readOverTrpc],
  [3, (session, place) => readPage(session, place)],
  [2, search],
  [4, readUnborn],
  [4, readBuried],
]

export async function readSomething(session: Session, place: Target): Promise<void> {
  const history = anyOf(session.alive)
  if (!history) return
  let chance = Math.random() * 100
  for (const [share, read] of READS) {
    chance -= share
    if (chance < 0) return await read(session, place, history)
  }
}
