import { expect, test } from 'bun:test'
import { highlight } from './highlight.ts'

const marked = (name: string, query: string) =>
  highlight(name, query)
    .map(({ text, marked: isMarked }) => (isMarked ? `[${text}]` : text))
    .join('')

test('whole words are marked wherever they are, the last one also as a beginning', () => {
  expect(marked('Leather Belt, Brown', 'brown belt')).toBe('Leather [Belt], [Brown]')
  expect(marked('Leather Belt, Brown', 'leather be')).toBe('[Leather] [Be]lt, Brown')
})

test('only the last word is a beginning', () => {
  expect(marked('Leather Belt', 'lea belt')).toBe('Leather [Belt]')
})

test('accents and case do not count, and the name stays as it is written', () => {
  expect(marked('Café Rosé', 'CAFE ros')).toBe('[Café] [Ros]é')
  expect(marked('Cafe\u0301 au lait', 'café')).toBe('[Cafe\u0301] au lait')
})

test('without words nothing is marked', () => {
  expect(highlight('Belt', ' - ')).toEqual([{ text: 'Belt', marked: false }])
})
