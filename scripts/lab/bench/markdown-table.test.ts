import { expect, test } from 'bun:test'
import { markdownTable } from './markdown-table.ts'

test('columns are as wide as their widest cell, figures stand on the right', () => {
  const table = markdownTable(
    ['', 'requests/s'],
    [
      ['ours', '21,462'],
      ['a peer of a long name', '7'],
    ],
  )
  expect(table.split('\n')).toEqual([
    '|                       | requests/s |',
    '| --------------------- | ---------: |',
    '| ours                  |     21,462 |',
    '| a peer of a long name |          7 |',
  ])
})

test('a row that lacks cells has empty ones', () => {
  expect(
    markdownTable(['size', 'a', 'b'], [['1 k', '5']])
      .split('\n')
      .at(-1),
  ).toBe('| 1 k  |   5 |     |')
})
