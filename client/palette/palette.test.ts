import { expect, test } from 'bun:test'
import { openShop } from '#client/testing/shop.testing.ts'
import { atKeyboard } from '#client/testing/person.testing.ts'
import { PATIENCE_MS, untilIs } from '#scripts/lab/harness/until.ts'

const TEST_TIMEOUT_MS = 2 * PATIENCE_MS
const stage = openShop({ size: 12, database: 'SQLite' })

test(
  'Ctrl+K finds products by name and SKU, dates, places and actions, from anywhere',
  () =>
    atKeyboard(stage.browser, { url: `${stage.shop.url}/ads` }, async (person) => {
      // Before the page is there, its keys mean nothing.
      await person.sees('Today', 'nav')
      await person.press('Control+k')
      await person.isAt('combobox')
      expect(await person.violations()).toEqual([])
      await person.type('t-7')
      await person.sees('Thing 7', '.palette-list')
      await person.press('Enter')
      await untilIs(() => person.address().pathname, '/products/7')

      await person.press('Control+k')
      await person.type('october 2025')
      await person.sees('Oct 31, 2025', '.palette-list')
      await person.press('Enter')
      await untilIs(() => person.address().search, '?from=2025-10-01&to=2025-10-31')

      await person.press('Control+k')
      await person.type('import')
      await person.press('ArrowUp', 'Enter')
      await person.isAt('button', 'CSV file')
      await person.press('Escape')

      await person.press('Control+k')
      await person.type('out of')
      await person.press('Enter')
      await untilIs(() => person.address().pathname, '/out-of-stock-spend')
      await person.press('Control+k')
      await person.type('xyzzy')
      await person.sees('Nothing is called so.')
      await person.press('Escape')
      await person.isAt('heading')
    }),
  TEST_TIMEOUT_MS,
)
