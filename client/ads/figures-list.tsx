import { count, fraction, microsAsMoney, percent } from '#client/ui/format.ts'
import { asWords, costPer, isBuiltIn, shareOf, type Figures, type ReportInfo } from './days.ts'
import { choicesFor, formatMetric } from './metric.ts'

interface FiguresListProps {
  figures: Figures
  currency: string
  report: ReportInfo | undefined
}

export function FiguresList({ figures, currency, report }: FiguresListProps) {
  if (report && !isBuiltIn(report.name)) return <OwnFigures {...{ figures, currency, report }} />
  return <Rows rows={rowsOf(figures, currency)} />
}

/** What the query of a report of the shop's own selects, and no more. */
function OwnFigures({ figures, currency, report }: FiguresListProps & { report: ReportInfo }) {
  const rows = choicesFor(report).map(
    ({ value, label }) => [label, formatMetric(figures, value, currency)] as const,
  )
  return (
    <div>
      <Rows rows={rows} />
      {report.not_summed.length > 0 && (
        <p className="quiet-text">
          In the rows only, because they do not add up: {report.not_summed.map(asWords).join(', ')}.
        </p>
      )}
    </div>
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

function Rows({ rows }: { rows: readonly (readonly [name: string, value: string | undefined])[] }) {
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
