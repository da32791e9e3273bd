import { expect, test } from 'bun:test'
import { wordsOf } from './words.ts'

test.each([
  ['Leather Belt, 3cm "brass"', ['leather', 'belt', '3cm', 'brass']],
  ['Crème BRÛLÉE', ['creme', 'brulee']],
  ['Straße STRASSE', ['strasse', 'strasse']],
  ['ΟΔΟΣ οδός', ['οδοσ', 'οδοσ']],
  ['ﬁne ½', ['fine', '1', '2']],
  ['हिन्दी', ['हिन्दी']],
  ['مرحبا بالعالم', ['مرحبا', 'بالعالم']],
  ['"* AND -- 🎉', ['and']],
  ['🎉 ;', []],
  ['a\uD800b', ['a', 'b']],
])('%p has the words %p', (text, words) => {
  expect(wordsOf(text)).toEqual(words)
})

test('a word is cut where no real one ends', () => {
  expect(wordsOf('x'.repeat(5000))).toEqual(['x'.repeat(100)])
})
