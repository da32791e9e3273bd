import { count, longDate, plural } from '#client/ui/format.ts'
import { changeInWords, type ComparedDay, type Comparison } from './comparison.ts'
import { amountOf, formatMetric, type Metric } from './metric.ts'

/** What follows the sum: “is 8% more than in the 90 days before, $1,234.00.” Sums that lack days are not compared. */
export function comparedInWords(comparison: Comparison, metric: Metric, currency: string): string {
  const { days, sum, sumBefore, missing, missingBefore } = comparison
  const these = plural(days.length, 'day')
  if (missing + missingBefore > 0) {
    const lacking = [
      missing > 0 ? `${count(missing)} of these` : undefined,
      missingBefore > 0 ? `${count(missingBefore)} of the ${these} before` : undefined,
    ]
    const which = lacking.filter((part) => part !== undefined).join(' and ')
    return `in ${these}; not compared, because days are not stored: ${which}.`
  }
  const change = changeInWords(amountOf(sum, metric), amountOf(sumBefore, metric))
  if (change === undefined) return `in ${these}, and nothing in the ${these} before.`
  return `is ${change} in the ${these} before, ${formatMetric(sumBefore, metric, currency)}.`
}

/** One day beside the one before it. */
export function dayInWords(compared: ComparedDay, metric: Metric, currency: string): string {
  const { date, day, dateBefore, before } = compared
  const tellDay = (each: typeof day) => (each ? formatMetric(each, metric, currency) : 'not stored')
  return `${longDate(date)}: ${tellDay(day)} · ${longDate(dateBefore)}: ${tellDay(before)}`
}
