/** A module of the user's as the source, with everything it may do wrong. */
import { expect, setDefaultTimeout, test } from 'bun:test'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { dateFiles, ended, readCsv, spawnAds, type Summary } from './ads-command.testing.ts'

// Children on a busy machine.
setDefaultTimeout(120_000)

const RANGE = '--start 2026-01-01 --end 2026-01-12'
const ROWS = `[
  { campaign_id: 2n ** 60n, campaign_name: '=1, "x" 🌞', clicks: 2, cost_micros: '12', conversions: 0.1 },
  { campaign_id: '7', campaign_name: 'two\\nlines', clicks: 1, conversions: 0.2 },
]`
/** `once(name)` is true the first time only, in whichever worker or process that is. */
const HELPERS = `
import { closeSync, openSync } from 'node:fs'
export function once(name) {
  try { closeSync(openSync(process.env.MARKS + '/' + name, 'wx')); return true } catch { return false }
}
function named(name, more = {}) { return Object.assign(new Error(name + ' says the source'), { name, ...more }) }
const rows = ${ROWS}
`

async function run(
  body: string,
  more = '',
): Promise<{ code: number; summary: Summary; dir: string; stderr: string }> {
  const dir = mkdtempSync(join(tmpdir(), 'adstock-source-'))
  const path = join(dir, 'source.mjs')
  writeFileSync(path, `${HELPERS}\nexport async function fetchData(date, context) { ${body} }`)
  const env = { MARKS: dir, LOG_LEVEL: 'error', ADS_TIMEOUT_MS: '2000' }
  const args = `fetch ${RANGE} --report campaign --source ${path} --out ${dir}/store --json ${more}`.trim()
  const { code, summary, stderr } = await ended(spawnAds(args, env))
  return { code, summary, stderr, dir: join(dir, 'store') }
}

const CASES: { name: string; body: string; code: number; expected: object }[] = [
  {
    name: 'an array of rows',
    body: 'return rows',
    code: 0,
    expected: { fetched: 12, rows: 24, requests: 12 },
  },
  {
    name: 'an async iterable',
    body: 'return (async function* () { yield* rows })()',
    code: 0,
    expected: { fetched: 12, rows: 24 },
  },
  { name: 'no rows', body: 'return []', code: 0, expected: { fetched: 12, empty: 12 } },
  {
    name: 'TimeoutError, once',
    body: "if (once(date)) throw named('TimeoutError'); return rows",
    code: 0,
    expected: { fetched: 12, retries: 12, failed: [] },
  },
  {
    name: 'RateLimitError, once',
    body: "if (once('x')) throw named('RateLimitError', { retryAfterMs: 30 }); return rows",
    code: 0,
    expected: { fetched: 12, retries: 1 },
  },
  {
    name: 'RateLimitError for hours',
    body: "if (date < '2026-01-03') throw named('RateLimitError', { retryAfterMs: 36e5 }); return rows",
    code: 4,
    expected: { failed: [], parked_until: expect.any(String) },
  },
  {
    name: 'OAuthError',
    body: "throw named('OAuthError')",
    code: 3,
    expected: { fetched: 0, requests: expect.any(Number) },
  },
  {
    name: 'any other error',
    body: "if (date === '2026-01-05') throw new Error('no luck'); return rows",
    code: 1,
    expected: {
      fetched: 11,
      retries: 0,
      failed: [{ date: '2026-01-05', code: 'SOURCE_ERROR', detail: 'no luck' }],
    },
  },
  {
    name: 'a key twice',
    body: "return date === '2026-01-05' ? [...rows, rows[0]] : rows",
    code: 1,
    expected: {
      fetched: 11,
      failed: [{ date: '2026-01-05', code: 'INVALID_ROWS', detail: expect.stringContaining('campaign_id') }],
    },
  },
  {
    name: 'an iterable that streamFailures after its first rows',
    body: "return (async function* () { yield rows[0]; if (date === '2026-01-05') throw new Error('broke'); yield rows[1] })()",
    code: 1,
    expected: { fetched: 11, rows: 22, failed: [{ code: 'SOURCE_ERROR' }] },
  },
  {
    name: 'a promise that never settles, once',
    body: "if (date === '2026-01-05' && once('x')) await new Promise(() => {}); return rows",
    code: 0,
    expected: { fetched: 12, retries: 1 },
  },
  {
    name: 'a worker that ends, twice',
    body: "if (date === '2026-01-05' && (once('x') || once('y'))) process.exit(9); return rows",
    code: 0,
    expected: { fetched: 12, failed: [] },
  },
]
const WORDS: [name: string, body: string, says: string][] = [
  [
    'undefined',
    'rows',
    'fetchData returned undefined (is a return missing?): it has to return an array of rows',
  ],
  ['null', 'return null', 'fetchData returned null: it has to'],
  ['a text', "return 'rows'", 'fetchData returned a string: it has to'],
  [
    'an answer around the rows',
    'return { results: rows }',
    'fetchData returned an object with results: it has to',
  ],
  ['a row that is none', 'return [null]', 'A row is null, not an object of columns.'],
  ['a row that is a list', "return [['7', 1]]", 'A row is an array, not an object of columns.'],
  [
    'a misspelt column',
    "return [{ campaign_id: '1', impresions: 5, cost_micros: '100' }]",
    'Column impresions: not a column of any report; did you mean impressions?',
  ],
  [
    'a column of another name',
    "return [{ campaign_id: '1', clicks: 5, costMicros: '100' }]",
    'Column costMicros: not a column of any report; did you mean cost_micros?',
  ],
  [
    'an unknown column, in a later row',
    "return [...rows, { campaign_id: '9', clicks: 5, revenue_in_euros: 1 }]",
    'Column revenue_in_euros: not a column of any report; the columns are date, customer_id',
  ],
  [
    'a misspelt field of Google',
    "return (async function* () { yield { campaign: { id: '1' }, metrics: { click: 5 } } })()",
    'Field metrics.click: not known; did you mean metrics.clicks?',
  ],
  [
    'no metric',
    "return [{ campaign_id: '1', campaign_name: 'x' }]",
    'A row has no metric: none of impressions',
  ],
  [
    'another date',
    "return [{ date: '2025-01-01', campaign_id: '1', clicks: 1 }]",
    'A row has date 2025-01-01, but 2026-01-05 was asked for.',
  ],
  [
    'a number beyond 64 bits',
    "return [{ campaign_id: '1', impressions: '9'.repeat(26) }]",
    `Column impressions: ${'9'.repeat(26)} is beyond 64 bits.`,
  ],
]
test('what is no row of a report fails its date with one plain sentence', async () => {
  await Promise.all(
    WORDS.map(async ([name, body, says]) => {
      const ran = await run(`if (date !== '2026-01-05') return []; ${body}`)
      expect({ name, code: ran.code, fetched: ran.summary.fetched }).toEqual({ name, code: 1, fetched: 11 })
      expect(ran.summary.failed).toMatchObject([{ date: '2026-01-05', code: 'INVALID_ROWS' }])
      expect(ran.summary.failed[0]?.detail).toStartWith(says)
      rmSync(join(ran.dir, '..'), { recursive: true })
    }),
  )
})

