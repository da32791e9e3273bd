import { afterAll, beforeEach, expect, test } from 'bun:test'
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import type { IndexLine } from './index-file.ts'
import { statePath, tmpDir } from './layout.ts'
import { readRestatements, RestatementBook } from './restatements.ts'

const dir = mkdtempSync(join(tmpdir(), 'adstock-restatements-'))
const path = statePath(dir, 'restatements.csv')
beforeEach(() => {
  rmSync(join(dir, '.state'), { recursive: true, force: true })
  mkdirSync(tmpDir(dir), { recursive: true })
})
afterAll(() => rmSync(dir, { recursive: true, force: true }))

function line(date: string, clicks: bigint, fetchedAt: string): IndexLine {
  const sums = {
    impressions: 9_007_199_254_740_993n,
    clicks,
    cost_micros: 1n,
    conversions: 500_000_000_000_000_000n,
    conversions_value: 0n,
  }
  const of = { report: 'campaign', customerId: '1234567890', date } as const
  return { ...of, state: 'complete', rows: 3, sums, sha256: `${clicks}`, fetchedAt, units: 600 }
}

const OLD = line('2026-11-03', 120n, '2026-11-04T06:30:00.000Z')
const NEW = line('2026-11-03', 117n, '2026-11-05T06:30:00.000Z')
const NEWER = line('2026-11-03', 116n, '2026-11-06T06:30:00.000Z')

test('what changed is kept exactly, any number at once, and equal contents are no change', async () => {
  const book = new RestatementBook(dir)
  await book.record(OLD, { ...OLD, fetchedAt: NEW.fetchedAt })
  expect(readRestatements(dir)).toEqual([])
  const others = Array.from({ length: 20 }, (_, n) => `2026-10-${`${n + 1}`.padStart(2, '0')}`)
  await Promise.all([
    book.record(OLD, NEW),
    ...others.map(async (date) => {
      await book.record(line(date, 1n, OLD.fetchedAt), line(date, 2n, NEW.fetchedAt))
    }),
  ])
  expect(readRestatements(dir)).toHaveLength(21)
  expect(readRestatements(dir, { from: '2026-11-01' })).toEqual([
    {
      report: 'campaign',
      customerId: '1234567890',
      date: '2026-11-03',
      restatedAt: NEW.fetchedAt,
      fetchedAtBefore: OLD.fetchedAt,
      before: { rows: 3, sums: OLD.sums },
      after: { rows: 3, sums: NEW.sums },
    },
  ])
  expect(readRestatements(dir, { report: 'product' })).toEqual([])
  expect(readRestatements(dir, { customerId: '1' })).toEqual([])
  expect(readRestatements(dir, { to: '2026-10-05' })).toHaveLength(5)
  const [first] = parse<Record<string, string>>(readFileSync(path), { columns: true })
  expect(first).toMatchObject({ clicks_before: '120', clicks_after: '117', conversions_after: '0.5' })
})

test('a change that is found on opening is written once, whoever wrote it', async () => {
  await new RestatementBook(dir).record(OLD, NEW)
  for (let opening = 0; opening < 2; opening++) await new RestatementBook(dir).recordOnce(OLD, NEW)
  expect(readRestatements(dir)).toHaveLength(1)
  await new RestatementBook(dir).recordOnce(NEW, NEWER)
  expect(readRestatements(dir).map(({ after }) => after.sums.clicks)).toEqual([117n, 116n])
})

test('a line that was cut off is not read, and goes with the next one', async () => {
  await new RestatementBook(dir).record(OLD, NEW)
  const whole = readFileSync(path, 'utf8')
  for (let cut = whole.length - 1; cut > whole.length - 40; cut -= 3) {
    truncateSync(path, 0)
    appendFileSync(path, whole.slice(0, cut))
    expect(readRestatements(dir)).toEqual([])
    await new RestatementBook(dir).record(NEW, NEWER)
    expect(readRestatements(dir).map(({ after }) => after.sums.clicks)).toEqual([116n])
  }
})

test('it does not grow for ever', async () => {
  await new RestatementBook(dir).record(OLD, NEW)
  const [header = '', one = ''] = readFileSync(path, 'utf8').split('\n')
  const count = Math.ceil((8 * 1024 * 1024) / one.length) + 2
  truncateSync(path, 0)
  appendFileSync(path, [header, ...Array.from({ length: count }, () => one), ''].join('\n'))
  await new RestatementBook(dir).record(NEW, NEWER)
  const kept = readRestatements(dir)
  expect(kept.length).toBeLessThan(count * 0.6)
  expect(kept.at(-1)?.after.sums.clicks).toBe(116n)
})
