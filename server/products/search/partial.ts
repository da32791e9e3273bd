/** Where no name has every word: the names that have the most of them, and the rarest. */
import type { WordQuery } from '#db/search/word-query.ts'
import { unitQuery, type Question, type Unit } from './question.ts'
import { byScore, scoreOf, type Ranked } from './ranked.ts'
import { score, type Lens } from './score.ts'
import { firstBlock, sample, type Candidate, type ReadCandidates } from './shelves.ts'

/** The rarest words of a long question are enough to find names by. */
const MAX_UNITS = 5
const ENOUGH = 20
/** More than the sample of any word that is told from a frequent one. */
const FREQUENT = 250

interface Weighed {
  unit: Unit
  query: WordQuery
  /** The rarer, the more. */
  weight: number
}

export async function partialMatches(read: ReadCandidates, lens: Lens): Promise<Ranked[]> {
  const { question } = lens
  const units = await Promise.all(question.units.map((unit) => weigh(read, question, unit)))
  const known = units.filter((unit) => unit !== undefined).toSorted((a, b) => b.weight - a.weight)
  if (question.units.length < 2 || known.length === 0) return []
  const rows = await candidates(read, known.slice(0, MAX_UNITS))
  const weights = weightsOf(question, known)
  const all = weights.reduce((sum, weight) => sum + weight, 0)
  return [...rows.values()]
    .map(({ id, words }) => {
      const { quality, found } = score(lens, words)
      const coverage = [...found].reduce((sum, slot) => sum + (weights[slot] ?? 0), 0) / all
      return { id, kind: 'partial' as const, score: scoreOf('partial', 0.7 * coverage + 0.3 * quality) }
    })
    .toSorted(byScore)
}

async function weigh(read: ReadCandidates, question: Question, unit: Unit): Promise<Weighed | undefined> {
  const query = unitQuery(question, unit, 'fuzzy')
  if (!query) return undefined
  const { frequency } = await sample(read, query)
  // Sizes and amounts are rare, but tell little of what a thing is.
  const isTelling = unit.slots.some((slot) => /^\p{L}{3}/u.test(question.words[slot] ?? ''))
  return {
    unit,
    query,
    weight: Math.log(2 + FREQUENT / (1 + Math.min(FREQUENT, frequency))) / (isTelling ? 1 : 4),
  }
}

/** All but one of the words, then all but two, until there are some. */
async function candidates(read: ReadCandidates, known: readonly Weighed[]): Promise<Map<number, Candidate>> {
  const rows = new Map<number, Candidate>()
  for (let size = known.length; size > 0 && rows.size < ENOUGH; size -= 1) {
    if (size === 1 && rows.size > 0) break
    const any = combinations(known, size).map((some) => ({ all: some.map(({ query }) => query) }))
    const query: WordQuery = { any }
    const { rows: found } = await firstBlock(read, query)
    for (const row of found) rows.set(row.id, row)
  }
  return rows
}

function combinations<T>(items: readonly T[], size: number): T[][] {
  if (size === 0) return [[]]
  return items.flatMap((item, index) =>
    combinations(items.slice(index + 1), size - 1).map((others) => [item, ...others]),
  )
}

/** Of each word; one that is known nowhere counts as the rarest. */
function weightsOf({ words }: Question, known: readonly Weighed[]): number[] {
  const rarest = Math.max(...known.map(({ weight }) => weight))
  const weights = words.map(() => rarest)
  for (const { unit, weight } of known)
    for (const slot of unit.slots) weights[slot] = weight / unit.slots.length
  return weights
}
