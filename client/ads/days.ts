/** What the days say, summed and in words. */
import type { Outputs } from '#client/api.ts'
import type { MetricsOnWire } from '#server/ads/metric.ts'
import { count } from '#client/ui/format.ts'

export type Days = Omit<Outputs['ads']['days'], 'days'> & { days: Day[] }
/** `unread`: its state is known, its figures are not yet. */
export type Day = Outputs['ads']['days']['days'][number] & { unread?: true }
export type DayState = Day['state']
export type Run = Outputs['ads']['run']
export type ReportName = Day['report']
export type Account = Days['accounts'][number]
export type ReportInfo = Days['reports'][number]

/** In the order of the legend. */
export const STATES: readonly { state: DayState; label: string; means: string; isRare?: true }[] = [
  { state: 'complete', label: 'Complete', means: 'Fetched, and Google will not change it any more.' },
  {
    state: 'provisional',
    label: 'Provisional',
    means: 'Fetched, but so recent that Google may still restate it.',
  },
  { state: 'empty', label: 'Empty', means: 'Fetched: there was nothing on that day.' },
  { state: 'missing', label: 'Missing', means: 'Not fetched yet.' },
  {
    state: 'partial',
    label: 'Partial',
    means: 'Fetched before the day was over: the next fetch takes it again.',
    isRare: true,
  },
  { state: 'failed', label: 'Failed', means: 'Fetching it failed.' },
  { state: 'fetching', label: 'Fetching', means: 'On its way now.' },
  {
    state: 'closed',
    label: 'Closed',
    means: 'Not there, and the account is closed: it is no longer asked.',
    isRare: true,
  },
]

const REPORT_LABELS: ReadonlyMap<ReportName, string> = new Map([
  ['campaign', 'Campaigns'],
  ['ad_group', 'Ad groups'],
  ['keyword', 'Keywords'],
  ['product', 'Products'],
])

export function isBuiltIn(name: ReportName): boolean {
  return REPORT_LABELS.has(name)
}

/** One of the shop's own reads as it is called. */
export function reportLabel(name: ReportName): string {
  return REPORT_LABELS.get(name) ?? asWords(name)
}

/** `search_term` as “Search term”. */
export function asWords(name: string): string {
  const words = name.replaceAll('_', ' ')
  return `${words.slice(0, 1).toUpperCase()}${words.slice(1)}`
}

export function labelOf(state: DayState): string {
  return STATES.find((each) => each.state === state)?.label ?? state
}

export function meaningOf(state: DayState): string {
  return STATES.find((each) => each.state === state)?.means ?? ''
}

function countStates(days: readonly Day[]): ReadonlyMap<DayState, number> {
  const counts = new Map<DayState, number>()
  for (const { state } of days) counts.set(state, (counts.get(state) ?? 0) + 1)
  return counts
}

/** A fetch would bring it. */
export function isMissing({ state }: Pick<Day, 'state'>): boolean {
  return state === 'missing' || state === 'failed' || state === 'partial'
}

/** “12 complete, 3 missing” */
export function statesInWords(days: readonly Day[]): string {
  const counts = countStates(days)
  return STATES.flatMap(({ state, label }) => {
    const found = counts.get(state) ?? 0
    return found === 0 ? [] : [`${count(found)} ${label.toLowerCase()}`]
  }).join(', ')
}

export type Figures = MetricsOnWire

export const NOTHING: Figures = {
  impressions: 0,
  clicks: 0,
  cost_micros: '0',
  conversions: 0,
  conversions_value: 0,
}

/** @param more what the report has beside these figures */
export function sumOf(days: readonly Figures[], more: readonly string[] = []): Figures {
  const names = [...new Set([...Object.keys(NOTHING), ...more])]
  const sums = names.map((name) => {
    const nothing = name.endsWith('_micros') ? '0' : 0
    return [name, days.map((day) => figureOf(day, name) ?? nothing).reduce(add, nothing)]
  })
  return Object.fromEntries(sums) as Figures
}

/** By the name of its column: what a report of the shop's own has is in no type. */
export function figureOf(figures: Figures, name: string): string | number | undefined {
  return (figures as Readonly<Record<string, string | number | undefined>>)[name]
}

/** Micros, which are strings of digits, exactly. */
function add(sum: string | number, more: string | number): string | number {
  return typeof sum === 'string' ? String(BigInt(sum) + BigInt(more)) : sum + Number(more)
}

/** Of a part, from 0 to 1; undefined when there is nothing to compare with. */
export function shareOf(part: number, whole: number): number | undefined {
  return whole > 0 ? part / whole : undefined
}

/** The same per click or per conversion, in micros; undefined when there was none. */
export function costPer(micros: string, events: number): string | undefined {
  if (events <= 0) return undefined
  return String(Math.round(Number(micros) / events))
}
