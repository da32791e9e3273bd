import type { VirtualItem } from '@tanstack/react-virtual'
import { Fragment, type ReactNode } from 'react'

interface SpacedRowsProps {
  items: readonly VirtualItem[]
  /** Where the rows begin and end, in pixels from the table's top. */
  start: number
  end: number
  columns: number
  children: (index: number) => ReactNode
}

/** Spacers stand for the rows above, between and below those in the document: it stays a real table. */
export function SpacedRows({ items, start, end, columns, children }: SpacedRowsProps) {
  return (
    <>
      {items.map((item, index) => (
        <Fragment key={item.key}>
          <Spacer height={item.start - (items[index - 1]?.end ?? start)} columns={columns} />
          {children(item.index)}
        </Fragment>
      ))}
      <Spacer height={end - (items.at(-1)?.end ?? start)} columns={columns} />
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
