/** What is asked for: each word in all the forms that some name has. */
import type { WordQuery } from '#db/search/word-query.ts'
import { endingForms, numberForms, unitNames } from '#db/search/forms.ts'
import { isShort } from '#db/search/typos.ts'
import { isUnspaced, wordsOf } from '#db/search/words.ts'
import { codeKey } from '#db/search/code.ts'

/** More words than this narrow nothing down any further, and every one costs. */
const MAX_WORDS = 32
const MAX_JOINED = 3
/** No SKU is longer. */
const MAX_CODE_LENGTH = 64
/** Words that say nothing of a product; they count only where nothing else is asked for. */
const FILLERS = new Set(['and', 'the', 'of', 'for', 'with', 'a', 'an'])

/** `number`: singular for plural and the like, which is as good as the word itself in a better place. */
export const LEVELS = ['exact', 'number', 'prefix', 'fuzzy'] as const
export type Level = (typeof LEVELS)[number]

export interface Form {
  level: Level
  /** From 0 to 1: how much of the word that was asked for it is. */
  quality: number
  /** As it is read in a name, in one piece or in several. */
  texts: readonly string[]
  query: WordQuery
  /** The word that was meant, where this is another one. */
  correction?: string
  /** Any longer word will do. */
  isBeginning?: boolean
}

/** One word or several that may be written together. */
export interface Unit {
  /** Places of its words. */
  slots: readonly number[]
  joined: readonly Form[]
}

export interface Question {
  /** As it was typed. */
  text: string
  words: readonly string[]
  /** Of each word. */
  forms: readonly (readonly Form[])[]
  units: readonly Unit[]
  /** The whole of it as a code, first as it is; digits also with the letters that codes begin with. */
  codes: readonly string[]
}

export interface KnownWords {
  known: (words: Iterable<string>) => Promise<Set<string>>
  /** Undefined when they are very many. */
  withPrefix: (prefix: string) => Promise<string[] | undefined>
  corrections: (word: string) => Promise<string[]>
  codeHeads: () => Promise<string[]>
}

export async function understand(text: string, vocabulary: KnownWords): Promise<Question> {
  const all = [...new Set(wordsOf(text))].slice(0, MAX_WORDS)
  const telling = all.filter((word) => !FILLERS.has(word))
  const words = telling.length > 0 ? telling : all
  const known = await vocabulary.known(candidates(words))
  const forms = await Promise.all(
    words.map(async (word, slot) => [
      ...formsOf(word, known),
      ...(slot === words.length - 1 ? await beginnings(word, vocabulary) : []),
      ...(isShort(word) && known.has(word) ? [] : await vocabulary.corrections(word)).map((other, place) =>
        typo(word, { other, place }),
      ),
    ]),
  )
  return {
    text: text.toWellFormed().replaceAll('\0', '').trim(),
    words,
    forms,
    units: unitsOf(words, known),
    codes: await codesIn(text, vocabulary),
  }
}

async function codesIn(text: string, vocabulary: KnownWords): Promise<string[]> {
  const code = codeKey(text)
  if (!/[\p{L}\p{N}]/u.test(code) || code.length > MAX_CODE_LENGTH) return []
  const heads = /^\d/.test(code) ? await vocabulary.codeHeads() : []
  return [code, ...heads.map((head) => head + code)]
}

/** @returns undefined when no name can have all of it at this level */
export function queryFor(question: Question, level: Level): WordQuery | undefined {
  const all = question.units.map((unit) => unitQuery(question, unit, level))
  return all.length > 0 && all.every((query) => query !== undefined) ? { all } : undefined
}

export function unitQuery({ forms }: Question, { slots, joined }: Unit, level: Level): WordQuery | undefined {
  const parts = slots.map((slot) => anyOf(forms[slot] ?? [], level))
  const apart = parts.every((part) => part !== undefined) ? { all: parts } : undefined
  const together = anyOf(joined, level)
  return apart && together ? { any: [apart, together] } : (apart ?? together)
}

function anyOf(forms: readonly Form[], level: Level): WordQuery | undefined {
  const any = forms
    .filter((form) => LEVELS.indexOf(form.level) <= LEVELS.indexOf(level))
    .map(({ query }) => query)
  return any.length > 0 ? { any } : undefined
}

/** Every word whose being known decides about a form. */
function candidates(words: readonly string[]): Set<string> {
  const all = words.flatMap((word) => [
    word,
    ...numberForms(word),
    ...unitNames(word),
    ...endingForms(word),
    ...splits(word).flat(2),
  ])
  for (const { together } of neighbours(words)) all.push(...together)
  return new Set(all)
}

