/** Which columns the table has, and how wide they are: what dragging their edges does as well. */
import { useState } from 'react'
import { COLUMNS, type Column, type ColumnId } from '#client/products/columns.ts'
import { Modal } from '#client/ui/modal.tsx'
import { useStore } from '#client/ui/store.ts'
import { AS_USUAL, layout, MIN_WIDTH, setWidth, show } from './layout.ts'

/** What is too narrow is the beginning of a number. */
function typed(id: ColumnId, width: string): void {
  if (width === '') setWidth(id, undefined)
  else if (Number(width) >= MIN_WIDTH) setWidth(id, Number(width))
}

interface ColumnsDialogProps {
  columns: readonly Column[]
  onClose: () => void
}

export default function ColumnsDialog({ columns, onClose }: ColumnsDialogProps) {
  const { widths } = useStore(layout)
  const shown = columns.map(({ id }) => id)
  const [resets, setResets] = useState(0)
  const reset = () => {
    layout.set(AS_USUAL)
    setResets(resets + 1)
  }
  const turn = (id: ColumnId) =>
    show(shown.includes(id) ? shown.filter((each) => each !== id) : [...shown, id])
  return (
    <Modal kind="dialog" title="Columns" onClose={onClose}>
      <table className="columns-choice">
        <thead>
          <tr>
            <th scope="col">Column</th>
            <th scope="col">Width in pixels</th>
          </tr>
        </thead>
        <tbody>
          {COLUMNS.map(({ id, label }) => (
            <tr key={id}>
              <td>
                <label>
                  <input
                    type="checkbox"
                    checked={shown.includes(id)}
                    // Without it a row does not tell which product it is of.
                    disabled={id === 'name'}
                    onChange={() => turn(id)}
                  />
                  {label}
                </label>
              </td>
              <td>
                <input
                  className="field number"
                  inputMode="numeric"
                  autoComplete="off"
                  aria-label={`Width of ${label}`}
                  placeholder="as it fits"
                  key={resets}
                  defaultValue={widths[id] ?? ''}
                  onChange={({ target }) => typed(id, target.value.trim())}
                />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <div className="dialog-actions">
        <button type="button" className="button" onClick={reset}>
          As usual
        </button>
        <button type="button" className="button primary" onClick={onClose}>
          Done
        </button>
      </div>
    </Modal>
  )
}
