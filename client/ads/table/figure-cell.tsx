import { percent } from '#client/ui/format.ts'
import type { FigureColumn } from './columns.ts'
import { changeOf, type TableRow } from './rows.ts'

interface FigureCellProps {
  row: TableRow
  column: FigureColumn
}

/** A figure, and below it how far it is from what it is compared with. */
export function FigureCell({ row, column }: FigureCellProps) {
  const { now, before, currency } = row
  const amount = column.amountOf(now)
  return (
    <td>
      <span>{amount === undefined ? '–' : column.format(amount, currency)}</span>
      {before && <ChangeLine {...{ row, column }} />}
    </td>
  )
}

function ChangeLine({ row, column }: FigureCellProps) {
  const change = changeOf(row, column)
  if (!change) return <span className="change">–</span>
  const { before, by, share } = change
  const was = `${column.format(before, row.currency)} before`
  const tell = column.formatChange ?? column.format
  if (tell(Math.abs(by), row.currency) === tell(0, row.currency))
    return (
      <span className="change" title={was}>
        no change
      </span>
    )
  const isBetter = column.better === undefined ? undefined : by > 0 === (column.better === 'more')
  return (
    <span className="change" data-better={isBetter} title={was}>
      {by > 0 ? '▲\u00a0+' : '▼\u00a0−'}
      {tell(Math.abs(by), row.currency)}
      {share === undefined ? ' · new' : ` · ${percentOf(share)}`}
    </span>
  )
}

/** Beyond this a factor says more. */
const MAX_SHARE = 9.99

function percentOf(share: number): string {
  return share > MAX_SHARE ? `×${Math.round(share + 1)}` : percent(Math.round(100 * Math.abs(share)) / 100)
}
