import { describe, expect, test } from 'bun:test'
import { assert, array, asyncProperty, constantFrom, integer, string } from 'fast-check'
import { stringify } from 'csv-stringify/sync'
import { recordsOf } from './records.ts'

async function* inParts(text: string, size: number) {
  for (let at = 0; at < text.length; at += size) yield { text: text.slice(at, at + size), damaged: false }
}

async function read(text: string, { width = 3, size = text.length || 1, delimiter = ',' } = {}) {
  const options = { delimiter, charset: 'utf-8', width: () => width } as const
  return await Array.fromAsync(recordsOf(inParts(text, size), options))
}

test('what is written as CSV is read as it was, wherever its parts are cut', async () => {
  const cell = string({ unit: constantFrom('a', '"', ',', ';', '\n', '\r', ' ', 'ß', '€'), maxLength: 5 })
  const rows = array(array(cell, { minLength: 3, maxLength: 3 }), { minLength: 1, maxLength: 6 })
  const files = rows.filter((all) => all.every((row) => row.some((each) => each.trim() !== '')))
  await assert(
    asyncProperty(
      files,
      integer({ min: 1, max: 7 }),
      constantFrom('\n', '\r\n'),
      async (all, size, record_delimiter) => {
        const text = stringify(all, { record_delimiter, quoted_match: /[\r\n"]/ })
        const records = await read(text, { size })
        expect(records.map(({ cells, damage }) => damage ?? cells)).toEqual(all)
      },
    ),
  )
})

test('lines are counted as an editor counts them', async () => {
  const records = await read('a,b,c\r\n"x\ny",1,2\n\n,,\rlast,1,2', { size: 2 })
  expect(records.map(({ line, cells }) => [line, cells[0]])).toEqual([
    [1, 'a'],
    [2, 'x\ny'],
    [6, 'last'],
  ])
})

describe('a damaged line costs itself alone, and is named where its quote is', () => {
  const GOOD = 'ok,good,1'
  const DAMAGED: [line: string, column: number][] = [
    ['a,5" pipe,3', 4],
    ['"6 Pack,1,2', 1],
    ['a,"6 Pack,2', 3],
    ['a,b,"c', 5],
    ['a,"b"c,3', 3],
    ['a,b,"c"d', 5],
    ['"a" ,b,c', 1],
    ['a,b,c"', 6],
    ['a,""b,c', 3],
  ]
  for (const [damaged, column] of DAMAGED) {
    test(damaged, async () => {
      for (const size of [1, 5, 1000]) {
        const text = [GOOD, damaged, '"quoted",good,2', GOOD].join('\n')
        const records = await read(text, { size })
        expect(records.filter(({ damage }) => damage === undefined)).toHaveLength(3)
        const [bad] = records.filter(({ damage }) => damage !== undefined)
        expect(bad).toMatchObject({ line: 2, cells: [damaged] })
        expect(bad?.damage).toStartWith(`column ${column}: the quote here`)
      }
    })
  }

  test('a quote that no other one follows for a whole file', async () => {
    const text = `a,"never closed,1\n${'ok,good,1\n'.repeat(20_000)}`
    const records = await read(text, { size: 4_096 })
    expect(records.filter(({ damage }) => damage !== undefined).map(({ line }) => line)).toEqual([1])
    expect(records).toHaveLength(20_001)
  })
})

test.each([
  ['without a delimiter', 'x'.repeat(200_000)],
  ['of cells', 'x,'.repeat(100_000)],
  ['of quotes', '"'.repeat(200_000)],
  ['with a quote inside', `a,b"${'x'.repeat(200_000)}`],
])('a line that is too long, %s, costs itself alone, wherever its parts are cut', async (_, line) => {
  for (const lineBreak of ['\n', '\r\n', '\r'])
    for (const size of [4_099, 65_536, 99_999, 1_000_000]) {
      const records = await read(['a,b,c', line, 'd,e,f'].join(lineBreak), { size })
      const [bad] = records.filter(({ damage }) => damage !== undefined)
      expect(records.map((record) => record.line)).toEqual([1, 2, 3])
      expect(records.at(-1)?.cells).toEqual(['d', 'e', 'f'])
      expect(bad?.cells.join('').length).toBeLessThan(70_000)
    }
})
