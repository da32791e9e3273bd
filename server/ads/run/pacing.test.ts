import { expect, test } from 'bun:test'
import {
  afterFault,
  afterOutageSign,
  afterSuccess,
  afterThrottle,
  startPace,
  type Outage,
  type Pace,
} from './pacing.ts'

const times = (n: number, pace: Pace, step: (pace: Pace) => Pace) =>
  Array.from({ length: n }).reduce((current: Pace) => step(current), pace)

test('halves once for a burst of refusals, and grows by one per round of successes', () => {
  const full = startPace(8)
  const slowed = afterThrottle(full, { sentMs: 100, nowMs: 200 })
  expect(slowed.limit).toBe(4)
  expect(afterThrottle(slowed, { sentMs: 150, nowMs: 210 }).limit).toBe(4)
  expect(afterThrottle(slowed, { sentMs: 250, nowMs: 300 }).limit).toBe(2)
  const recovered = times(4, slowed, afterSuccess)
  expect(recovered.limit).toBeGreaterThan(4.8)
  expect(times(200, slowed, afterSuccess).limit).toBe(8)
  expect(times(50, slowed, (pace) => afterThrottle(pace, { sentMs: 999, nowMs: 0 })).limit).toBe(1)
})

test('a bad hour spends the budget for retries and no more', () => {
  let pace = startPace(8)
  let retries = 0
  for (let fault = 0; fault < 1000; fault++) {
    const after = afterFault(pace)
    pace = after.pace
    if (after.mayRetry) retries++
  }
  expect(retries).toBe(100)
  expect(afterFault(afterSuccess(pace)).mayRetry).toBe(true)
})

test('many in a row are an outage: one probe, longer and longer pauses, then enough', () => {
  let pace = startPace(8)
  const outages = Array.from({ length: 19 }, () => {
    const after = afterOutageSign(pace, { kind: 'fault', sentMs: 0, nowMs: 0 })
    pace = after.pace
    return after.outage
  })
  expect(outages.slice(0, 9)).toEqual(Array.from({ length: 9 }, () => 'none' as const))
  expect(outages[9]).toEqual({ pauseMs: 250 })
  expect(outages[17]).toEqual({ pauseMs: 10_000 })
  expect(outages[18]).toBe('over-long')
  expect(pace.limit).toBe(1)
  expect(afterSuccess(pace)).toMatchObject({ limit: 4, outageWeight: 0, outage: undefined })
})

test('three silences in a row are an outage, which ends the run by its length', () => {
  const outages: Outage[] = []
  let pace = startPace(8)
  const see = (sentMs: number, nowMs: number) => {
    const after = afterOutageSign(pace, { kind: 'silence', sentMs, nowMs })
    pace = after.pace
    outages.push(after.outage)
  }
  // Eight that were sent together fall silent together; only what is sent afterwards probes.
  for (let request = 0; request < 8; request++) see(0, 20_000)
  see(20_250, 40_250)
  see(40_750, 60_750)
  see(61_750, 81_750)
  expect(outages).toEqual([
    'none',
    'none',
    { pauseMs: 250 },
    ...Array.from({ length: 5 }, () => 'known' as const),
    { pauseMs: 500 },
    { pauseMs: 1000 },
    'over-long',
  ])
})

test('a silence between successes is no outage', () => {
  let pace = startPace(8)
  for (let round = 0; round < 50; round++) {
    const sign = { kind: 'silence', sentMs: 0, nowMs: 0 } as const
    const after = afterOutageSign(afterOutageSign(pace, sign).pace, sign)
    expect(after.outage).toBe('none')
    pace = afterSuccess(after.pace)
  }
})
