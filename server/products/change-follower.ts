/** Keeps what is derived from products in step with them, through the change feed. */
import { desc } from 'drizzle-orm'
import type { Database } from '#db/database.ts'
import { changeRows, type ChangeRow } from './journal.ts'

const PAGE_SIZE = 1000
/** Beyond this, what was derived is cheaper read anew. */
const MAX_FOLLOWED = 20_000

/** As for the cache, a number and a time name a state, also of a database that was set back. */
type Place = Pick<ChangeRow, 'seq' | 'at'>

export class ChangeFollower {
  readonly #db: Database
  #place: Place | undefined

  constructor(db: Database) {
    this.#db = db
  }

  /**
   * The changes since it was last called, oldest first. What is read from the database after the call is as new as these
   * at the least.
   * @returns undefined when everything has to be read anew: at first, after too many changes, in another history
   */
  async next(): Promise<ChangeRow[] | undefined> {
    const changes = this.#place && (await this.#after(this.#place))
    this.#place = changes ? (changes.at(-1) ?? this.#place) : await this.#newest()
    return changes
  }

  async #after({ seq, at }: Place): Promise<ChangeRow[] | undefined> {
    const all = await changeRows(this.#db, seq - 1, PAGE_SIZE)
    const isSameHistory = seq === 0 || (all[0]?.seq === seq && all[0].at === at)
    if (!isSameHistory) return undefined
    for (let read = all.length; read === PAGE_SIZE;) {
      if (all.length > MAX_FOLLOWED) return undefined
      const page = await changeRows(this.#db, all.at(-1)?.seq ?? seq, PAGE_SIZE)
      read = page.length
      all.push(...page)
    }
    return seq === 0 ? all : all.slice(1)
  }

  async #newest(): Promise<Place> {
    const { changes } = this.#db.tables
    const { seq, at } = changes
    const [newest] = await this.#db.reader.select({ seq, at }).from(changes).orderBy(desc(seq)).limit(1)
    return newest ?? { seq: 0, at: 0 }
  }
}
