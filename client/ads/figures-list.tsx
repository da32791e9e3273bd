import { count, fraction, microsAsMoney, percent } from '#client/ui/format.ts'
import { costPer, isBuiltIn, NOTHING, shareOf, type Figures, type ReportInfo } from './days.ts'
import { choicesFor, formatMetric } from './metric.ts'

interface FiguresListProps {
  /** Undefined until they are known. */
  figures: Figures | undefined
  currency: string
  report: ReportInfo | undefined
}

/** Of a report of the shop's own: what its query selects, and no more. */
export function FiguresList({ figures, currency, report }: FiguresListProps) {
  const rows =
    report && !isBuiltIn(report.name)
      ? choicesFor(report).map(
          ({ value, label }) => [label, figures && formatMetric(figures, value, currency)] as const,
        )
      : rowsOf(figures ?? NOTHING, currency).map(([name, value]) => [name, figures && value] as const)
  return (
    <dl className="figures">
      {rows.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value ?? '–'}</dd>
        </div>
      ))}
    </dl>
  )
}

function rowsOf(figures: Figures, currency: string) {
  const perClick = costPer(figures.cost_micros, figures.clicks)
  const perConversion = costPer(figures.cost_micros, figures.conversions)
  const clickRate = shareOf(figures.clicks, figures.impressions)
  const returned = shareOf(figures.conversions_value, Number(figures.cost_micros) / 1e6)
  return [
    ['Cost', microsAsMoney(figures.cost_micros, currency)],
    ['Clicks', count(figures.clicks)],
    ['Impressions', count(figures.impressions)],
    ['Conversions', fraction(figures.conversions)],
    ['CTR', clickRate === undefined ? undefined : percent(clickRate)],
    ['Avg. CPC', perClick && microsAsMoney(perClick, currency)],
    ['Cost / conv.', perConversion && microsAsMoney(perConversion, currency)],
    ['ROAS', returned === undefined ? undefined : fraction(returned)],
  ] as const
}
