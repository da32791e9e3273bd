/** What a day's square tells: its state, or how much of a metric there was. */
import type { Day, DayState } from './days.ts'
import { amountOf, hasFigures, shadeOf, stepEnds, type Metric } from './metric.ts'
import type { Show } from './use-view.ts'

export interface Mark {
  /** Days of one key look alike, and stand back together. */
  key: string
  state: DayState
  /** 0 to 5; undefined where the state is what is told. */
  shade: number | undefined
}

export interface Shading {
  show: Show
  ends: readonly number[]
  markOf: (day: Day) => Mark
}

export function shadingOf(days: readonly Day[], show: Show): Shading {
  if (show === 'state') return { show, ends: [], markOf: byState }
  const ends = stepEnds(days, show)
  return { show, ends, markOf: (day) => byMetric(day, show, ends) }
}

function byState({ state }: Day): Mark {
  return { key: state, state, shade: undefined }
}

/** A day without figures keeps the shape of its state: pale would look like little. */
function byMetric(day: Day, metric: Metric, ends: readonly number[]): Mark {
  if (!hasFigures(day)) return byState(day)
  const shade = shadeOf(amountOf(day, metric), ends)
  return { key: `shade-${shade}`, state: day.state, shade }
}
