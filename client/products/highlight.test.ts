import { expect, test } from 'bun:test'
import { markOfCode, partsOf } from './highlight.ts'

const shown = (text: string, marks: readonly [number, number][]) =>
  partsOf(text, marks)
    .map(({ text: part, marked }) => (marked ? `[${part}]` : part))
    .join('')

test('a name is shown whole, in parts', () => {
  expect(
    shown('Leather Belt, Brown', [
      [8, 12],
      [14, 19],
    ]),
  ).toBe('Leather [Belt], [Brown]')
  expect(shown('苹果手机壳', [[2, 5]])).toBe('苹果[手机壳]')
  expect(shown('Belt', [])).toBe('Belt')
  expect(shown('', [])).toBe('')
})

test.each([
  ['AS-00008', 'as0', '[AS-0]0008'],
  ['AS-00008', '00008', 'AS-[00008]'],
  ['AS-00008', 'AS-00008', '[AS-00008]'],
  ['AS-00008', '8', 'AS-00008'],
  ['AS-00008', 'belt', 'AS-00008'],
  ['AS-00008', '-', 'AS-00008'],
])('of the SKU %s, %s is %s', (sku, query, marked) => {
  const mark = markOfCode(sku, query)
  expect(shown(sku, mark ? [mark] : [])).toBe(marked)
})
