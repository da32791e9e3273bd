/** A folder that cannot be written, and a disk on which nothing more goes. */
import { expect, setDefaultTimeout, test } from 'bun:test'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { builtInReport } from '#server/ads/definition/files.ts'
import { expectedRows } from './expected-rows.testing.ts'
import { dateFiles, ended, openBench, readCsv, spawnCramped, type Bench } from './ads-command.testing.ts'

// Children on a busy machine.
setDefaultTimeout(60_000)

const RANGE = { from: '2026-01-01', to: '2026-01-31' }
const FETCH = `fetch --start ${RANGE.from} --end ${RANGE.to} --json`

async function expectNothingLost(bench: Bench, report: 'campaign' | 'product'): Promise<void> {
  const there = dateFiles(bench.dir).length
  expect(await bench.ads(`verify --report ${report}`)).toMatchObject({ code: 0 })
  expect(readdirSync(join(bench.dir, '.state/tmp'))).toEqual([])
  const after = await bench.ads(`${FETCH} --report ${report}`)
  expect(after).toMatchObject({ code: 0, summary: { skipped: there, fetched: 31 - there } })
  expect(readCsv(join(bench.dir, `${report}.csv`))).toEqual(expectedRows(builtInReport(report), RANGE))
  expect(await bench.ads(`verify --report ${report}`)).toMatchObject({ code: 0 })
}

test('when the index does not fit any more, the dates that were stored stay', async () => {
  await using bench = openBench()
  const { code, stderr } = await ended(spawnCramped(FETCH, { blocks: 6, env: bench.env }))
  expect({ code, says: stderr.includes('Cannot write') && stderr.includes('index.csv') }).toEqual({
    code: 1,
    says: true,
  })
  expect(dateFiles(bench.dir).length).toBeGreaterThan(0)
  await expectNothingLost(bench, 'campaign')
})

test('when the dates themselves do not fit, the run stops at once, says so and names them', async () => {
  await using bench = openBench()
  const cramped = spawnCramped(`${FETCH} --report product`, { blocks: 8, env: bench.env })
  const { code, stderr, summary } = await ended(cramped)
  expect({ code, says: /Cannot write .*EFBIG/.test(stderr) }).toEqual({ code: 1, says: true })
  expect(summary.failed.length).toBe(31 - summary.fetched)
  expect(new Set(summary.failed.map((each) => each.code))).toEqual(new Set(['STORE_UNWRITABLE']))
  expect((await bench.stats()).figures).toBeLessThanOrEqual(16)
  await expectNothingLost(bench, 'product')
})

test('when the aggregated file does not fit, the old one stays whole, and every date is stored', async () => {
  await using bench = openBench()
  const path = join(bench.dir, 'campaign.csv')
  expect(await bench.ads('fetch --start 2026-01-01 --end 2026-01-09')).toMatchObject({ code: 0 })
  const before = readFileSync(path, 'utf8')
  const { code, stderr } = await ended(spawnCramped(FETCH, { blocks: 20, env: bench.env }))
  expect({ code, says: /Cannot write .*campaign\.csv: EFBIG/.test(stderr) }).toEqual({ code: 1, says: true })
  expect(dateFiles(bench.dir)).toHaveLength(31)
  expect(readFileSync(path, 'utf8')).toBe(before)
  await expectNothingLost(bench, 'campaign')
})

test('when not even what is kept beside the dates fits, that is named, and the next run has what the last one told', async () => {
  await using bench = openBench()
  expect(await bench.ads('fetch --start 2026-01-01 --end 2026-01-09')).toMatchObject({ code: 0 })
  const runs = readFileSync(join(bench.dir, '.state/runs.json'), 'utf8')
  const { code, stderr } = await ended(spawnCramped(FETCH, { blocks: 1, env: bench.env }))
  expect({ code, says: /Cannot write .*\.state\/runs\.json: EFBIG/.test(stderr) }).toEqual({
    code: 1,
    says: true,
  })
  expect(readFileSync(join(bench.dir, '.state/runs.json'), 'utf8')).toBe(runs)
  await expectNothingLost(bench, 'campaign')
})

test('a folder that cannot be there is a clear error before anything is asked', async () => {
  await using bench = openBench()
  writeFileSync(join(bench.dir, 'file'), '')
  const { code, stderr } = await bench.ads(`${FETCH} --out ${bench.dir}/file/store`)
  expect({ code, says: stderr.includes(`Cannot write ${bench.dir}/file/store`) }).toEqual({
    code: 2,
    says: true,
  })
  expect((await bench.stats()).figures).toBe(0)
})
