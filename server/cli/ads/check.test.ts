/** `ads check` and what failures say, through the real command line. */
import { expect, setDefaultTimeout, test } from 'bun:test'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startTestServer } from '#scripts/lab/harness/test-server.ts'
import { adsError } from '#scripts/lab/simulator/bodies.ts'
import { MANAGER_ID } from '#scripts/lab/simulator/tree.ts'
import { dateFiles, openBench } from './ads-command.testing.ts'

// Children on a busy machine.
setDefaultTimeout(120_000)

const refusal = (status: number, family: string, value: string) =>
  adsError(status, { family, value, message: `${value} it is.` })

test('check signs in, lists accounts and asks each report once; nothing is stored', async () => {
  await using bench = openBench({ scenario: 'manager' })
  const { code, stdout } = await bench.ads('check --report campaign --report product', {
    GOOGLE_ADS_CUSTOMER_ID: MANAGER_ID,
  })
  expect(code).toBe(0)
  for (const line of [
    '✓ sign-in: Google gives an access token',
    '✓ account 2222222222: Laden, "Berlin", Europe/Berlin, EUR, through manager 9000000000',
    'Account 4444444444 (Closed shop) of manager 9000000000 is left out',
    '✓ report product of 3333333333: answers with rows of',
    'Explorer access, 2,880 a day: not enough',
    `Fetch two years with: ./scripts/adstock ads backfill --out ${bench.dir}`,
  ])
    expect(stdout).toContain(line)
  expect(dateFiles(bench.dir)).toEqual([])
  expect((await bench.stats()).figures).toBe(6)
})

test.each([
  [403, 'authorizationError', 'CLOUD_PROJECT_NOT_APPROVED_FOR_PRODUCTION', 1, 'Apply for Explorer'],
  [401, 'authenticationError', 'NOT_ADS_USER', 3, 'a user of no Google Ads account'],
  [403, 'authorizationError', 'DEVELOPER_TOKEN_NOT_APPROVED', 1, 'Leave GOOGLE_ADS_DEVELOPER_TOKEN out'],
])('%p %s.%s: check exits with its code and says what to do, on the page too', async (...given) => {
  const [status, family, value, code, says] = given
  await using bench = openBench({ refuse: () => refusal(status, family, value) })
  const checked = await bench.ads('check --json')
  expect({ code: checked.code, says: checked.stderr.includes(says) }).toEqual({ code, says: true })
  expect(checked.stderr).not.toContain('LOGIN_CUSTOMER_ID')
  await using server = await startTestServer(bench.env)
  const { body } = await server.rest('POST /ads/check', { body: {} })
  expect(body).toMatchObject({ source: 'google', ok: false })
  expect(JSON.stringify(body.steps)).toContain(says)
})

test('a module is tried with a date of each report', async () => {
  await using bench = openBench()
  const path = join(bench.dir, 'source.mjs')
  writeFileSync(path, "export const fetchData = (date) => [{ campaign_id: 'x', clicks: 1 }]")
  const { code, stdout } = await bench.ads(`check --source ${path}`)
  expect(code).toBe(1)
  expect(stdout).toContain(
    '✗ report campaign of 1234567890: INVALID_ROWS Column campaign_id: x is not an integer',
  )
  rmSync(path)
  expect((await bench.ads(`check --source ${path}`)).code).toBe(2)
})

test("what one account refuses stops that account's report, and no other", async () => {
  await using bench = openBench({
    refuse: ({ customerId, query }) =>
      customerId === '2222222222' && query.includes('FROM campaign')
        ? refusal(400, 'queryError', 'REQUESTED_METRICS_FOR_MANAGER')
        : undefined,
  })
  const range = '--start 2026-01-01 --end 2026-01-10'
  const accounts = '--customer 1234567890 --customer 2222222222 --report campaign --report product'
  const { code, stdout } = await bench.ads(`fetch ${range} ${accounts}`)
  expect(code).toBe(1)
  expect(stdout).toContain('campaign 1234567890 2026-01-01..2026-01-10: 10 fetched')
  expect(stdout).toContain('product 2222222222 2026-01-01..2026-01-10: 10 fetched')
  expect(stdout).toContain('  campaign 2222222222, 10 dates: 2026-01-01..2026-01-10')
  expect(stdout.split('manages others and has no figures of its own')).toHaveLength(2)
})

test('a failure is printed once, with its dates as ranges and the folder in what to type', async () => {
  await using bench = openBench()
  const path = join(bench.dir, 'source.mjs')
  writeFileSync(
    path,
    `export const fetchData = (date) => {
       if (Number(date.slice(-2)) % 2 === 1 || date < '2026-01-05') throw new Error('no luck')
       return []
     }`,
  )
  const { code, stdout } = await bench.ads(`fetch --start 2026-01-01 --end 2026-01-31 --source ${path}`)
  expect(code).toBe(1)
  expect(stdout.split('no luck')).toHaveLength(2)
  expect(stdout).toContain(
    `  campaign 1234567890, 18 dates: 2026-01-01..2026-01-05, 2026-01-07, 2026-01-09, 2026-01-11, 2026-01-13, 2026-01-15, 2026-01-17, 2026-01-19 and more: see ./scripts/adstock ads status --out ${bench.dir}`,
  )
  const status = await bench.ads('status --start 2026-01-01 --end 2026-01-31')
  expect(status.stdout).toContain('2026-01-01..2026-01-05, 2026-01-07')
})
