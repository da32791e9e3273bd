/** The words of all names, kept so that a misspelt one finds those that may have been meant. */
import { inArray } from 'drizzle-orm'
import { insertMany } from '#db/bulk.ts'
import type { Database, Queries } from '#db/database.ts'
import { beginsWith } from './begins-with.ts'
import { editDistance, deletionNeighbours, isShort, knownDeletionNeighbours, typosIn } from './typos.ts'
import { HEAD_SIGN, vocabularyOf, type SomeOfSearched } from './columns.ts'

/** More words than this that may have been meant are too many to be of use. */
const MAX_MEANT = 20
/** More words than this are quicker found by their prefix than one by one. */
const MAX_BEGUN = 200
/** Bounds what this process remembers to have written already; forgetting costs a statement that changes nothing. */
const MAX_REMEMBERED = 200_000

export class Vocabulary {
  readonly #db: Database
  readonly #remembered = new Set<string>()

  constructor(db: Database) {
    this.#db = db
  }

  /**
   * To be called before the names are written, and before any row is locked. Without a transaction to go into it
   * commits at once: a word without a product does no harm, a lock held on it would.
   */
  async indexWords(searched: Iterable<SomeOfSearched>, transaction?: Queries): Promise<void> {
    const fresh = new Set([...searched].flatMap(vocabularyOf).filter((word) => !this.#remembered.has(word)))
    const rows = [...fresh].flatMap((word) =>
      knownDeletionNeighbours(word).map((remainder) => ({ remainder, word })),
    )
    // In one order everywhere: two writers of the same new words then cannot wait for each other.
    rows.sort((a, b) => compare(a.remainder, b.remainder) || compare(a.word, b.word))
    const { words, wordRemainders } = this.#db.tables
    const insert = async (tx: Queries) => {
      const within = { db: this.#db, tx }
      const known = [...fresh].toSorted(compare).map((word) => ({ word }))
      await insertMany(within, { into: words, rows: known, onConflict: 'do nothing' })
      await insertMany(within, { into: wordRemainders, rows, onConflict: 'do nothing' })
      this.#db.afterCommit(tx, () => this.#remember(fresh))
    }
    if (fresh.size === 0) return
    await (transaction ? insert(transaction) : this.#db.withTransaction(insert))
  }

  #remember(words: Iterable<string>): void {
    if (this.#remembered.size > MAX_REMEMBERED) this.#remembered.clear()
    for (const word of words) this.#remembered.add(word)
  }

  /** Those of the given words that stand in a name. */
  async known(words: Iterable<string>): Promise<Set<string>> {
    const table = this.#db.tables.words
    const found = await this.#db.reader
      .select()
      .from(table)
      .where(inArray(table.word, [...words]))
    return new Set(found.map(({ word }) => word))
  }

  /** The known words that begin like this, the word itself among them; undefined when they are very many. */
  async withPrefix(prefix: string): Promise<string[] | undefined> {
    const { word } = this.#db.tables.words
    const found = await this.#db.reader
      .select()
      .from(this.#db.tables.words)
      .where(beginsWith(word, prefix))
      .orderBy(word)
      .limit(MAX_BEGUN + 1)
    return found.length > MAX_BEGUN ? undefined : found.map((row) => row.word)
  }

  /** The letters that codes begin with before a digit, unless they are very many. */
  async codeHeads(): Promise<string[]> {
    const heads = await this.withPrefix(HEAD_SIGN)
    return (heads ?? []).map((head) => head.slice(HEAD_SIGN.length))
  }

  /** The known words that are few enough typos away from this one, nearest first; the word itself is not among them. */
  async corrections(word: string): Promise<string[]> {
    const typos = typosIn(word)
    if (typos === 0) return []
    const { wordRemainders } = this.#db.tables
    const neighbours = deletionNeighbours(word, typos)
    const found = await this.#db.reader
      .selectDistinct({ word: wordRemainders.word })
      .from(wordRemainders)
      .where(inArray(wordRemainders.remainder, neighbours))
    const shorter = isShort(word) ? await this.known(neighbours) : []
    return [...new Set([...found.map((row) => row.word), ...shorter])]
      .map((other) => ({ word: other, distance: editDistance(word, other) }))
      .filter(({ distance }) => distance > 0 && distance <= typos)
      .toSorted((a, b) => a.distance - b.distance || compare(a.word, b.word))
      .slice(0, MAX_MEANT)
      .map((meant) => meant.word)
  }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
