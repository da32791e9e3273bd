/** How well a name is what was asked for: one function for both databases, of nothing but the name and the question. */
import { readWords } from '#db/search/columns.ts'
import { PART_END } from '#db/search/words.ts'
import { LEVELS, type Form, type Level, type Question } from './question.ts'

/** What of the score is due to what; together 1. */
const SHARES = { form: 0.25, nearness: 0.25, place: 0.15, head: 0.25, length: 0.1 }
/** Words that begin what a name tells besides. */
const SIDELINES = new Set([
  'with',
  'for',
  'of',
  'and',
  'in',
  'by',
  'to',
  'mit',
  'fur',
  'avec',
  'pour',
  'con',
  'para',
])
/** What follows the name of a thing and makes something that goes with it: a bottle's label is no bottle. */
const ACCESSORIES = new Set(
  (
    'adapter bag band cable cap case charger cleaner clip cover decal doll glue holder hook kit label mold mount ' +
    'organizer pad patch patches pouch rack refill replacement sticker strap supplies tape tip topper toy tray'
  ).split(' '),
)
const MAX_ANCHORS = 24
const MAX_PIECES = 3

export interface Scored {
  /** Undefined when some word is not found at all. */
  level: Level | undefined
  /** From 0 to 1. */
  quality: number
  /** Places of the words that were found, in the question. */
  found: ReadonlySet<number>
}

interface Sense {
  form: Form
  /** Places of the words it stands for. */
  slots: readonly number[]
}

interface Occurrence extends Sense {
  /** Of its first word in the name. */
  at: number
  /** How many words of the name it is. */
  length: number
}

/** What to look for in a name, prepared once for a question. */
export interface Lens {
  question: Question
  senses: ReadonlyMap<string, readonly Sense[]>
  beginnings: readonly Sense[]
}

export function lensFor(question: Question): Lens {
  const all: Sense[] = [
    ...question.forms.flatMap((forms, slot) => forms.map((form) => ({ form, slots: [slot] }))),
    ...question.units.flatMap(({ slots, joined }) => joined.map((form) => ({ form, slots }))),
  ]
  const senses = new Map<string, Sense[]>()
  for (const sense of all)
    for (const text of sense.form.texts) senses.set(text, [...(senses.get(text) ?? []), sense])
  return { question, senses, beginnings: all.filter(({ form }) => form.isBeginning) }
}

const NO_SENSES: readonly Sense[] = []

export function sensesOf({ senses, beginnings }: Lens, text: string): readonly Sense[] {
  const direct = senses.get(text) ?? NO_SENSES
  if (beginnings.length === 0) return direct
  return [...direct, ...beginnings.filter(({ form }) => form.texts.some((start) => text.startsWith(start)))]
}

/** @param column `products.words` */
export function score(lens: Lens, column: string): Scored {
  const { question } = lens
  const { inOrder, others } = readWords(column)
  const occurrences = occurrencesIn(lens, inOrder)
  const levels = levelsOf(lens, occurrences, others)
  const found = new Set(levels.flatMap((level, slot) => (level === undefined ? [] : [slot])))
  const words = inOrder.filter((word) => word !== PART_END).length
  const best = bestArrangement(lens, occurrences, inOrder)
  const isWhole = best.isPhrase && best.form === 1 && words === question.words.length && found.size === words
  const quality = isWhole
    ? 1
    : 0.98 *
      (SHARES.form * best.form +
        SHARES.nearness * best.nearness +
        SHARES.place * best.place +
        SHARES.head * best.head +
        SHARES.length / (1 + Math.max(0, words - question.words.length) / 12))
  return { level: levels.includes(undefined) ? undefined : worst(levels), quality, found }
}

function occurrencesIn(lens: Lens, inOrder: readonly string[]): Occurrence[] {
  const all: Occurrence[] = []
  for (let at = 0; at < inOrder.length; at += 1) {
    let text = ''
    for (let length = 1; length <= MAX_PIECES; length += 1) {
      const word = inOrder[at + length - 1]
      if (word === undefined || word === PART_END) break
      text += word
      for (const sense of sensesOf(lens, text)) {
        if (length === 1 || !sense.form.isBeginning) all.push({ ...sense, at, length })
      }
    }
  }
  return all
}

