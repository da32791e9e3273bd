/** Fetching as a person at the keyboard sees it: what it would take, how far it is, what it waits for, and what went wrong. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { Browser } from 'playwright-core'
import type { SimulatorOptions } from '#scripts/lab/simulator/server.ts'
import { startAdsServer } from '#client/testing/ads-server.testing.ts'
import { launchBrowser } from '#scripts/lab/harness/browser.ts'
import { buildPageIfStale } from '#scripts/lab/harness/page-build.ts'
import { PATIENCE_MS, until, untilIs } from '#scripts/lab/harness/until.ts'
import { atKeyboard, type Person } from '#client/testing/person.testing.ts'

const TEST_TIMEOUT_MS = 3 * PATIENCE_MS

const resources = new AsyncDisposableStack()
let browser: Browser

beforeAll(async () => {
  await buildPageIfStale()
  browser = resources.adopt(await launchBrowser(), (each) => each.close())
}, TEST_TIMEOUT_MS)

afterAll(() => resources.disposeAsync(), TEST_TIMEOUT_MS)

/** On a server of its own, which begins by itself to fetch two years. */
function journey(
  name: string,
  given: { simulator: SimulatorOptions; env?: Record<string, string> },
  run: Journey,
) {
  test(
    name,
    async () => {
      await using ads = await startAdsServer(given.simulator, given.env)
      await atKeyboard(browser, { url: `${ads.url}/ads` }, async (person) => await run(person, ads))
    },
    TEST_TIMEOUT_MS,
  )
}

const A_DAY = /^[A-Z][a-z]+day, [A-Z][a-z]+ \d/

type Started = Awaited<ReturnType<typeof startAdsServer>>
type Journey = (person: Person, ads: Started) => Promise<void>

describe('a quota', () => {
  journey(
    'by the second is waited for in words; a run is stopped, and a range is fetched at its price',
    // So slow that two years would take a quarter of an hour: nobody waits for them here.
    { simulator: { rate: { perSecond: 1, burst: 1 } } },
    async (person) => {
      await person.sees(/waiting for quota, until \d/)
      await person.sees(/[1-9]\d* of 73[01] days/, '.run-strip')
      await person.sees(/[1-9]\d* retr(y|ies)/, '.run-strip')
      await person.tabTo('button', 'Stop')
      await person.press('Enter')
      await person.sees(/^Interrupted: /, '.run-strip')
      await person.isAt('heading', 'Ads')
      const fetchMissing = /^Fetch what is missing \((\d+) days, about \1 requests\)$/
      await person.tabTo('button', fetchMissing)
      await person.press('Enter')
      await person.isAt('button', 'Fetching…')
      await person.sees('Stop', '.run-strip')
      await person.tabTo('button', 'Stop')
      await person.press('Enter')
      await person.sees(/^Interrupted: /, '.run-strip')
      await person.isAt('heading', 'Ads')
      await person.tabTo('button', fetchMissing)

      await person.tabTo('button', A_DAY)
      await person.press('Home', 'Shift+ArrowDown')
      await person.sees('Takes 2 requests, about 1,200 units of quota')
      await person.tabTo('button', 'Fetch the 2 missing days')
      await person.press('Enter')
      await person.sees('Done: 2 of 2 fetched', '.run-strip')
      await person.sees('2 days: 2 complete')
      await person.tabTo('button', 'Fetch all 2 days again')
    },
  )

  journey(
    'of a day parks the run: until when, and that nothing is lost',
    { simulator: { scenario: 'daily-quota', dailyQuota: 40 } },
    async (person) => {
      await person.sees(/^Waiting for quota: \d/, '.run-strip')
      await person.sees(/The quota is used up until .*\d:\d\d/)
      await person.sees(/Fetch what is missing \((\d+) days, about \1 requests\)/)
      expect(await person.count('.day[data-state="failed"]')).toBe(0)
      await person.tabToSummary('Backfill')
      await person.press('Enter')
      await person.sees('Units of quota', '.run-details')
      await person.sees('not compared, because days are not stored')
      expect(await person.violations()).toEqual([])
    },
  )
})

describe('what went wrong is told in words', () => {
  journey(
    'when the sign-in was revoked: what to set, the first steps, and the detail one key away',
    { simulator: { scenario: 'revoked' } },
    async (person) => {
      await person.sees(/73[01] days failed/, '.run-strip')
      await person.sees('the sign-in with Google is no longer valid')
      await person.sees('Sign in to Google again: set a new GOOGLE_ADS_REFRESH_TOKEN')
      await person.sees('No data for this account yet')
      await person.sees('ADS_SOURCE=demo')
      expect(await person.count('.place-tools .button.primary')).toBe(0)
      await person.seesNo('invalid_grant')
      await person.tabToSummary('days failed')
      await person.press('Enter')
      await person.sees('invalid_grant', '.run-strip')

      await person.tabTo('button', A_DAY)
      await person.press('Enter')
      await person.sees('The last try failed: the sign-in with Google is no longer valid.')
      await person.tabTo('button', 'Fetch this day')
      expect(await person.violations()).toEqual([])
    },
  )

  journey(
    'and what passed by itself is a number of retries',
    { simulator: { scenario: 'html-502' } },
    async (person) => {
      await person.sees('Nothing is missing')
      await person.tabToSummary('Backfill')
      await person.press('Enter')
      const figures = await person.texts('.run-details .figures > div')
      const retries = figures.find((each) => each.startsWith('Retries'))?.slice('Retries'.length)
      expect(Number(retries?.replaceAll(',', ''))).toBeGreaterThan(0)
    },
  )
})

journey(
  'the accounts of a manager are chosen one by one, and the address keeps the choice',
  { simulator: { scenario: 'manager' }, env: { GOOGLE_ADS_CUSTOMER_ID: '9000000000' } },
  async (person) => {
    await person.sees(/^Done: 2,19\d of/, '.run-list')
    await person.reload()
    const sum = async () => (await person.texts('.ads-content:not([data-stale]) .chart-sum'))[0]
    await person.sees('Nothing is missing')
    const ofFirst = await until('a sum is there', sum, (found) => found !== undefined)
    await person.tabTo('combobox', 'Account')
    await person.press('ArrowDown')
    const ofSecond = await until(
      'another sum is there',
      sum,
      (found) => found !== undefined && found !== ofFirst,
    )
    const { search } = person.address()
    expect(search).toMatch(/account=\d{10}/)
    await person.reload()
    await untilIs(sum, ofSecond)
    expect(person.address().search).toBe(search)
  },
)

journey(
  'a server that goes away says so, and its run is followed again once it is back',
  { simulator: { latencyMs: 150 } },
  async (person, { server }) => {
    await person.sees(/[1-9]\d* of 73[01] days/, '.run-strip')
    await server.stop()
    await person.sees('The server does not answer.')
    await server.start()
    await person.seesNo('The server does not answer.')
    await person.sees('Nothing is missing')
    await person.sees(/^Interrupted: /, '.run-list')
  },
)
