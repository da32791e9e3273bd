/** What the chart and the table are of: a report of an account, a range, and what that is compared with. */
import type { Days } from './days.ts'
import { againstInWords, rangeAgainst, rangeOf, type Period } from './period.ts'
import { lengthOf, type Range } from './range.ts'
import type { Choice } from './use-ads.ts'
import type { View } from './use-view.ts'

export interface Compared {
  choice: Choice
  /** What there is. */
  within: Range
  period: Period
  range: Range
  /** Undefined where nothing is compared. */
  before: Range | undefined
  againstWords: string
}

const DEFAULT_PERIOD: Period = '30'

interface Shown {
  days: Pick<Days, 'from' | 'to'> | undefined
  choice: Choice | undefined
  view: View
  /** What is picked in the calendar. */
  picked: Range | undefined
}

export function comparedOf({ days, choice, view, picked }: Shown): Compared | undefined {
  if (!days || !choice) return undefined
  const several = picked && lengthOf(picked) > 1 ? picked : undefined
  const asked = view.period ?? (several ? 'picked' : DEFAULT_PERIOD)
  const period = asked === 'picked' && !picked ? DEFAULT_PERIOD : asked
  const within = { from: days.from, to: days.to }
  const range = rangeOf(period, within, picked)
  return {
    choice,
    within,
    period,
    range,
    before: rangeAgainst(view.against, range),
    againstWords: againstInWords(view.against, range),
  }
}
