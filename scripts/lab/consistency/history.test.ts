import { describe, expect, test } from 'bun:test'
import { ABSENT, DELTA_MS, GONE, ProductHistory } from './history.ts'

/** Created at 0 ms, with version 1. */
function created(): ProductHistory {
  const history = new ProductHistory(1)
  history.acknowledge(0, { version: 1, stock: 5, word: 'belt' })
  return history
}

function written(history: ProductHistory, at: number): void {
  history.writeBegins()
  history.writeEnds(at, { ...history.known, version: history.version + 1 })
}

const mistakes = (history: ProductHistory, version: number, floor = history.floor(1_000)) =>
  history.judge(version, { floor }).map(({ mistake }) => mistake)

test('a read shows at least what was acknowledged before it began, and how old it is otherwise', () => {
  const history = created()
  written(history, 10)
  written(history, 20)
  const floor = history.floor(50)
  expect(history.judge(1, { floor })).toEqual([{ mistake: 'stale after ack', expected: 3, ageMs: 40 }])
  expect(history.judge(3, { floor })).toEqual([])
})

test('what is acknowledged while a read is under way may be seen or not', () => {
  const history = created()
  const floor = history.floor(5)
  written(history, 10)
  expect(mistakes(history, 1, floor)).toEqual([])
  expect(mistakes(history, 2, floor)).toEqual([])
})

test('what one read has shown, a later one shows too, although nobody has acknowledged it', () => {
  const history = created()
  const before = history.floor(5)
  history.writeBegins()
  expect(mistakes(history, 2)).toEqual([])
  expect(mistakes(history, 1, before)).toEqual([])
  expect(mistakes(history, 1)).toEqual(['back in time'])
})

test('an existing product is not absent, and a deleted one does not come back', () => {
  const history = created()
  expect(mistakes(history, history.whenMissing(history.floor(1_000)))).toEqual(['stale after ack'])
  history.writeBegins({ deletes: true })
  expect(mistakes(history, 1)).toEqual([])
  expect(mistakes(history, history.whenMissing(history.floor(1_000)))).toEqual([])
  expect(mistakes(history, 1)).toEqual(['back in time'])
  history.writeEnds(30, { ...history.known, version: GONE })
  expect(mistakes(history, 1)).toEqual(['stale after ack'])
  expect(mistakes(history, history.whenMissing(history.floor(1_000)))).toEqual([])
})

test('an absence from before the creation does not stand for a deletion, however late it is told', () => {
  const history = new ProductHistory(1)
  const before = history.floor(0)
  history.acknowledge(5, { version: 1, stock: 5, word: 'belt' })
  history.writeBegins({ deletes: true })
  expect(mistakes(history, history.whenMissing(before), before)).toEqual([])
  // The deletion is under way, and nothing has shown it yet.
  expect(mistakes(history, 1)).toEqual([])
  expect(mistakes(history, history.whenMissing(history.floor(10)))).toEqual([])
  expect(mistakes(history, 1)).toEqual(['back in time'])
})

test('a product that nobody has created yet may be absent until somebody has seen it', () => {
  const history = new ProductHistory(2)
  expect(mistakes(history, ABSENT)).toEqual([])
  expect(mistakes(history, 1)).toEqual([])
  expect(mistakes(history, ABSENT)).toEqual(['back in time'])
})

test('no read shows more than was written', () => {
  const history = created()
  expect(mistakes(history, 2)).toEqual(['a version nobody wrote'])
})

test('a version has one content', () => {
  const history = created()
  const floor = history.floor(5)
  expect(history.judge(1, { floor, content: 'red' })).toEqual([])
  expect(history.judge(1, { floor, content: 'blue' })).toMatchObject([
    { mistake: 'two contents of one version' },
  ])
})

describe('a write whose result never came', () => {
  test('may be seen at any time from then on, or never', () => {
    const history = created()
    history.writeBegins()
    history.writeIsLost()
    expect(mistakes(history, 1)).toEqual([])
    expect(mistakes(history, 2)).toEqual([])
    expect(history.floor(5).settled).toBe(false)
  })
})

describe('a commit by SQL', () => {
  test('must be seen when Δ has passed, and until then it is told how long it was not', () => {
    const history = created()
    history.writeBegins()
    history.committedBySql(100, 2)
    const soon = history.floor(100 + DELTA_MS - 1)
    expect(mistakes(history, 1, soon)).toEqual([])
    expect(history.behindSqlMs(1, soon)).toBe(DELTA_MS - 1)
    expect(history.behindSqlMs(2, soon)).toBe(0)
    expect(mistakes(history, 1, history.floor(100 + DELTA_MS))).toEqual(['stale beyond Δ'])
  })
})

test('a product is certain while nobody writes it', () => {
  const history = created()
  const floor = history.floor(5)
  expect(history.stayedSettled(floor)).toBe(true)
  history.writeBegins()
  expect(history.stayedSettled(floor)).toBe(false)
  expect(history.floor(6).settled).toBe(false)
})
