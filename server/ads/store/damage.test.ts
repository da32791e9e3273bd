/** Every kind of file that a store has, damaged in every way: noticed, never told as right, and mended by the daily job. */
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import {
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { until } from '#scripts/lab/harness/until.ts'
import { createAds } from '#server/ads/create-ads.ts'
import { builtInReport } from '#server/ads/definition/files.ts'
import type { GroupBy } from '#server/ads/groups.ts'
import { Catalogue, verify } from '#server/ads/offline.ts'
import { openBench } from '#server/cli/ads/ads-command.testing.ts'
import { readConfig } from '#server/config.ts'
import { systemClock } from '#server/platform/clock.ts'
import { createLogger } from '#server/platform/log.ts'
import { createMetrics } from '#server/platform/metrics.ts'

setDefaultTimeout(120_000)

const RANGE = { from: '2026-01-01', to: '2026-01-02' }
const FETCH = `fetch --start ${RANGE.from} --end ${RANGE.to} --json`
const SETTINGS = { ADS_REPORTS: 'campaign,product', ADS_FORMATS: 'csv,parquet', ADS_CRON: 'off' }

/** A bit that a disk loses changes neither size nor time. */
const DAMAGES: Record<string, (path: string) => void> = {
  emptied: (path) => truncateSync(path, 0),
  'cut in half': (path) => truncateSync(path, statSync(path).size >> 1),
  'changed by a bit': (path) => {
    const bytes = readFileSync(path)
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1
    writeFileSync(path, bytes)
  },
  overwritten: (path) =>
    writeFileSync(
      path,
      new Uint8Array(300).map((_, index) => (index * 197 + 31) % 256),
    ),
  removed: (path) => rmSync(path),
}

const bench = openBench()
const copy = `${bench.dir}-copy`
let truth: Awaited<ReturnType<typeof look>>

beforeAll(async () => {
  await using before = openBench({ seed: 2 })
  const env = { ...SETTINGS, ADS_DIR: bench.dir }
  expect(await before.ads(FETCH, env)).toMatchObject({ code: 0 })
  expect(await bench.ads(`${FETCH} --refresh`, env)).toMatchObject({ code: 0 })
  truth = await look(bench.dir)
  expect(truth).toMatchObject({ found: [], restated: 2 })
})
afterAll(async () => {
  rmSync(copy, { recursive: true, force: true })
  await bench[Symbol.asyncDispose]()
})

function open(dir: string) {
  const { ads: options } = readConfig({ ...bench.env, ...SETTINGS, ADS_DIR: dir })
  const parts = {
    clock: systemClock,
    log: createLogger({ level: 'silent', format: 'json' }),
    metrics: createMetrics(),
    acquireRunLease: async () => ({ [Symbol.asyncDispose]: async () => {} }),
  }
  return { options, ads: createAds(options, parts) }
}

/** What a server tells of a store, and what `verify` finds. */
async function look(dir: string) {
  const { options, ads } = open(dir)
  const selection = { range: RANGE, reports: ads.reports, customerIds: ads.customerIds }
  const report = builtInReport('campaign')
  const dimension = report.columns.find(({ name }) => name === 'campaign_id')
  const by: GroupBy = {
    report,
    dimension,
    interval: 'day',
    only: undefined,
    before: undefined,
    trend: undefined,
  }
  const orRefused = async (told: Promise<unknown>) => await told.catch(({ code }: { code: unknown }) => code)
  const sums = await orRefused(ads.sums({ ...selection, reports: ['campaign'] }, by))
  const items = await orRefused(
    ads.itemSpend(RANGE).then(({ accounts }) => accounts.map(({ series }) => series.rows)),
  )
  const { findings, behind, damagedFiles, missingIndex } = await verify(
    { ...options, catalogue: new Catalogue(options) },
    { range: {}, reports: undefined, customerIds: undefined },
  )
  return {
    days: ads.days(selection).map((day) => ({ ...day, fetched_at: '' })),
    sums,
    items,
    currency: ads.currencyOf(ads.customerIds),
    restated: ads.restatements({ ...selection, reports: ['campaign'] }).length,
    found: [...findings.map(({ date }) => date), ...behind, ...damagedFiles, missingIndex ?? []].flat(),
  }
}

/** Of history there is no second copy: a line that cannot be read is left out. */
async function expectTruth(dir: string, file: string): Promise<void> {
  const told = await look(dir)
  const restated = file.endsWith('restatements.csv') ? told.restated : truth.restated
  expect({ file, ...told }).toEqual({ file, ...truth, restated })
}

async function runDaily(dir: string): Promise<void> {
  const { ads } = open(dir)
  const { id } = await ads.startRun({ kind: 'daily', range: RANGE })
  const run = await until(
    'the run has ended',
    () => ads.run(id),
    (each) => each?.finished_at !== null,
  )
  expect(run).toMatchObject({ state: 'done' })
  await ads[Symbol.asyncDispose]()
}

function kinds(): string[] {
  const files = readdirSync(bench.dir, { recursive: true, encoding: 'utf8' }).toSorted()
  const isDate = (file: string) => file.includes('/date=')
  return files.filter(
    (file) =>
      statSync(join(bench.dir, file)).isFile() && !(isDate(file) && !file.includes(`date=${RANGE.from}`)),
  )
}

for (const [damage, apply] of Object.entries(DAMAGES)) {
  test(`each kind of file, ${damage}`, async () => {
    for (const file of kinds()) {
      rmSync(copy, { recursive: true, force: true })
      cpSync(bench.dir, copy, { recursive: true, preserveTimestamps: true })
      const path = join(copy, file)
      const { atime, mtime } = statSync(path)
      apply(path)
      if (damage !== 'removed') utimesSync(path, atime, mtime)

      const told = await look(copy)
      const [report] = file.split('/')
      if (file.endsWith('data.csv')) {
        expect({ file, ...told }).toMatchObject({ file, days: truth.days, found: [RANGE.from] })
        expect(report === 'campaign' ? told.sums : told.items).toBe('UNAVAILABLE')
      } else if (file === 'index.csv') {
        expect(new Set(told.days.map(({ state }) => state))).toEqual(new Set(['missing']))
        expect(told.found).toContain(path)
      } else {
        expect({ file, days: told.days, items: told.items }).toEqual({ file, ...pick(truth) })
        if (report === file && !file.startsWith('.')) expect(told.found).toEqual([file])
        if (file.endsWith('.json') && isNoJson(path)) expect(told.found).toContain(path)
      }
      if (file.endsWith('lock.sqlite') && damage === 'overwritten') {
        expect(runDaily(copy)).rejects.toThrow('lock.sqlite')
        continue
      }
      await runDaily(copy)
      await expectTruth(copy, file)
    }
  })
}

test('one bit of what is kept beside the dates, wherever it is: everything is answered, and a run goes through', async () => {
  for (const name of ['accounts.json', 'runs.json', 'restatements.csv']) {
    const file = join('.state', name)
    const bytes = readFileSync(join(bench.dir, file))
    for (let at = 0; at < bytes.length; at += 9) {
      const changed = Buffer.from(bytes)
      changed[at] = (changed[at] ?? 0) ^ 1
      writeFileSync(join(copy, file), changed)
      const { ads } = open(copy)
      const selection = { range: RANGE, reports: ads.reports, customerIds: ads.customerIds }
      ads.forecast({ kind: 'daily', range: RANGE })
      ads.restatements(selection)
      ads.accounts(ads.customerIds)
      expect(ads.days(selection).map(({ rows }) => rows)).toEqual(truth.days.map(({ rows }) => rows))
      // A run writes anew what it learns.
      if (at % 54 === 0) await runDaily(copy)
    }
  }
})

/** What is JSON all the same is taken: a run asks the accounts again, and makes the others anew. */
function isNoJson(path: string): boolean {
  if (!existsSync(path)) return false
  try {
    JSON.parse(readFileSync(path, 'utf8'))
    return false
  } catch {
    return true
  }
}

const pick = ({ days, items }: typeof truth) => ({ days, items })
