import { expect, test } from 'bun:test'
import { until } from '#scripts/lab/harness/until.ts'
import { Freshness, type Change } from './freshness.ts'

/** A feed whose answers wait until they are let go, each telling what was committed when it was asked for. */
function feedOf(changes: Change[]) {
  const asked: (() => void)[] = []
  const answer = async <T>(read: () => T) => {
    const { promise, resolve } = Promise.withResolvers<void>()
    asked.push(resolve)
    const seen = read()
    await promise
    return seen
  }
  const feed = {
    head: () => answer(() => changes.at(-1)),
    from: (seq: number, limit: number) =>
      answer(() => changes.filter((change) => change.seq >= seq).slice(0, limit)),
  }
  return { freshness: new Freshness(feed), asked }
}

async function settledAtOnce(changes: Change[]): Promise<Freshness> {
  const freshness = new Freshness({
    head: () => changes.at(-1),
    from: (seq, limit) => changes.filter((change) => change.seq >= seq).slice(0, limit),
  })
  await freshness.settled()
  return freshness
}

const change = (seq: number, subject: number, at = seq * 10): Change => ({ seq, at, subject })

test('nobody is content with a question that was asked before they came; those who wait share the next one', async () => {
  const changes = [change(1, 7)]
  const { freshness, asked } = feedOf(changes)
  const early = freshness.settled()
  changes.push(change(2, 7))
  let late = 0
  const others = [freshness.settled(), freshness.settled()].map(async (settling) => {
    await settling
    late += 1
  })
  expect(asked).toHaveLength(1)
  asked[0]?.()
  await early
  expect({ known: freshness.known.seq, late }).toEqual({ known: 1, late: 0 })
  await until('it is asked again', () => asked.length === 2)
  asked[1]?.()
  await Promise.all(others)
  expect({ known: freshness.known.seq, late, asked: asked.length }).toEqual({ known: 2, late: 2, asked: 2 })
})

test('a state isFresh for what has not changed since, and for everything only while nothing has', async () => {
  const changes = [change(1, 7)]
  const freshness = await settledAtOnce(changes)
  const label = freshness.known
  expect([freshness.isFresh(label, 7), freshness.isFresh(label, 'any')]).toEqual([true, true])
  changes.push(change(2, 8))
  await freshness.settled()
  expect([7, 8, 9, 'any' as const].map((subject) => freshness.isFresh(label, subject))).toEqual([
    true,
    false,
    true,
    false,
  ])
})

test('a state from before it began to watch, from the future or from another history does not hold', async () => {
  const changes = [change(1, 7), change(2, 7)]
  const freshness = await settledAtOnce(changes)
  changes.push(change(3, 8))
  await freshness.settled()
  expect(freshness.isFresh(change(1, 7), 9)).toBe(false)
  expect(freshness.isFresh(change(4, 7), 9)).toBe(false)
  expect(freshness.isFresh(change(2, 7, 999), 9)).toBe(false)
  expect(freshness.isFresh(change(3, 8, 999), 'any')).toBe(false)
  expect(freshness.isFresh(change(2, 7), 9)).toBe(true)
})

test.each([
  ['a database that was set back', [change(1, 7)]],
  ['another history', [change(1, 7), change(2, 7, 999), change(3, 8)]],
  ['an empty database', []],
])('%s: nothing from before isFresh', async (_, history) => {
  const changes = [change(1, 7), change(2, 7)]
  const freshness = await settledAtOnce(changes)
  const label = freshness.known
  changes.splice(0, changes.length, ...history)
  await freshness.settled()
  expect(freshness.isFresh(label, 9)).toBe(false)
  expect(freshness.known.seq).toBe(history.at(-1)?.seq ?? 0)
})

test('after very many changes at once everything is read anew', async () => {
  const changes = [change(1, 7)]
  const freshness = await settledAtOnce(changes)
  const label = freshness.known
  for (let seq = 2; seq <= 6_000; seq += 1) changes.push(change(seq, 7))
  await freshness.settled()
  expect([freshness.known.seq, freshness.isFresh(label, 9)]).toEqual([6_000, false])
})

test('a question that failed did so for all who waited, and is asked again for whoever comes later', async () => {
  let broken = true
  const freshness = new Freshness({
    head: async () => {
      if (broken) throw new Error('The connection is lost.')
      return change(5, 1)
    },
    from: async () => [],
  })
  const waiting = [freshness.settled(), freshness.settled()]
  broken = false
  for (const settled of await Promise.allSettled(waiting)) expect(settled.status).toBe('rejected')
  await freshness.settled()
  expect(freshness.known.seq).toBe(5)
})
