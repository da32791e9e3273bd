/** The figures that a row of the table has: how each is read, told and compared. */
import { count, fraction, microsAsMoney, money, percent } from '#client/ui/format.ts'
import { costPer, isBuiltIn, shareOf, type Figures, type ReportInfo } from '#client/ads/days.ts'
import { amountOf, choicesFor, formatAmount } from '#client/ads/metric.ts'

export interface FigureColumn {
  id: string
  label: string
  /** Where the figure lies among others; undefined where there is nothing to divide by. */
  amountOf: (figures: Figures) => number | undefined
  /** @param amount as above */
  format: (amount: number, currency: string) => string
  /** Where it is not told as the figure is. @param amount without its sign */
  formatChange?: (amount: number) => string
  /** Amounts are micros of the currency. */
  isMicros?: boolean
  /** A reader is glad of more, or of less, or it depends. */
  better?: 'more' | 'less'
}

const MICROS = 1e6
const CENTS = 2
const RATIO = new Intl.NumberFormat(undefined, { minimumFractionDigits: 2, maximumFractionDigits: 2 })

const cost = ({ cost_micros: micros }: Figures) => Number(micros)
const asMicros = (amount: number, currency: string) => microsAsMoney(String(Math.round(amount)), currency)
const perEvent = (figures: Figures, events: number) => {
  const micros = costPer(figures.cost_micros, events)
  return micros === undefined ? undefined : Number(micros)
}

const BUILT_IN: readonly FigureColumn[] = [
  { id: 'cost', label: 'Cost', amountOf: cost, format: asMicros, isMicros: true },
  {
    id: 'clicks',
    label: 'Clicks',
    amountOf: ({ clicks }) => clicks,
    format: (n) => count(n),
    better: 'more',
  },
  { id: 'impressions', label: 'Impressions', amountOf: (of) => of.impressions, format: (n) => count(n) },
  {
    id: 'ctr',
    label: 'CTR',
    amountOf: ({ clicks, impressions }) => shareOf(clicks, impressions),
    format: (share) => percent(share),
    formatChange: (share) => `${fraction(share * 100)} pp`,
    better: 'more',
  },
  {
    id: 'cpc',
    label: 'Avg. CPC',
    amountOf: (of) => perEvent(of, of.clicks),
    format: asMicros,
    isMicros: true,
    better: 'less',
  },
  {
    id: 'conversions',
    label: 'Conversions',
    amountOf: (of) => of.conversions,
    format: (n) => fraction(n),
    better: 'more',
  },
  {
    id: 'cost_per_conversion',
    label: 'Cost / conv.',
    amountOf: (of) => perEvent(of, of.conversions),
    format: asMicros,
    isMicros: true,
    better: 'less',
  },
  {
    id: 'value',
    label: 'Value',
    amountOf: (of) => of.conversions_value,
    format: (value, currency) => money(value.toFixed(CENTS), currency),
    better: 'more',
  },
  {
    id: 'roas',
    label: 'ROAS',
    amountOf: (of) => shareOf(of.conversions_value, cost(of) / MICROS),
    format: (n) => RATIO.format(n),
    better: 'more',
  },
]

/** Of a report of the shop's own: what its query selects. */
export function columnsOf(report: ReportInfo | undefined): readonly FigureColumn[] {
  if (!report || isBuiltIn(report.name)) return BUILT_IN
  return choicesFor(report).map(({ value, label }) => ({
    id: value,
    label,
    amountOf: (figures) => amountOf(figures, value),
    format: (amount, currency) => formatAmount(amount, value, currency),
    isMicros: value === 'cost' || value.endsWith('_micros'),
  }))
}
