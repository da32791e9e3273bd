/** The ads place in a real browser, by keyboard and by mouse, on figures that have all been fetched. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { Browser } from 'playwright-core'
import { firstRunEnded, startAdsServer } from '#client/testing/ads-server.testing.ts'
import { violations } from '#client/testing/axe.testing.ts'
import { launchBrowser } from '#scripts/lab/harness/browser.ts'
import { buildPageIfStale } from '#scripts/lab/harness/page-build.ts'
import { onPage } from '#client/testing/journey.testing.ts'
import { PATIENCE_MS, until, untilIs } from '#scripts/lab/harness/until.ts'
import { atKeyboard, type Person } from '#client/testing/person.testing.ts'
import { dayNumber } from './calendar-grid.ts'

const TEST_TIMEOUT_MS = 2 * PATIENCE_MS

const resources = new AsyncDisposableStack()
let browser: Browser
let url: string

beforeAll(async () => {
  await buildPageIfStale()
  browser = resources.adopt(await launchBrowser(), (each) => each.close())
  // Each date has more conversions from the second time on that it is asked for.
  const ads = resources.use(
    await startAdsServer({ scenario: 'restated-days' }, { ADS_REPORTS: 'campaign,product' }),
  )
  url = `${ads.url}/ads`
  await firstRunEnded(ads.url)
}, 2 * TEST_TIMEOUT_MS)

afterAll(() => resources.disposeAsync(), TEST_TIMEOUT_MS)

const journey = (name: string, run: () => Promise<void>) => test(name, run, TEST_TIMEOUT_MS)

const byKeyboard = (name: string, query: string, run: (person: Person) => Promise<void>) =>
  journey(name, () =>
    atKeyboard(browser, { url: url + query }, async (person) => {
      await person.sees('Nothing is missing')
      await untilIs(() => person.count('.u-over'), 1)
      await run(person)
    }),
  )

describe('the calendar', () => {
  byKeyboard(
    'is shaded by a metric, with a legend that filters; the address keeps both',
    '',
    async (person) => {
      expect(await person.count('.day [data-shade]')).toBe(0)
      await choose(person, 'State', 'Clicks')
      await until(
        'the days are shaded',
        () => person.count('.day [data-shade]'),
        (shaded) => shaded > 600,
      )
      const steps = await person.texts('.legend button')
      expect(steps.filter((step) => step.startsWith('up to'))).toHaveLength(4)
      expect(sumOf(steps)).toBe(await person.count('.day'))

      await person.tabTo('button', /^more than/)
      await person.press('Enter')
      const darkest = Number(/(\d+)$/.exec(steps.find((step) => step.startsWith('more')) ?? '')?.[1])
      await untilIs(() => person.count('.day[data-dimmed]'), sumOf(steps) - darkest)
      await person.press('Space')
      await untilIs(() => person.count('.day[data-dimmed]'), 0)

      await person.press('g', 'a')
      await choose(person, 'Campaigns', 'Products')
      await until(
        'the address says it',
        async () => person.address().search,
        (search) => search.includes('report=product') && search.includes('show=clicks'),
      )
      await person.reload()
      await person.sees('Nothing is missing')
      await person.tabTo('radio', 'Products')
      await person.tabTo('radio', 'Clicks')
    },
  )

  journey('opens a day at once; what stands below it stays where it is while the rest comes', () =>
    onPage(browser, { url }, async (page) => {
      await page.locator('.u-over').waitFor()
      const answers = Promise.withResolvers<void>()
      await page.route('**/trpc/**', async (route) => {
        await answers.promise
        await route.continue()
      })
      const runsTop = () => page.locator('.run-list').evaluate((card: HTMLElement) => card.offsetTop)

      await page.locator('.day[data-date$="-06-17"]').last().click()
      await page.locator('.picked-panel .figures').waitFor()
      const top = await runsTop()
      await page.locator('.breakdown .waiting').first().waitFor()
      answers.resolve()
      await page.locator('.breakdown tbody th').first().waitFor()
      await page.getByText('Google has not changed').waitFor()
      await page.getByText(/^Takes/).waitFor()
      expect(await runsTop()).toBe(top)
    }),
  )

  byKeyboard('opens a day, tells what Google restated of it, and closes it', '', async (person) => {
    await toCalendar(person)
    await person.press('PageUp', 'PageUp')
    await toDayWithFigures(person)
    await person.press('Enter')
    await person.sees('Google has not changed these figures since they were first fetched.')
    await person.sees('Takes 1 request, about 600 units of quota')
    const before = await conversions(person)

    await person.tabTo('button', 'Fetch this day again')
    await person.press('Enter')
    await person.sees('Restated once')
    await person.isAt('button', 'Fetch this day again')
    const rows = await person.texts('.restatements tbody tr')
    expect(rows.some((row) => row.startsWith('Clicks'))).toBe(false)
    const [was = 0, is = 0] = (await person.texts('.restatements tbody tr:first-child td')).map(Number)
    expect(was.toFixed(1)).toBe(before)
    expect(Math.abs(is - 1.5 * was)).toBeLessThan(1e-4)
    await person.sees('Done: 1 of 1 fetched', '.run-list li:first-child')

    await person.tabTo('button', 'Back to two years', 'backward')
    await person.press('Enter')
    await person.isAt('textbox', 'From')
    await person.sees('Select a day')
    await person.tabTo('button', A_DAY, 'backward')
    await person.press('Enter')
    await person.sees('Back to two years')
    await person.press('Escape')
    await person.sees('Select a day')
  })

  byKeyboard('picks a range by Shift and arrows, and by two dates', '', async (person) => {
    await toCalendar(person)
    await person.press('ArrowLeft')
    const end = await focusedDate(person)
    await person.press('Shift+ArrowLeft', 'Shift+ArrowLeft', 'Shift+ArrowUp')
    const begin = await focusedDate(person)
    expect(dayNumber(end) - dayNumber(begin)).toBe(15)
    await untilIs(() => person.count(PICKED), 16)
    await person.sees('Takes 16 requests, about 9,600 units of quota')
    await person.tabTo('button', 'Fetch all 16 days again')
    await until(
      'the address says it',
      async () => person.address().searchParams,
      (params) => params.get('from') === begin && params.get('to') === end,
    )
    await person.tabTo('button', A_DAY, 'backward')
    await person.tabTo('textbox', 'From')
    await person.type(typedDate(end))
    await person.press('Enter')
    await untilIs(() => person.count(PICKED), 1)
  })

  journey('picks a range by dragging', () =>
    onPage(browser, { url }, async (page) => {
      // What stands above the calendar moves it while it comes.
      for (const part of ['.u-over', '.compare-scroll tbody th']) await page.locator(part).first().waitFor()
      await page.locator('[data-date$="-06-03"]').last().hover()
      await page.mouse.down()
      await page.locator('[data-date$="-06-18"]').last().hover()
      await page.mouse.up()
      await untilIs(() => page.locator(PICKED).count(), 16)
    }),
  )
})

describe('the chart', () => {
  byKeyboard(
    'compares a period with the one before, day by day and as a table',
    '?period=30',
    async (person) => {
      await person.tabTo('slider', /^Cost by day/)
      await person.press('ArrowLeft')
      const [before = ''] = await person.texts('.chart-readout')
      await person.tabToSummary('View as table')
      await person.press('Enter')
      await untilIs(() => person.count('.chart-table tbody tr'), 30)
      const [spend = '', dateThen = '', spendThen = ''] = await person.texts(
        '.chart-table tbody tr:nth-child(29) td',
      )
      expect(before).toContain(`: ${spend} ·`)
      expect(before).toEndWith(`: ${spendThen}`)
      expect(dateThen).not.toBe('')

      const [sums] = await person.texts('.chart-sum')
      expect(sums).toMatch(/^\$[\d,.]+ is (\d+% (more|less) than|as much as) in the 30 days before, \$/)
      await choose(person, 'Day', 'Week', 'backward')
      await person.sees('Cost by week')
      await until(
        'the weeks are there',
        () => person.count('.chart-table tbody tr'),
        (weeks) => weeks < 7,
      )
      expect((await person.texts('.chart-sum'))[0]).toBe(sums)
      await choose(person, 'Cost', 'Conversions', 'backward')
      await person.sees('Conversions by week')
      await person.tabTo('combobox', 'Dates', 'backward')
      await person.type('Last 90')
      await person.sees('in the 90 days before')
    },
  )

  journey('draws what is picked', () =>
    onPage(browser, { url: `${url}?from=2026-06-01&to=2026-06-14` }, async (page) => {
      await page.getByText('in the 14 days before').waitFor()
      expect(await page.getByRole('combobox', { name: 'Dates' }).inputValue()).toBe('picked')
      await page.getByRole('combobox', { name: 'Compared with' }).selectOption('Other dates…')
      const [from, to] = [page.getByLabel('From').first(), page.getByLabel('to', { exact: true }).first()]
      await from.fill('2026-05-04')
      await to.fill('2026-05-10')
      await page.getByText(/in May 4, 2026 – May 10, 2026/).waitFor()
      expect(new URL(page.url()).searchParams.get('against')).toBe('2026-05-04_2026-05-10')
      await page.getByText('14 days: ').waitFor()
    }),
  )
})

describe('axe finds nothing to object to', () => {
  const queries = {
    'a range': 'from=2026-06-01&to=2026-06-14&show=conversions',
    'a day': 'from=2026-11-10&to=2026-11-10&period=30',
  }
  for (const colorScheme of ['light', 'dark'] as const)
    for (const [what, query] of Object.entries(queries))
      journey(`in ${what}, with all that unfolds, ${colorScheme}`, () =>
        onPage(browser, { url: `${url}?${query}`, colorScheme, reducedMotion: 'reduce' }, async (page) => {
          await page.locator('.u-over').waitFor()
          await page.getByText(/^Takes/).waitFor()
          await page.locator('.run-list summary').first().click()
          await page.getByText('View as table').click()
          expect(await violations(page)).toEqual([])
        }),
      )
})

journey('fits a phone, text at twice its size, and paper', () =>
  onPage(browser, { url, viewport: { width: 360, height: 740 } }, async (page) => {
    const overflow =
      'document.querySelector(".ads-content").scrollWidth - document.querySelector(".ads-content").clientWidth'
    for (const query of ['show=cost', 'from=2026-06-01&to=2026-06-14']) {
      await page.goto(`${url}?${query}`)
      await page.locator('.u-over').waitFor()
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360)
      expect(await page.evaluate(overflow)).toBeLessThanOrEqual(0)
    }
    await page.goto(url)
    await page.locator('.day').first().click()
    await page.getByRole('heading', { name: /^\w+day, / }).waitFor()
    await until(
      'the panel is in sight',
      async () =>
        await page.locator('.picked-panel').evaluate((panel: Element) => panel.getBoundingClientRect().top),
      (top) => top < 600,
    )
    await page.setViewportSize({ width: 1280, height: 800 })
    await page.addStyleTag({ content: ':root { font-size: 200% !important }' })
    expect(await page.evaluate(overflow)).toBeLessThanOrEqual(0)
    await page.emulateMedia({ media: 'print' })
    expect(await page.evaluate('getComputedStyle(document.querySelector(".ads-content")).overflow')).toBe(
      'visible',
    )
    expect(await page.locator('.segmented').first().isVisible()).toBe(false)
  }),
)

journey('the text of the axes is as large on a screen of double density', () =>
  onPage(browser, { url, deviceScaleFactor: 2 }, async (page) => {
    await page.locator('.u-over').waitFor()
    const font = await page.evaluate(`document.querySelector('.u-wrap canvas').getContext('2d').font`)
    expect(Number.parseFloat(String(font))).toBeGreaterThanOrEqual(20)
  }),
)

const PICKED = '.day[aria-pressed="true"]'

async function toCalendar(person: Person): Promise<void> {
  await person.tabTo('button', A_DAY)
}

/** Goes back from the focused day: the simulated advertiser has no figures on a few dates. */
async function toDayWithFigures(person: Person): Promise<void> {
  do await person.press('ArrowLeft')
  while (await person.has('button', /: Empty$/))
}

