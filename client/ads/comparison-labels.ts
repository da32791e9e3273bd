import { count, plural } from '#client/ui/format.ts'
import { changeInWords, type ComparedStep, type Comparison } from './comparison.ts'
import { amountOf, formatMetric, type Metric } from './metric.ts'
import { stepInWords, type Interval } from './range-steps.ts'
import { lengthOf } from './range.ts'

/**
 * What follows the sum: “is 8% more than in the 90 days before, $1,234.00.” Sums that lack days are not compared.
 * @param against what it is compared with, in words
 */
export function comparedInWords(
  comparison: Comparison,
  against: string,
  { metric, currency }: { metric: Metric; currency: string },
): string {
  const { range, before, sum, sumBefore, missing, missingBefore } = comparison
  const these = plural(lengthOf(range), 'day')
  if (missing >= lengthOf(range)) return `what these ${these} came to: none of them is stored.`
  if (missing + missingBefore > 0) {
    const lacking = [
      missing > 0 ? `${count(missing)} of these` : undefined,
      missingBefore > 0 ? `${count(missingBefore)} of ${against}` : undefined,
    ]
    const which = lacking.filter((part) => part !== undefined).join(' and ')
    return `in ${these}; not compared, because days are not stored: ${which}.`
  }
  if (!before) return `in ${these}.`
  const change = changeInWords(amountOf(sum, metric), amountOf(sumBefore, metric))
  if (change === undefined) return `in ${these}, and nothing in ${against}.`
  return `is ${change} in ${against}, ${formatMetric(sumBefore, metric, currency)}.`
}

interface Telling {
  interval: Interval
  metric: Metric
  currency: string
}

/** One step beside the one that it is compared with. */
export function stepPairInWords(step: ComparedStep, { interval, metric, currency }: Telling): string {
  const { date, now, dateBefore, before } = step
  const tell = (figures: typeof now) => (figures ? formatMetric(figures, metric, currency) : 'not stored')
  const words = `${stepInWords(date, interval)}: ${tell(now)}`
  return dateBefore === undefined ? words : `${words} · ${stepInWords(dateBefore, interval)}: ${tell(before)}`
}
