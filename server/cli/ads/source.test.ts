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
