/** As many rows as are to come, so that nothing jumps when they do. */
export function WaitingRows({ rows, columns }: { rows: number; columns: number }) {
  return Array.from({ length: rows }, (_, index) => (
    <tr key={index} className="waiting" aria-hidden="true">
      <td colSpan={columns}>
        <span>&nbsp;</span>
      </td>
    </tr>
  ))
}
