/** Sums of the rows of the store, kept in memory. What is damaged is refused, never summed up. */
import { ProblemError } from '#server/errors.ts'
import { DateGroups } from './date-groups.ts'
import { DamagedDateError } from './errors.ts'
import { groupRows, type GroupBy, type GroupedRows } from './groups.ts'
import { ItemSpend, type ItemAccounts, type SpendOfItems } from './item-spend.ts'
import type { ReportRow } from './report-schema.ts'
import type { IndexLine } from './store/index-file.ts'

export class Figures {
  readonly #dates: DateGroups
  readonly #items: ItemSpend
  readonly #onDamaged: (error: DamagedDateError) => void

  constructor(dir: string, onDamaged: (error: DamagedDateError) => void) {
    this.#dates = new DateGroups(dir)
    this.#items = new ItemSpend(dir)
    this.#onDamaged = onDamaged
  }

  /** @param lines by date. @throws ProblemError `UNAVAILABLE` for a damaged date, as below */
  async sums(
    lines: readonly IndexLine[],
    by: GroupBy,
    rows: Omit<GroupedRows, 'dates'>,
  ): Promise<ReportRow[]> {
    return await this.#whole(() => groupRows(lines, by, { ...rows, dates: this.#dates }))
  }

  async itemSpend(lines: readonly IndexLine[], accounts: ItemAccounts): Promise<SpendOfItems> {
    return await this.#whole(() => this.#items.of(lines, accounts))
  }

  async #whole<T>(read: () => Promise<T>): Promise<T> {
    try {
      return await read()
    } catch (error) {
      if (!(error instanceof DamagedDateError)) throw error
      this.#onDamaged(error)
      throw new ProblemError('UNAVAILABLE', error.message)
    }
  }
}
