/** Other forms of a word: singular and plural, and the names of a unit. Which of them exist is for the vocabulary to say. */

const IRREGULAR: readonly (readonly [string, string])[] = [
  ['man', 'men'],
  ['woman', 'women'],
  ['child', 'children'],
  ['foot', 'feet'],
  ['tooth', 'teeth'],
  ['goose', 'geese'],
  ['mouse', 'mice'],
  ['person', 'people'],
]

const UNITS: readonly (readonly string[])[] = [
  ['in', 'inch', 'inches'],
  ['ft', 'foot', 'feet'],
  ['cm', 'centimeter', 'centimetre', 'centimeters', 'centimetres'],
  ['mm', 'millimeter', 'millimetre', 'millimeters', 'millimetres'],
  ['m', 'meter', 'metre', 'meters', 'metres'],
  ['ml', 'milliliter', 'millilitre', 'milliliters', 'millilitres'],
  ['l', 'liter', 'litre', 'liters', 'litres', 'ltr'],
  ['g', 'gram', 'grams', 'gr'],
  ['kg', 'kilogram', 'kilograms', 'kilo'],
  ['oz', 'ounce', 'ounces'],
  ['lb', 'lbs', 'pound', 'pounds'],
  ['pc', 'pcs', 'piece', 'pieces'],
  ['pk', 'pack', 'packs'],
  ['gb', 'gigabyte', 'gigabytes'],
  ['tb', 'terabyte', 'terabytes'],
  ['w', 'watt', 'watts'],
  ['v', 'volt', 'volts'],
]

/** The other names of a unit; none for another word. */
export function unitNames(word: string): readonly string[] {
  return UNITS.find((names) => names.includes(word))?.filter((name) => name !== word) ?? []
}

/** By the rules of English. */
export function numberForms(word: string): string[] {
  if (word.length < 3 || !/^[a-z]+$/.test(word)) return []
  const irregular = IRREGULAR.flatMap((pair) =>
    pair.includes(word) ? pair.filter((each) => each !== word) : [],
  )
  return [...new Set([...irregular, ...singulars(word), ...plurals(word)])].filter((form) => form !== word)
}

function singulars(word: string): string[] {
  if (word.length < 4 || !word.endsWith('s') || /(?:ss|us|is)$/.test(word)) return []
  const stem = word.slice(0, -1)
  if (word.endsWith('ies') && word.length > 4) return [`${word.slice(0, -3)}y`, stem]
  if (word.endsWith('ves')) return [`${word.slice(0, -3)}f`, `${word.slice(0, -3)}fe`, stem]
  if (/(?:s|x|z|ch|sh|o)es$/.test(word)) return [word.slice(0, -2), stem]
  return [stem]
}

function plurals(word: string): string[] {
  if (/[^aeiou]y$/.test(word)) return [`${word.slice(0, -1)}ies`]
  if (/(?:s|x|z|ch|sh)$/.test(word)) return [`${word}es`]
  if (/fe?$/.test(word) && !word.endsWith('ff')) return [`${word.replace(/fe?$/, '')}ves`, `${word}s`]
  return word.endsWith('o') ? [`${word}s`, `${word}es`] : [`${word}s`]
}

const MIN_STEM = 4
const ENDINGS = ['s', 'e', 'n', 'en', 'er'] as const

/** By the endings of other languages, which in English mostly make another word: German `lampe`, `lampen`. */
export function endingForms(word: string): string[] {
  if (word.length < MIN_STEM || !/^[a-z]+$/.test(word)) return []
  const longer = ENDINGS.map((ending) => `${word}${ending}`)
  const shorter = ENDINGS.flatMap((ending) =>
    word.endsWith(ending) && word.length - ending.length >= MIN_STEM ? [word.slice(0, -ending.length)] : [],
  )
  return [...longer, ...shorter]
}
