/** A range step by step, beside another one. */
import type { Outputs } from '#client/api.ts'
import { sumOf, type Figures } from './days.ts'
import { stepsOf, type Interval } from './range-steps.ts'
import type { Range } from './range.ts'

export type ReportAnswer = Outputs['ads']['report']
/** Sums by date, and the range they are of. */
export type SumsByDate = Pick<ReportAnswer, 'from' | 'to' | 'missing' | 'rows' | 'report'>

export interface ComparedStep {
  date: string
  /** Undefined while nothing of it is stored. */
  now: Figures | undefined
  dateBefore: string | undefined
  before: Figures | undefined
}

export interface Comparison {
  range: Range
  before: Range | undefined
  interval: Interval
  steps: ComparedStep[]
  sum: Figures
  sumBefore: Figures
  /** Days that are not stored: the sums lack them. */
  missing: number
  missingBefore: number
}

/** @param then undefined where nothing is compared. Step stands beside step: ranges of unlike length end where they end. */
export function compare(now: SumsByDate, then: SumsByDate | undefined, interval: Interval): Comparison {
  const own = now.report.metrics.map(({ name }) => name)
  const rows = byDate(now)
  const rowsThen = then && byDate(then)
  const datesThen = then ? stepsOf(then, interval) : []
  return {
    range: { from: now.from, to: now.to },
    before: then && { from: then.from, to: then.to },
    interval,
    steps: stepsOf(now, interval).map((date, index) => {
      const dateBefore = datesThen[index]
      return {
        date,
        now: rows.get(date),
        dateBefore,
        before: dateBefore === undefined ? undefined : rowsThen?.get(dateBefore),
      }
    }),
    sum: sumOf(now.rows, own),
    sumBefore: sumOf(then?.rows ?? [], own),
    missing: now.missing,
    missingBefore: then?.missing ?? 0,
  }
}

function byDate({ rows }: SumsByDate): ReadonlyMap<string | undefined, Figures> {
  return new Map(rows.map((row) => [row.date, row]))
}

/** “8% more than”, “3% less than”, “as much as”; nothing where there was nothing to compare with. */
export function changeInWords(now: number, before: number, locale?: string): string | undefined {
  if (before <= 0) return undefined
  const change = (now - before) / before
  const percent = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 0 })
  const size = percent.format(Math.abs(change))
  if (size === percent.format(0)) return 'as much as'
  return `${size} ${change > 0 ? 'more' : 'less'} than`
}
