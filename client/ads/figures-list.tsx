import { count, fraction, microsAsMoney } from '#client/ui/format.ts'
import { costPer, type Figures } from './days.ts'

export function FiguresList({ figures, currency }: { figures: Figures; currency: string }) {
  const perClick = costPer(figures.cost_micros, figures.clicks)
  const perConversion = costPer(figures.cost_micros, figures.conversions)
  const rows = [
    ['Cost', microsAsMoney(figures.cost_micros, currency)],
    ['Clicks', count(figures.clicks)],
    ['Impressions', count(figures.impressions)],
    ['Conversions', fraction(figures.conversions)],
    ['Cost per click', perClick && microsAsMoney(perClick, currency)],
    ['Cost per conversion', perConversion && microsAsMoney(perConversion, currency)],
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