const A_DAY = /^[A-Z][a-z]+day, [A-Z][a-z]+ \d/

/** From the choice that is taken to another one of the same group. */
async function choose(person: Person, taken: string, name: string, direction?: 'backward'): Promise<void> {
  await person.tabTo('radio', taken, direction)
  for (let tries = 0; tries < 4 && !(await person.has('radio', name)); tries++)
    await person.press('ArrowRight')
  await person.isAt('radio', name)
}

/** Of the day that is open, once its figures are there. */
async function conversions(person: Person): Promise<string> {
  const figures = await until(
    'the figures are there',
    () => person.texts('.picked-panel .figures > div'),
    (found) => found.some((each) => /^Conversions\d/.test(each)),
  )
  return figures.find((each) => /^Conversions\d/.test(each))?.slice('Conversions'.length) ?? ''
}

/** As the field of a browser in English takes it. */
function typedDate(date: string): string {
  const [year, month, day] = date.split('-')
  return `${month}${day}${year}`
}

async function focusedDate(person: Person): Promise<string> {
  return /data-date="([^"]+)"/.exec(await person.focused())?.[1] ?? ''
}

function sumOf(steps: readonly string[]): number {
  return steps.reduce((sum, step) => sum + Number(/(\d+)$/.exec(step)?.[1] ?? 0), 0)
}