/** The best one of each word. */
function levelsOf({ question, senses }: Lens, occurrences: readonly Occurrence[], others: Set<string>) {
  const levels: (Level | undefined)[] = question.words.map(() => undefined)
  const take = ({ form, slots }: Sense) => {
    for (const slot of slots) levels[slot] = better(levels[slot], form.level)
  }
  for (const occurrence of occurrences) take(occurrence)
  for (const other of others) for (const sense of senses.get(other) ?? []) take(sense)
  return levels
}

function better(a: Level | undefined, b: Level): Level {
  return a !== undefined && LEVELS.indexOf(a) <= LEVELS.indexOf(b) ? a : b
}

function worst(levels: readonly (Level | undefined)[]): Level {
  return LEVELS[Math.max(0, ...levels.map((level) => (level ? LEVELS.indexOf(level) : 0)))] ?? 'exact'
}

interface Arrangement {
  form: number
  nearness: number
  place: number
  head: number
  isPhrase: boolean
}

const NOTHING: Arrangement = { form: 0, nearness: 0, place: 0, head: 0, isPhrase: false }

function bestArrangement(
  lens: Lens,
  occurrences: readonly Occurrence[],
  inOrder: readonly string[],
): Arrangement {
  const count = lens.question.words.length
  const value = (each: Arrangement) =>
    SHARES.form * each.form +
    SHARES.nearness * each.nearness +
    SHARES.place * each.place +
    SHARES.head * each.head
  let best = NOTHING
  for (const anchor of occurrences.slice(0, MAX_ANCHORS)) {
    const arrangement = around(anchor, { occurrences, inOrder, count })
    if (value(arrangement) > value(best)) best = arrangement
  }
  return best
}

interface Surroundings {
  occurrences: readonly Occurrence[]
  inOrder: readonly string[]
  /** Of the words asked for. */
  count: number
}

/** Each other word where it stands nearest to its place behind or before the anchor. */
function around(anchor: Occurrence, { occurrences, inOrder, count }: Surroundings): Arrangement {
  const chosen = new Map<number, Occurrence>(anchor.slots.map((slot) => [slot, anchor]))
  let distance = 0
  for (let slot = 0; slot < count; slot += 1) {
    if (chosen.has(slot)) continue
    const wanted = anchor.at + slot - (anchor.slots[0] ?? 0)
    const cost = (each: Occurrence) => Math.abs(each.at - wanted) + 2 * (1 - each.form.quality)
    let nearest: Occurrence | undefined
    for (const each of occurrences)
      if (each.slots.includes(slot) && (nearest === undefined || cost(each) < cost(nearest))) nearest = each
    if (nearest === undefined) continue
    distance += Math.min(10, Math.abs(nearest.at - wanted))
    for (const each of nearest.slots) if (!chosen.has(each)) chosen.set(each, nearest)
  }
  const used = [...new Set(chosen.values())]
  const first = Math.min(...used.map(({ at }) => at))
  const last = used.reduce((a, b) => (b.at + b.length > a.at + a.length ? b : a))
  return {
    form: [...chosen.values()].reduce((sum, { form }) => sum + form.quality, 0) / count,
    nearness: chosen.size / count / (1 + distance / Math.max(1, count - 1) / 2),
    place: 1 / (1 + first / 6),
    head: headOf(inOrder, { first, end: last.at + last.length }),
    isPhrase: distance === 0 && chosen.size === count,
  }
}

/** In the name's first part, what stands last names the thing; what follows it makes another thing of it. */
function headOf(inOrder: readonly string[], { first, end }: { first: number; end: number }): number {
  const next = inOrder[end]
  if (next !== undefined && (ACCESSORIES.has(next) || ACCESSORIES.has(next.replace(/s$/, '')))) return 0
  const isLast = next === undefined || next === PART_END || SIDELINES.has(next) || /^\d/.test(next)
  const isFirstPart = !inOrder.slice(0, first).some((word) => word === PART_END || SIDELINES.has(word))
  return 0.3 + (isLast ? 0.4 : 0) + (isFirstPart ? 0.3 : 0)
}
