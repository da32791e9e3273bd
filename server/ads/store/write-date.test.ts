import { afterAll, beforeAll, expect, test } from 'bun:test'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stringify } from 'csv-stringify/sync'
import * as fc from 'fast-check'
import { builtInReport } from '#server/ads/definition/files.ts'
import type { DateOfReport } from '#server/ads/plan.ts'
import { readDateFile } from './date-file.ts'
import { tmpDir } from './layout.ts'
import type { SorterLimits } from './line-sorter.ts'
import { toLine, writeDate, type WrittenFile } from './write-date.ts'

const dir = mkdtempSync(join(tmpdir(), 'adstock-write-date-'))
beforeAll(() => void mkdirSync(tmpDir(dir), { recursive: true }))
afterAll(() => rmSync(dir, { recursive: true, force: true }))

const OF: DateOfReport = { report: 'product', customerId: '1234567890', date: '2026-01-31' }
const REPORT = builtInReport('product')
const { signal } = new AbortController()
/** So small that a few thousand rows take many runs, and runs of runs. */
const TIGHT: SorterLimits = { lines: 37, characters: 1_000_000, runs: 5 }

const ITEMS = ['plain', 'comma, "quote"', 'two\nlines', '=1', '🌞', '\uE000 private', 'ends in 12 34 ', '']
/** In an order that no sort would leave. */
const ROWS = Array.from({ length: 3_000 }, (_, n) => {
  const at = (n * 1_009) % 3_000
  const item = `${ITEMS[at % ITEMS.length]}${at}`
  return { campaign_id: 1 + (at % 3), ad_group_id: 7, product_item_id: item, clicks: at, conversions: 0.1 }
})

async function* streamed(rows: readonly object[]): AsyncGenerator {
  yield* rows
}

async function bytesOf({ tmpPath }: WrittenFile): Promise<string> {
  const text = readFileSync(tmpPath, 'utf8')
  rmSync(tmpPath)
  return text
}

test('many runs make the same file as one, and leave nothing else', async () => {
  const roomy = await writeDate(ROWS, OF, { dir, report: REPORT, signal })
  const tight = await writeDate(streamed(ROWS), OF, { dir, report: REPORT, signal, limits: TIGHT })
  const few = await writeDate(ROWS, OF, {
    dir,
    report: REPORT,
    signal,
    limits: { ...TIGHT, lines: 9_999, characters: 500 },
  })
  const { tmpPath, ...content } = tight
  expect(await readDateFile(tmpPath, OF, [REPORT])).toEqual(content)
  expect(content.rows).toBe(ROWS.length)
  const text = await bytesOf(tight)
  expect(text).toBe(await bytesOf(roomy))
  expect(text).toBe(await bytesOf(few))
  expect(readdirSync(tmpDir(dir))).toEqual([])
})

test('a key twice is found across runs, and named', async () => {
  const rows = [...ROWS, { ...ROWS[5], clicks: 1 }]
  const twice = ROWS[5]
  await expect(writeDate(rows, OF, { dir, report: REPORT, signal, limits: TIGHT })).rejects.toThrow(
    `same key: campaign_id ${twice?.campaign_id}, ad_group_id 7, product_item_id ${twice?.product_item_id}.`,
  )
  expect(readdirSync(tmpDir(dir))).toEqual([])
})

test('a source that breaks, a row that is none, and an abort leave no run behind', async () => {
  const control = new AbortController()
  async function* failing(last: () => unknown): AsyncGenerator {
    yield* ROWS
    expect(readdirSync(tmpDir(dir)).length).toBeGreaterThan(0)
    yield last()
  }
  const broken = () => {
    throw new Error('cut off')
  }
  const writing = { dir, report: REPORT, signal, limits: TIGHT }
  await expect(writeDate(failing(broken), OF, writing)).rejects.toThrow('cut off')
  await expect(
    writeDate(
      failing(() => ({ clicks: 'x' })),
      OF,
      writing,
    ),
  ).rejects.toThrow('campaign_id')
  const aborting = writeDate(
    failing(() => control.abort(new Error('stop'))),
    OF,
    {
      ...writing,
      signal: control.signal,
    },
  )
  await expect(aborting).rejects.toThrow('stop')
  expect(readdirSync(tmpDir(dir))).toEqual([])
})

test('a folder that cannot be written is a clear error, in a run and in the file', async () => {
  const nowhere = { dir: join(dir, 'nowhere'), report: REPORT, signal }
  await expect(writeDate(ROWS, OF, nowhere)).rejects.toThrow('Cannot write')
  await expect(writeDate(ROWS, OF, { ...nowhere, limits: TIGHT })).rejects.toThrow('Cannot write')
})

test('a line is what csv-stringify makes of it', () => {
  const cell = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.string({ unit: fc.constantFrom('"', ',', '\n', '\r', ' ', "'", ';', '\t', '=', 'a', '\uFEFF') }),
  )
  fc.assert(
    fc.property(fc.array(cell, { minLength: 2, maxLength: 12 }), (row) => {
      expect(toLine(row)).toBe(stringify([row], { quoted_match: '\r' }))
    }),
  )
})
