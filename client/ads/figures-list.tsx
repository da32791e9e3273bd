import { count, fraction, microsAsMoney, percent } from '#client/ui/format.ts'
import { costPer, shareOf, type Figures } from './days.ts'

export function FiguresList({ figures, currency }: { figures: Figures; currency: string }) {
  const perClick = costPer(figures.cost_micros, figures.clicks)
  const perConversion = costPer(figures.cost_micros, figures.conversions)
  const clickRate = shareOf(figures.clicks, figures.impressions)
  const returned = shareOf(figures.conversions_value, Number(figures.cost_micros) / 1e6)
  const rows = [
    ['Cost', microsAsMoney(figures.cost_micros, currency)],
    ['Clicks', count(figures.clicks)],
    ['Impressions', count(figures.impressions)],
    ['Conversions', fraction(figures.conversions)],
    ['CTR', clickRate === undefined ? undefined : percent(clickRate)],
    ['Avg. CPC', perClick && microsAsMoney(perClick, currency)],
    ['Cost / conv.', perConversion && microsAsMoney(perConversion, currency)],
    ['ROAS', returned === undefined ? undefined : fraction(returned)],
  ] as const
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
