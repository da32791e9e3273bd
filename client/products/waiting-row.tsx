import type { Column } from './columns.ts'

/** Of the very size that the row will have, so that nothing jumps when it comes. */
export function WaitingRow({ columns }: { columns: readonly Column[] }) {
  return (
    <tr aria-hidden="true" className="waiting">
      {columns.map(({ id }) => (
        <td key={id} className={`cell-${id}`}>
          <span>&nbsp;</span>
        </td>
      ))}
    </tr>
  )
}