function formsOf(word: string, known: ReadonlySet<string>): Form[] {
  const asOne = (others: readonly string[], level: Level, quality: number): Form[] =>
    others
      .filter((other) => known.has(other))
      .map((other) => ({ level, quality, texts: [other], query: { word: other } }))
  return [
    ...asOne([word], 'exact', 1),
    ...splits(word).flatMap((parts) => inParts(parts, known)),
    ...asOne(numberForms(word), 'number', 0.9),
    ...asOne(unitNames(word), 'number', 0.9),
    ...asOne(endingForms(word), 'fuzzy', 0.7),
    ...(isUnspaced(word) && Array.from(word).length === 1 ? [beginning(word)] : []),
  ]
}

async function beginnings(word: string, vocabulary: KnownWords): Promise<Form[]> {
  const longer = await vocabulary.withPrefix(word)
  if (longer === undefined) return [beginning(word)]
  return longer
    .filter((other) => other !== word)
    .map((other) => ({
      level: 'prefix',
      quality: 0.6 + (0.3 * word.length) / other.length,
      texts: [other],
      query: { word: other },
    }))
}

function beginning(word: string): Form {
  return { level: 'prefix', quality: 0.7, texts: [word], query: { word, prefix: true }, isBeginning: true }
}

/** @param place among the corrections, of which the nearest comes first */
function typo(word: string, { other, place }: { other: string; place: number }): Form {
  const sameStart = word[0] === other[0] ? 0.1 : 0
  return {
    level: 'fuzzy',
    quality: 0.5 + sameStart - 0.01 * place,
    texts: [other],
    query: { word: other },
    correction: other,
  }
}

/** The parts of a word that may be written with a space, each with its other names. */
function splits(word: string): string[][][] {
  const runs = word.match(/\d+|[^\d]+/gu) ?? []
  if (runs.length > 1) return runs.length > MAX_JOINED ? [] : [runs.map((run) => [run, ...unitNames(run)])]
  if (word.length < 5 || !/^[a-z]+$/.test(word)) return []
  return Array.from({ length: word.length - 3 }, (_, at) => [[word.slice(0, at + 1)], [word.slice(at + 1)]])
}

function inParts(parts: readonly (readonly string[])[], known: ReadonlySet<string>): Form[] {
  const each = parts.map((names) => names.filter((name) => known.has(name)))
  if (each.some((names) => names.length === 0)) return []
  const hasNumber = parts.some(([name = '']) => /\d/.test(name))
  return [
    {
      level: hasNumber ? 'exact' : 'fuzzy',
      quality: hasNumber ? 0.97 : 0.9,
      texts: each.reduce<string[]>(
        (texts, names) => texts.flatMap((text) => names.map((name) => text + name)),
        [''],
      ),
      query: { all: each.map((names) => ({ any: names.map((word) => ({ word })) })) },
    },
  ]
}

interface Neighbours {
  slots: number[]
  /** What they make together, the last one in its other forms too. */
  together: string[]
}

/** The longest first. */
function neighbours(words: readonly string[]): Neighbours[] {
  const all: Neighbours[] = []
  for (let length = MAX_JOINED; length > 1; length -= 1)
    for (let start = 0; start + length <= words.length; start += 1) {
      const slots = Array.from({ length }, (_, offset) => start + offset)
      const some = words.slice(start, start + length)
      if (some.some(isUnspaced)) continue
      const last = some.at(-1) ?? ''
      const first = some.slice(0, -1).join('')
      all.push({
        slots,
        together: [last, ...unitNames(last), ...numberForms(last)].map((each) => first + each),
      })
    }
  return all
}

function unitsOf(words: readonly string[], known: ReadonlySet<string>): Unit[] {
  const taken = new Set<number>()
  const units: Unit[] = []
  for (const { slots, together } of neighbours(words)) {
    if (slots.some((slot) => taken.has(slot))) continue
    const found = together.filter((word) => known.has(word))
    if (found.length === 0) continue
    for (const slot of slots) taken.add(slot)
    units.push({
      slots,
      joined: found.map((word) => ({ level: 'exact', quality: 0.97, texts: [word], query: { word } })),
    })
  }
  const alone = words.flatMap((_, slot) => (taken.has(slot) ? [] : [{ slots: [slot], joined: [] }]))
  return [...units, ...alone]
}
