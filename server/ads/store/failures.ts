/** What failed and why, kept beside the store until the date arrives; for `status` and `days`. */
import type { DateOfReport } from '#server/ads/plan.ts'
import { indexKeyOf } from './index-file.ts'
import { isRecord, readState, writeState } from './state.ts'

export interface DateFailure {
  code: string
  detail: string
  at: string
}

export function readFailures(dir: string): Map<string, DateFailure> {
  const found = readState(dir, 'failures.json', isRecord) ?? {}
  return new Map(Object.entries(found).filter((entry): entry is [string, DateFailure] => isFailure(entry[1])))
}

export class FailureBook {
  readonly #dir: string
  readonly #failures: Map<string, DateFailure>
  #dirty = false

  constructor(dir: string) {
    this.#dir = dir
    this.#failures = readFailures(dir)
  }

  record(of: DateOfReport, failure: DateFailure): void {
    this.#failures.set(indexKeyOf(of), failure)
    this.#dirty = true
  }

  clear(of: DateOfReport): void {
    if (this.#failures.delete(indexKeyOf(of))) this.#dirty = true
  }

  /** @throws StoreError */
  async save(): Promise<void> {
    if (!this.#dirty) return
    this.#dirty = false
    await writeState(this.#dir, 'failures.json', Object.fromEntries(this.#failures))
  }
}

function isFailure(value: unknown): boolean {
  return isRecord(value) && typeof value['code'] === 'string' && typeof value['detail'] === 'string'
}
