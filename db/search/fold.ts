/** A text as it is compared: case, accents and the ways to write the same letter make no difference. */

/** Latin letters with a stroke, a tail or a ligature, which Unicode does not take apart. */
const LETTERS: Readonly<Record<string, string>> = {
  ł: 'l',
  đ: 'd',
  ð: 'd',
  ø: 'o',
  ı: 'i',
  ħ: 'h',
  ŧ: 't',
  æ: 'ae',
  œ: 'oe',
  þ: 'th',
  ŋ: 'n',
  ς: 'σ',
  // Arabic and Persian letters that keyboards exchange.
  ٱ: 'ا',
  ى: 'ي',
  ی: 'ي',
  ې: 'ي',
  ک: 'ك',
  ة: 'ه',
  ۀ: 'ه',
  ہ: 'ه',
}
const SPECIAL = new RegExp(`[${Object.keys(LETTERS).join('')}]`, 'gu')

/** Latin, Greek and Cyrillic accents, Hebrew points, Arabic vowel signs with tatweel. */
const MARKS =
  /[\u0300-\u036F]|[\u0591-\u05BD\u05BF\u05C1\u05C2\u05C4\u05C5\u05C7]|[\u0610-\u061A\u064B-\u065F\u0670\u06D6-\u06DC\u06DF-\u06E8\u06EA-\u06ED]|\u0640/g

const ASCII = /^[\x20-\x7E]*$/

export function fold(text: string): string {
  return ASCII.test(text) ? text.toLowerCase() : foldLetters(text)
}

function foldLetters(text: string): string {
  const plain = text
    .toWellFormed()
    .replaceAll(/[\p{Cf}™®©]/gu, '')
    .replaceAll(/[゛゜]/g, (mark) => (mark === '゛' ? '\u3099' : '\u309A'))
    .normalize('NFKD')
    .replaceAll(MARKS, '')
  // By way of upper case, as Unicode folds: ß becomes ss, and every sigma the same one.
  return plain
    .toUpperCase()
    .toLowerCase()
    .replaceAll(MARKS, '')
    .replaceAll(SPECIAL, (letter) => LETTERS[letter] ?? letter)
    .replaceAll(/[\u0660-\u0669\u06F0-\u06F9]/g, (digit) => String((digit.codePointAt(0) ?? 0) & 15))
    .normalize('NFC')
    .replaceAll(/[\u30A1-\u30F6]/g, (kana) => String.fromCodePoint((kana.codePointAt(0) ?? 0) - 0x60))
}