test("rows in Google's own form are taken, with whatever Google adds to them", async () => {
  const ran = await run(`return [{
    campaign: { resourceName: 'customers/1/campaigns/7', id: '7', name: 'x', advertisingChannelType: 'SEARCH' },
    campaignView: undefined, metrics: { clicks: '2', ctr: 0.1, averageCpc: 5 }, segments: { date },
  }].map(({ campaignView, ...row }) => row)`)
  expect(ran).toMatchObject({ code: 0, summary: { fetched: 12, rows: 12 } })
  rmSync(join(ran.dir, '..'), { recursive: true })
})

test('a module whose function takes the date alone, as it may be given', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'adstock-source-'))
  writeFileSync(
    join(dir, 'source.ts'),
    "export async function fetchData(date: string) { return [{ campaign_id: '7', clicks: Number(date.slice(-2)) }] }",
  )
  const { code } = await ended(
    spawnAds(`fetch ${RANGE} --report campaign --source ${dir}/source.ts --out ${dir}/store`, {}),
  )
  expect(code).toBe(0)
  expect(readCsv(join(dir, 'store/campaign.csv')).map((row) => row['clicks'])).toEqual(
    Array.from({ length: 12 }, (_, day) => `${day + 1}`),
  )
  rmSync(dir, { recursive: true })
})

test('what a module throws later is told in its own words, without its source', async () => {
  const ran = await run(
    "if (date === '2026-01-05') { setTimeout(() => { throw new RangeError('late and wild') }); await new Promise(() => {}) } return []",
    '--workers 1 --concurrency 1',
  )
  expect(ran.summary.failed.map(({ detail }) => detail)).toEqual(['A worker died: RangeError: late and wild'])
  rmSync(join(ran.dir, '..'), { recursive: true })
})

for (const { name, body, code, expected } of CASES) {
  test(`${name}: exit ${code}`, async () => {
    const ran = await run(body)
    expect({ code: ran.code, summary: ran.summary }).toMatchObject({ code, summary: expected })
    expect(dateFiles(ran.dir)).toHaveLength(ran.summary.fetched)
    expect((await ended(spawnAds(`verify --out ${ran.dir}`, {}))).code).toBe(0)
    rmSync(join(ran.dir, '..'), { recursive: true })
  })
}

test('the cells are the own text of the source, ids and sums exact', async () => {
  const { dir } = await run('return rows')
  const [small, large] = readCsv(join(dir, 'campaign.csv'))
  expect(small).toMatchObject({ customer_id: '1234567890', campaign_id: '7', campaign_name: 'two\nlines' })
  expect(large).toMatchObject({ campaign_id: `${2n ** 60n}`, campaign_name: '=1, "x" 🌞', impressions: '0' })
  expect(readCsv(join(dir, 'index.csv'))[0]).toMatchObject({ rows: '2', clicks: '3', conversions: '0.3' })
  rmSync(join(dir, '..'), { recursive: true })
})

test('a module without fetchData is a mistake of configuration', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'adstock-source-'))
  writeFileSync(join(dir, 'source.ts'), 'export const fetch = 1')
  const { code, stderr } = await ended(
    spawnAds(`fetch ${RANGE} --source ${dir}/source.ts --out ${dir}/store`, {}),
  )
  expect({ code, says: stderr.includes('fetchData') }).toEqual({ code: 2, says: true })
  rmSync(dir, { recursive: true })
})
