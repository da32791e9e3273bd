/** The products by the keyboard alone: from the address bar to every change that can be made of them, and back. */
import { describe, expect, test } from 'bun:test'
import { onPage, restOf } from '#client/testing/journey.testing.ts'
import { PATIENCE_MS, until, untilIs } from '#scripts/lab/harness/until.ts'
import { atKeyboard, type Person } from '#client/testing/person.testing.ts'
import { openShop, prices } from '#client/testing/shop.testing.ts'

const TEST_TIMEOUT_MS = 2 * PATIENCE_MS
const stage = openShop({ size: 60, database: 'PostgreSQL' })

const journey = (name: string, run: (person: Person) => Promise<void>, locale = 'en-US') =>
  test(
    name,
    () =>
      atKeyboard(
        stage.browser,
        { url: `${stage.shop.url}/products`, locale, permissions: ['clipboard-read', 'clipboard-write'] },
        async (person) => {
          await person.sees('Thing 12')
          await run(person)
        },
      ),
    TEST_TIMEOUT_MS,
  )

test(
  'the cursor and what is selected are seen where the system chooses the colours',
  () =>
    onPage(stage.browser, { url: `${stage.shop.url}/products`, forcedColors: 'active' }, async (page) => {
      await page.getByText('Thing 12').waitFor()
      for (const key of ['/', 'ArrowDown', 'Shift+ArrowDown']) await page.keyboard.press(key)
      await page.locator('td[data-selected]').nth(1).waitFor()
      const looks = await page.evaluate<
        string[]
      >(`['td[data-selected]:not([data-active])', 'td:not([data-selected])']
        .map((cell) => getComputedStyle(document.querySelector('.products ' + cell)).backgroundColor)`)
      expect(looks[0]).not.toBe(looks[1])
      const outline = 'getComputedStyle(document.querySelector("td[data-active]")).outlineWidth'
      expect(await page.evaluate<string>(outline)).toBe('2px')
    }),
  TEST_TIMEOUT_MS,
)

const untilPrices = (ids: number[], expected: string[]) => untilIs(() => prices(stage.shop, ids), expected)

describe('finding', () => {
  journey(
    'words are searched for as they are typed, what matched is marked, and one goes on to it',
    async (person) => {
      await person.press('/')
      await person.type('thing 31')
      await person.sees('1 found for “thing 31”')
      await untilIs(() => person.texts('mark'), ['Thing', '31'])
      await person.press('ArrowDown')
      await person.isAtCell(0, 'id')
      await person.press('/', 'Escape')
      await person.sees('60 products')
      await person.type('xyzzy')
      await person.sees('Nothing found for')
      await person.tabTo('button', 'Show all products')
      await person.press('Enter')
      await person.isAt('grid', 'Products')
    },
  )

  journey('each filter, a range of prices, and each order, also the reverse', async (person) => {
    await person.tabTo('radio', 'All')
    for (const [name, words] of [
      ['In stock', '60 products in stock'],
      ['Low', '10 products with low stock'],
      ['Out of stock', 'No such product'],
    ] as const) {
      await person.press('ArrowRight')
      await person.isAt('radio', name)
      await person.sees(words)
    }
    await person.press('ArrowRight')
    await person.isAt('radio', 'All')
    await person.tabTo('textbox', 'Price from')
    await person.type('7')
    await person.press('Enter')
    await person.sees('54 products')
    await person.isAt('textbox', 'Price from')
    await person.press('Tab')
    await person.type('9.5')
    await person.press('Enter')
    await person.sees('3 products')
    await person.press('ArrowDown')
    await person.isAtCell(0, 'id')
    await person.tabTo('button', 'Price')
    await person.press('Enter', 'Enter')
    await untilIs(() => person.texts('tr[data-row] .cell-sku'), ['T-9', 'T-8', 'T-7'])
    await person.isAt('button', 'Price')
    await person.tabTo('grid', 'Products', 'backward')
  })
})

/** To the price of a row, counted from 0. */
async function toPrice(person: Person, row: number): Promise<void> {
  await person.press('/', 'ArrowDown')
  await person.isAt('grid', 'Products')
  await person.press('Control+Home', 'ArrowRight', 'ArrowRight', 'ArrowRight')
  for (let steps = 0; steps < row; steps++) await person.press('ArrowDown')
  await person.isAtCell(row, 'price')
}

