/** Two people at the same products. */
import { describe, expect, test } from 'bun:test'
import type { Page } from 'playwright-core'
import { editPrice, onPage, restOf, rowOf } from '#client/testing/journey.testing.ts'
import { PATIENCE_MS, untilIs } from '#scripts/lab/harness/until.ts'
import { openShop } from '#client/testing/shop.testing.ts'

const TEST_TIMEOUT_MS = 2 * PATIENCE_MS

describe.each(['SQLite', 'PostgreSQL'] as const)('on %s', (database) => {
  const stage = openShop({ size: 60, database })

  /** Each in a browser context of their own. */
  const sideBySide = (journey: (one: Page, other: Page) => Promise<void>) =>
    onPage(stage.browser, { url: `${stage.shop.url}/products` }, (one) =>
      onPage(stage.browser, { url: `${stage.shop.url}/products`, colorScheme: 'dark' }, async (other) => {
        for (const page of [one, other]) await rowOf(page, 'T-20').waitFor()
        await journey(one, other)
      }),
    )

  test(
    'what one changes the other sees, without anything moving',
    () =>
      sideBySide(async (one, other) => {
        await one.getByRole('button', { name: 'Price' }).click()
        await rowOf(one, 'T-3').waitFor()
        await editPrice(rowOf(other, 'T-3'), '55.5')
        await rowOf(one, 'T-3').getByText('$55.50').waitFor()
        expect(await rowOf(one, 'T-3').getAttribute('data-row')).toBe('2')
      }),
    TEST_TIMEOUT_MS,
  )

  test(
    'a cell that one is editing says what the other wrote there, and saving asks',
    () =>
      sideBySide(async (one, other) => {
        await rowOf(one, 'T-5').locator('.cell-price').dblclick()
        await one.keyboard.type('50')
        await editPrice(rowOf(other, 'T-5'), '51')
        await one.getByText('Changed to $51.00 just now').waitFor()
        await one.keyboard.press('Enter')
        const dialog = one.getByRole('dialog')
        await dialog.getByRole('button', { name: 'Keep theirs, $51.00' }).waitFor()
        expect((await restOf(stage.shop).get(5)).price).toBe('51.00')
        await dialog.getByRole('button', { name: 'Use mine, $50.00' }).click()
        await rowOf(other, 'T-5').getByText('$50.00').waitFor()
      }),
    TEST_TIMEOUT_MS,
  )

  test(
    'what is undone does not overwrite what the other made of it',
    () =>
      sideBySide(async (one, other) => {
        await editPrice(rowOf(one, 'T-6'), '60')
        await rowOf(other, 'T-6').getByText('$60.00').waitFor()
        await editPrice(rowOf(other, 'T-6'), '61')
        await rowOf(one, 'T-6').getByText('$61.00').waitFor()
        await one.keyboard.press('z')
        const dialog = one.getByRole('dialog')
        await dialog.getByRole('button', { name: 'Keep theirs, $61.00' }).click()
        await dialog.waitFor({ state: 'detached' })
        expect((await restOf(stage.shop).get(6)).price).toBe('61.00')
      }),
    TEST_TIMEOUT_MS,
  )

  test(
    'new ones are offered, deleted ones stay and say so',
    () =>
      onPage(stage.browser, { url: `${stage.shop.url}/products` }, async (page) => {
        const { create, remove } = restOf(stage.shop)
        await rowOf(page, 'T-20').waitFor()
        await create({ name: 'Just invented', price: '1.00', stock_level: 1 })
        await page.getByRole('button', { name: '1 new product · show' }).waitFor()
        await remove(9)
        await rowOf(page, 'T-9').getByText('Deleted').waitFor()
        await page.getByRole('button', { name: 'new product · show' }).click()
        await rowOf(page, 'T-9').waitFor({ state: 'detached' })
        await page.getByText('60 products').waitFor()
      }),
    TEST_TIMEOUT_MS,
  )

  test(
    'what happened while the server was away is there when it is back',
    () =>
      onPage(stage.browser, { url: `${stage.shop.url}/products` }, async (page) => {
        await rowOf(page, 'T-11').waitFor()
        await stage.shop.stop()
        await page.getByText('The server does not answer.').waitFor()
        await stage.shop.start()
        await restOf(stage.shop).patch(11, { price: '111.00' })
        await rowOf(page, 'T-11').getByText('$111.00').waitFor()
        await untilIs(() => page.getByText('The server does not answer.').count(), 0)
      }),
    TEST_TIMEOUT_MS,
  )
})
