import { keepPreviousData, skipToken, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { plural } from '#client/ui/format.ts'
import { Segmented } from '#client/ui/segmented.tsx'
import { ErrorState, WaitingRows } from '#client/ui/states.tsx'
import { trpc } from '#client/ui/trpc.ts'
import { figureOf, isBuiltIn, type Figures, type ReportInfo } from './days.ts'
import { dimensionsOf, mainDimension, wordsFor } from './dimensions.ts'
import { choicesFor, formatMetric, type MetricChoice } from './metric.ts'
import type { Range } from './range.ts'
import type { Choice } from './use-ads.ts'

const SHOWN = 8

interface BreakdownProps {
  choice: Choice
  report: ReportInfo | undefined
  /** Nothing is asked as long as it is being chosen. */
  range: Range | undefined
}

/** What the money went to, most first: by what the rows of the report are, or by another of its columns. */
export function Breakdown({ choice, report, range }: BreakdownProps) {
  const dimensions = dimensionsOf(report)
  const [chosen, choose] = useState<string>()
  const group = chosen ?? mainDimension(report)
  const found = useQuery(
    trpc.ads.report.queryOptions(
      group !== undefined && range
        ? { ...range, group_by: group, report: choice.report, customer_id: choice.customerId }
        : skipToken,
      { placeholderData: keepPreviousData },
    ),
  )
  if (group === undefined) return null
  if (found.error) return <ErrorState error={found.error} retry={() => void found.refetch()} />
  const { rows = [], currency = '' } = found.data ?? {}
  const columns = columnsFor(report)
  return (
    <section className="breakdown" aria-busy={found.isPending || found.isPlaceholderData}>
      <h3>By {wordsFor(group).toLowerCase()}</h3>
      {report && !isBuiltIn(report.name) && dimensions.length > 1 && (
        <Segmented
          label="Broken down by"
          value={group}
          choices={dimensions.map((value) => ({ value, label: wordsFor(value) }))}
          onChange={choose}
        />
      )}
      <table>
        <thead>
          <tr>
            <th scope="col">{group === 'product_item_id' ? 'Item' : wordsFor(group)}</th>
            {columns.map(({ value, label }) => (
              <th key={value} scope="col">
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {found.isPending && <WaitingRows rows={SHOWN} columns={columns.length + 1} />}
          {rows.slice(0, SHOWN).map((row) => (
            <tr key={cellOf(row, group)}>
              <th scope="row">{cellOf(row, group.replace(/_id$/, '_name')) ?? cellOf(row, group)}</th>
              {columns.map(({ value }) => (
                <td key={value}>{formatMetric(row, value, currency)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      <p className="quiet-text">
        {rows.length > SHOWN && `and ${plural(rows.length - SHOWN, 'more', 'more')}`}
        {found.data && rows.length === 0 && 'Nothing to break down.'}
      </p>
    </section>
  )
}

const CLICKS_AND_COST: readonly MetricChoice[] = [
  { value: 'clicks', label: 'Clicks' },
  { value: 'cost', label: 'Cost' },
]

/** Two find room. */
function columnsFor(report: ReportInfo | undefined): readonly MetricChoice[] {
  const all = choicesFor(report)
  const usual = CLICKS_AND_COST.filter(({ value }) => all.some((choice) => choice.value === value))
  return usual.length === 2 ? usual : all.slice(0, 2)
}

function cellOf(row: Figures, name: string): string | undefined {
  return figureOf(row, name)?.toString()
}
