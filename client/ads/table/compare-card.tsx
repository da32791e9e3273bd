/** Campaigns, products, or whatever the report has, each beside itself in the range that is compared with. */
import { useMemo, useState } from 'react'
import { useSearchParams } from 'wouter'
import { plural } from '#client/ui/format.ts'
import { lazyPart } from '#client/ui/lazy.tsx'
import { ErrorState } from '#client/ui/states.tsx'
import { asWords, reportLabel, type ReportInfo } from '#client/ads/days.ts'
import { dimensionsOf, mainDimension, wordsFor } from '#client/ads/dimensions.ts'
import type { ReportAnswer } from '#client/ads/comparison.ts'
import type { Metric } from '#client/ads/metric.ts'
import { rangeLabel } from '#client/ads/period.ts'
import type { Range } from '#client/ads/range.ts'
import { useItemProducts, useRows } from '#client/ads/use-report.ts'
import type { Compared } from '#client/ads/use-compared.ts'
import { set } from '#client/ads/use-view.ts'
import { columnsOf, type FigureColumn } from './columns.ts'
import { CompareTable } from './compare-table.tsx'
import { readSort, rowsOf, search, sorted, totalOf, USUAL_SORT, writeSort, type Sort } from './rows.ts'
import { TableTools } from './table-tools.tsx'
import { useShownColumns } from './use-shown-columns.ts'

const rowChart = lazyPart(() => import('./row-chart.tsx'))

interface CompareCardProps {
  /** Undefined until it is known what there is. */
  compared: Compared | undefined
  report: ReportInfo | undefined
  metric: Metric
}

export function CompareCard({ compared, report, metric }: CompareCardProps) {
  const { before } = compared ?? {}
  const [chosen, choose] = useState<string>()
  const dimensions = dimensionsOf(report)
  const group = chosen !== undefined && dimensions.includes(chosen) ? chosen : mainDimension(report)
  const all = useMemo(() => columnsOf(report), [report])
  const { shown, toggle } = useShownColumns(all)
  const [sort, setSort] = useSort()
  const [words, setWords] = useState('')
  const [opened, open] = useState<string>()
  const { rows, listed, total, found } = useListed({ compared, group, report, all, sort, words })
  const row = rows?.find(({ key }) => key === opened)
  const heading = wordsFor(group ?? '')
  const title = `${reportLabel(report?.name ?? 'campaign')} compared`
  return (
    <section className="card compare-card" aria-label={title} aria-busy={!rows || found.isPlaceholderData}>
      <header>
        <h2>{title}</h2>
        <p className="quiet-text">{compared && beside(compared)}</p>
      </header>
      <TableTools
        {...{ all, shown, sort, words, heading, dimensions, group }}
        rows={listed}
        isCompared={before !== undefined}
        onGroup={choose}
        onSort={setSort}
        onSearch={setWords}
        onColumn={toggle}
      />
      {found.error && !rows ? (
        <ErrorState error={found.error} retry={() => void found.refetch()} />
      ) : (
        <CompareTable
          {...{ sort, heading, total }}
          rows={listed}
          columns={shown}
          viewKey={`${writeSort(sort)} ${words} ${group}`}
          onSort={setSort}
          onOpen={open}
        />
      )}
      <output className="quiet-text">
        {listed && plural(listed.length, 'row')}
        {listed && words !== '' && ' found'}
        {found.data && missingInWords(found.data)}
      </output>
      {report && report.not_summed.length > 0 && (
        <p className="quiet-text">
          In the rows of the store only, because they do not add up:{' '}
          {report.not_summed.map(asWords).join(', ')}.
        </p>
      )}
      {row && compared && group !== undefined && (
        <rowChart.Part {...{ row, group, compared, report, metric }} onClose={() => open(undefined)} />
      )}
    </section>
  )
}

interface Asked {
  compared: Compared | undefined
  group: string | undefined
  report: ReportInfo | undefined
  all: readonly FigureColumn[]
  sort: Sort
  words: string
}

/** All rows, and those that are found, in their order. */
function useListed({ compared, group, report, all, sort, words }: Asked) {
  const { choice, range, before } = compared ?? {}
  const found = useRows({ choice, range, before, group })
  const products = useItemProducts(group === 'product_item_id' && range ? around(range, before) : undefined)
  const { data } = found
  const rows = useMemo(
    () => (data && group !== undefined ? rowsOf(data, group, products) : undefined),
    [data, group, products],
  )
  const listed = useMemo(() => rows && sorted(search(rows, words), all, sort), [rows, words, all, sort])
  const total = useMemo(
    () => listed && totalOf(listed, report?.metrics.map(({ name }) => name) ?? []),
    [listed, report],
  )
  return { rows, listed, total, found }
}

/** In the address, so that a table can be linked to. */
function useSort(): [Sort, (sort: Sort) => void] {
  const [params, setParams] = useSearchParams()
  const text = params.get('sort')
  const sort = useMemo(() => readSort(text), [text])
  return [
    sort,
    (next) =>
      setParams(
        (known) => {
          set(known, 'sort', writeSort(next) === writeSort(USUAL_SORT) ? undefined : writeSort(next))
          return known
        },
        { replace: true },
      ),
  ]
}

function around(range: Range, before: Range | undefined): Range {
  return { from: before && before.from < range.from ? before.from : range.from, to: range.to }
}

function beside({ range, before, againstWords }: Compared): string {
  return before ? `${rangeLabel(range)} beside ${againstWords}` : rangeLabel(range)
}

function missingInWords({ missing, compared }: ReportAnswer): string {
  const before = compared?.missing ?? 0
  if (missing + before === 0) return ''
  const then = compared ? ` and ${plural(before, 'day')} of those compared with` : ''
  return ` · not whole: ${plural(missing, 'day')} of these${then} are not stored`
}
