import { longDate, plural } from '#client/ui/format.ts'
import { changeInWords, type ComparedDay, type Comparison } from './comparison.ts'
import { amountOf, tell, type Metric } from './metric.ts'

/** What follows the sum: “8% more than in the 90 days before, $1,234.00”. */
export function comparedInWords(comparison: Comparison, metric: Metric, currency: string): string {
  const { days, sum, sumBefore, missing, missingBefore } = comparison
  const period = `in the ${plural(days.length, 'day')} before`
  if (missingBefore === days.length)
    return `in ${plural(days.length, 'day')}; nothing is stored of those before.`
  const change = changeInWords(amountOf(sum, metric), amountOf(sumBefore, metric))
  const compared =
    change === undefined
      ? `and nothing ${period}.`
      : `is ${change} ${period}, ${tell(sumBefore, metric, currency)}.`
  return [compared, notStored(missing, 'of these'), notStored(missingBefore, 'of the days before')]
    .filter((part) => part !== '')
    .join(' ')
}

function notStored(days: number, which: string): string {
  return days === 0 ? '' : `${plural(days, 'day')} ${which} ${days === 1 ? 'is' : 'are'} not stored.`
}

/** One day beside the one before it. */
export function dayInWords(compared: ComparedDay, metric: Metric, currency: string): string {
  const { date, day, dateBefore, before } = compared
  const tellDay = (each: typeof day) => (each ? tell(each, metric, currency) : 'not stored')
  return `${longDate(date)}: ${tellDay(day)} · ${longDate(dateBefore)}: ${tellDay(before)}`
}
