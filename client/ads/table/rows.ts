/** The rows of the table: found by their name, and put in order. */
import { sumOf, figureOf, type Figures } from '#client/ads/days.ts'
import type { ReportAnswer } from '#client/ads/comparison.ts'
import type { FigureColumn } from './columns.ts'

export interface TableRow {
  key: string
  /** What stands in the column that the rows are grouped by. */
  value: string
  name: string
  /** Of the item: to be found by, too. */
  product: RowProduct | undefined
  currency: string
  now: Figures
  /** Undefined where nothing is compared. */
  before: Figures | undefined
  /** Cost a day, oldest first. */
  trend: readonly number[]
}

export interface RowProduct {
  id: number
  sku: string | null
  name: string
}

export function rowsOf(
  { rows }: Pick<ReportAnswer, 'rows'>,
  group: string,
  products: ReadonlyMap<string, RowProduct>,
): TableRow[] {
  return rows.map((row) => {
    const value = String(figureOf(row, group) ?? '')
    const product = group === 'product_item_id' ? products.get(value) : undefined
    const named = figureOf(row, group.replace(/_id$/, '_name'))
    return {
      key: `${row.currency} ${value}`,
      value,
      name: product?.name ?? (named === undefined || named === '' ? value : String(named)),
      product,
      currency: row.currency,
      now: row,
      before: row.before,
      trend: (row.trend ?? []).map(Number),
    }
  })
}

/** By words of its name, its SKU or its id, in any order. */
export function search(rows: readonly TableRow[], words: string): readonly TableRow[] {
  const wanted = words.toLocaleLowerCase().split(/\s+/).filter(Boolean)
  if (wanted.length === 0) return rows
  return rows.filter(({ name, value, product }) => {
    const text = `${name} ${value} ${product?.sku ?? ''}`.toLocaleLowerCase()
    return wanted.every((word) => text.includes(word))
  })
}

export interface Sort {
  /** A figure's id, or `name`. */
  column: string
  by: 'figure' | 'change'
  descending: boolean
}

export const USUAL_SORT: Sort = { column: 'cost', by: 'figure', descending: true }

/** Rows without the figure come last, whichever way; amounts of one currency stay together. */
export function sorted(
  rows: readonly TableRow[],
  columns: readonly FigureColumn[],
  { column: id, by, descending }: Sort,
): readonly TableRow[] {
  const sign = descending ? -1 : 1
  if (id === 'name') return rows.toSorted((a, b) => sign * a.name.localeCompare(b.name))
  const column = columns.find((each) => each.id === id) ?? columns[0]
  if (!column) return rows
  const keys = new Map(
    rows.map((row) => [row, by === 'change' ? changeOf(row, column)?.by : column.amountOf(row.now)]),
  )
  return rows.toSorted((a, b) => {
    if (a.currency !== b.currency) return a.currency < b.currency ? -1 : 1
    const [one, other] = [keys.get(a), keys.get(b)]
    if (one === undefined || other === undefined)
      return Number(one === undefined) - Number(other === undefined)
    return sign * (one - other)
  })
}

export interface Change {
  before: number
  by: number
  /** Undefined where there was nothing. */
  share: number | undefined
}

/** Undefined where there is nothing to compare. */
export function changeOf(
  { now, before }: Pick<TableRow, 'now' | 'before'>,
  column: FigureColumn,
): Change | undefined {
  const amount = column.amountOf(now)
  const was = before && column.amountOf(before)
  if (amount === undefined || was === undefined) return undefined
  return { before: was, by: amount - was, share: was > 0 ? (amount - was) / was : undefined }
}

/** Undefined where they are of several currencies. @param own what the report has beside the usual figures */
export function totalOf(rows: readonly TableRow[], own: readonly string[]): TableRow | undefined {
  const [first] = rows
  if (!first || rows.some(({ currency }) => currency !== first.currency)) return undefined
  const before = rows.flatMap((row) => row.before ?? [])
  return {
    ...first,
    key: 'total',
    value: '',
    name: 'Total',
    product: undefined,
    now: sumOf(
      rows.map(({ now }) => now),
      own,
    ),
    before: first.before && sumOf(before, own),
    trend: first.trend.map((_, part) => rows.reduce((sum, { trend }) => sum + (trend[part] ?? 0), 0)),
  }
}

/** `cost`, `-cost` for descending, `-cost.change`. */
export function readSort(text: string | null): Sort {
  const [, minus, column, change] = /^(-?)(\w+?)(\.change)?$/.exec(text ?? '') ?? []
  if (column === undefined) return USUAL_SORT
  return { column, by: change ? 'change' : 'figure', descending: minus === '-' }
}

export function writeSort({ column, by, descending }: Sort): string {
  return `${descending ? '-' : ''}${column}${by === 'change' ? '.change' : ''}`
}