describe('the table as a spreadsheet', () => {
  journey('a cell is edited, typed over, left for the next one, and left as it was', async (person) => {
    await toPrice(person, 20)
    await person.press('Enter')
    await person.isAt('textbox', 'New price of Thing 21')
    await person.type('9.999')
    await person.press('Enter')
    await person.sees('At most 2 decimals')
    await person.press('Control+A')
    await person.type('9.5')
    await person.press('Tab')
    await person.isAt('textbox', 'New stock of Thing 21')
    await person.type('0')
    await person.press('Tab')
    await person.isAt('textbox', 'New price of Thing 22')
    await person.press('Shift+Tab')
    await person.isAt('textbox', 'New stock of Thing 21')
    await person.press('Escape')
    await person.isAtCell(20, 'stock_level')
    await until(
      'both cells are saved',
      () => restOf(stage.shop).get(21),
      ({ price, stock_level }) => price === '9.50' && stock_level === 0,
    )
    await person.type('77')
    await person.isAt('textbox', 'New stock of Thing 21')
    await person.press('Escape', 'PageDown', 'Control+End')
    await person.isAtCell(59, 'updated_at')
    expect((await restOf(stage.shop).get(21)).stock_level).toBe(0)
  })

  journey('cells are selected, copied, pasted, filled down, undone and done again', async (person) => {
    await toPrice(person, 0)
    await person.press('Shift+ArrowDown', 'Shift+ArrowDown')
    await person.sees('3 rows selected')
    await person.press('Control+C', 'Escape', 'ArrowDown', 'Control+V')
    await untilPrices([4, 5, 6, 7], ['1.00', '2.00', '3.00', '7.00'])
    await person.press('z')
    await untilPrices([4, 5, 6], ['4.00', '5.00', '6.00'])
    await person.press('Shift+Z')
    await untilPrices([4, 5, 6], ['1.00', '2.00', '3.00'])
    await person.tabTo('button', 'Undo')
    await person.press('Enter')
    await untilPrices([4, 5, 6], ['4.00', '5.00', '6.00'])
    await person.isAt('grid')

    await toPrice(person, 5)
    await person.press('Shift+ArrowDown', 'Shift+ArrowDown', 'Control+D')
    await untilPrices([6, 7, 8, 9], ['6.00', '6.00', '6.00', '9.00'])
  })

  journey(
    'numbers are read as the reader writes them',
    async (person) => {
      await toPrice(person, 50)
      await person.type('1.234,50')
      await person.press('Enter')
      await person.sees('1.234,50 $')
      await untilPrices([51], ['1234.50'])
      await person.press('ArrowUp', 'Enter', 'Enter')
      await person.isAtCell(49, 'price')
    },
    'de-DE',
  )

  journey(
    'also in digits of their own',
    async (person) => {
      await person.press('/', 'ArrowDown', 'End', 'ArrowLeft', 'ArrowLeft')
      for (let row = 0; row < 40; row++) await person.press('ArrowDown')
      await person.press('Enter')
      await person.type('١٬٢٣٤٫٥')
      await person.press('Enter')
      await untilPrices([41], ['1234.50'])
      await person.press('ArrowUp', 'Enter', 'Enter')
      await person.isAtCell(39, 'price')
      expect((await restOf(stage.shop).get(40)).version).toBe(1)
    },
    'ar-EG',
  )
})

describe('a conflict', () => {
  /** Types over a price that somebody else changes meanwhile. */
  async function collide(person: Person, row: number, theirs: string): Promise<void> {
    await toPrice(person, row)
    await person.type('29')
    await restOf(stage.shop).patch(row + 1, { price: theirs })
    await person.sees('Saving will ask which one stays')
    await person.press('Enter')
    await person.isAt('dialog', /changed while you were editing$/)
  }

  journey('is decided later, and then for mine', async (person) => {
    await collide(person, 30, '131.00')
    await person.press('Escape')
    await person.isAtCell(30, 'price')
    await person.sees('conflict')
    expect((await restOf(stage.shop).get(31)).price).toBe('131.00')
    await person.press('Enter')
    await person.isAt('dialog')
    // What was meant for the table chooses nothing.
    await person.press('Enter')
    await person.isAt('dialog')
    await person.tabTo('button', 'Use mine, $29.00')
    await person.press('Enter')
    await untilPrices([31], ['29.00'])
    await person.isAtCell(30, 'price')
    await person.isAt('grid')
  })

  journey('is decided for theirs', async (person) => {
    await collide(person, 31, '135.00')
    await person.tabTo('button', 'Keep theirs, $135.00')
    await person.press('Enter')
    await person.isAt('grid')
    await person.sees('$135.00')
    expect((await restOf(stage.shop).get(32)).price).toBe('135.00')
  })
})

describe('the way around', () => {
  journey('is by links and by keys, and the shortcuts are listed', async (person) => {
    await person.press('Tab')
    await person.isAt('link', 'Skip to the content')
    await person.press('Enter')
    await person.tabTo('searchbox', 'Search products by name or SKU')
    await person.press('Escape', 'Shift+Tab')
    await person.tabTo('link', 'Products', 'backward')
    await person.tabTo('button', 'Shortcuts')
    await person.press('Enter')
    await person.isAt('button', 'Close')
    await person.sees('Keyboard shortcuts')
    await person.press('Escape')
    await person.isAt('button', 'Shortcuts')
    await person.press('?')
    await person.isAt('button', 'Close')
    await person.press('Enter')
    await person.isAt('button', 'Shortcuts')

    await person.press('g', 'o')
    await person.isAt('heading', 'Out-of-stock spend')
    await person.press('g', 'a')
    await person.isAt('heading', 'Ads')
    await person.press('g', 'p')
    await person.isAt('grid', 'Products')
    await person.press('Control+End')
    await person.isAtCell(59, 'updated_at')
  })

  journey('goes on where a row is deleted in which one was typing', async (person) => {
    await toPrice(person, 45)
    await person.press('Enter')
    await restOf(stage.shop).remove(46)
    await person.sees('Deleted')
    await person.press('Escape')
    await person.isAt('grid')
  })

  journey('survives a server that goes away, and what was not saved is tried again', async (person) => {
    await toPrice(person, 12)
    await stage.shop.stop()
    await person.type('13.5')
    await person.press('Enter')
    await person.sees('was not saved')
    await person.sees('The server does not answer.')
    await person.isAt('grid')
    await stage.shop.start()
    await person.seesNo('The server does not answer.')
    await person.tabTo('button', 'Try $13.50 again')
    await person.press('Enter')
    await untilPrices([13], ['13.50'])
    await person.isAt('grid')
  })
})
