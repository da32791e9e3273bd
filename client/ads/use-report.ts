/** Sums of the report that is shown, from the server: only of the dates that are looked at. */
import { keepPreviousData, skipToken, useQuery } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import { trpc } from '#client/ui/trpc.ts'
import { compare } from './comparison.ts'
import type { Interval } from './range-steps.ts'
import type { Range } from './range.ts'
import type { Choice } from './use-ads.ts'

/** Of a row of the table: the column that names it, and what stands there. */
export interface RowFilter {
  column: string
  value: string
}

export interface SumsAsked {
  choice: Choice | undefined
  range: Range | undefined
  /** Undefined where nothing is compared. */
  before: Range | undefined
  interval: Interval
  only?: RowFilter
}

/** By date: of the range, and of the one it is compared with. */
export function useComparison({ choice, range, before, interval, only }: SumsAsked) {
  const sums = (of: Range | undefined) =>
    trpc.ads.report.queryOptions(
      choice && of
        ? {
            ...of,
            group_by: 'date',
            report: choice.report,
            customer_id: choice.customerId,
            interval,
            ...(only && { filter_by: only.column, filter_value: only.value }),
          }
        : skipToken,
      { placeholderData: keepPreviousData },
    )
  const now = useQuery(sums(range))
  const then = useQuery(sums(before))
  const { data } = now
  const other = before ? then.data : undefined
  const isWhole = data !== undefined && (!before || other !== undefined)
  const comparison = useMemo(
    () => (isWhole ? compare(data, other, interval) : undefined),
    [data, other, interval, isWhole],
  )
  const isStale = now.isPlaceholderData || (before !== undefined && then.isPlaceholderData)
  // What was shown before has steps of its own.
  const [kept, keep] = useState(comparison)
  if (!isStale && comparison && comparison !== kept) keep(comparison)
  return {
    comparison: isStale ? kept : comparison,
    currency: data?.currency ?? '',
    isStale,
    error: now.error ?? then.error,
    retry: () => void Promise.all([now.refetch(), then.refetch()]),
  }
}

const TREND_PARTS = 24

interface RowsAsked extends Omit<SumsAsked, 'interval' | 'only'> {
  group: string | undefined
}

/** By a column of the report, each row beside itself in the range that is compared with. */
export function useRows({ choice, range, before, group }: RowsAsked) {
  return useQuery(
    trpc.ads.report.queryOptions(
      choice && range && group !== undefined
        ? {
            ...range,
            group_by: group,
            report: choice.report,
            customer_id: choice.customerId,
            trend: TREND_PARTS,
            ...(before && { compare_from: before.from, compare_to: before.to }),
          }
        : skipToken,
      { placeholderData: keepPreviousData },
    ),
  )
}

/** Which product each item id belongs to. @param range undefined where the rows are no products */
export function useItemProducts(range: Range | undefined) {
  const found = useQuery(
    trpc.ads.matchedItems.queryOptions(range ?? skipToken, { placeholderData: keepPreviousData }),
  )
  const items = range && found.data?.items
  return useMemo(() => new Map(items?.map(({ item_id, product }) => [item_id, product])), [items])
}
