import { Fragment, type ReactNode } from 'react'
import type { RowWindow } from './use-row-window.ts'

interface SpacedRowsProps {
  window: Pick<RowWindow, 'places' | 'startOf' | 'height'>
  columns: number
  children: (place: number) => ReactNode
}

/** Spacers stand for the rows above, between and below those in the document: it stays a real table. */
export function SpacedRows({ window: { places, startOf, height }, columns, children }: SpacedRowsProps) {
  const last = places.at(-1)
  const endOf = (place: number | undefined) => (place === undefined ? 0 : startOf(place + 1))
  return (
    <>
      {places.map((place, index) => (
        <Fragment key={place}>
          <Spacer height={startOf(place) - endOf(places[index - 1])} columns={columns} />
          {children(place)}
        </Fragment>
      ))}
      <Spacer height={height - endOf(last)} columns={columns} />
    </>
  )
}

function Spacer({ height, columns }: { height: number; columns: number }) {
  if (height <= 0) return null
  return (
    <tr aria-hidden="true" className="spacer">
      <td colSpan={columns} style={{ height }}>
        &nbsp;
      </td>
    </tr>
  )
}
