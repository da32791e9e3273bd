import { longDate, plural } from '#client/ui/format.ts'
import { changeInWords, type ComparedDay, type Comparison } from './comparison.ts'
import { amountOf, tell, type Metric } from './metric.ts'

/** What follows the sum: “is 8% more than in the 90 days before, $1,234.00.” Sums that lack days are not compared. */
export function comparedInWords(comparison: Comparison, metric: Metric, currency: string): string {
  const { days, sum, sumBefore, missing, missingBefore } = comparison
  const these = plural(days.length, 'day')
  if (missing + missingBefore > 0) {
    const lacking = [notStored(missing, 'of them'), notStored(missingBefore, `of the ${these} before`)]
    return `in ${these}; not compared, because ${lacking.filter((part) => part !== '').join(' and ')} not stored.`
  }
  const change = changeInWords(amountOf(sum, metric), amountOf(sumBefore, metric))
  if (change === undefined) return `in ${these}, and nothing in the ${these} before.`
  return `is ${change} in the ${these} before, ${tell(sumBefore, metric, currency)}.`
}

function notStored(days: number, which: string): string {
  return days === 0 ? '' : `${plural(days, 'day')} ${which} ${days === 1 ? 'is' : 'are'}`
}

/** One day beside the one before it. */
export function dayInWords(compared: ComparedDay, metric: Metric, currency: string): string {
  const { date, day, dateBefore, before } = compared
  const tellDay = (each: typeof day) => (each ? tell(each, metric, currency) : 'not stored')
  return `${longDate(date)}: ${tellDay(day)} · ${longDate(dateBefore)}: ${tellDay(before)}`
}
