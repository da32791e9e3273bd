/** What would come of it, as the server answered to a dry run. */
import { count, plural } from '#client/ui/format.ts'
import { takeFocus } from '#client/ui/modal.tsx'
import { shown, shortName } from '#client/products/value-labels.ts'
import { fieldOf } from './bulk-change.ts'
import type { Tried } from './bulk-run.ts'
import { RefusedList } from './refused-list.tsx'

const MAX_LISTED = 50

interface BulkPreviewProps {
  tried: Tried
  busy: boolean
  onBack: () => void
  onApply: () => void
}

export function BulkPreview({ tried, busy, onBack, onApply }: BulkPreviewProps) {
  const { changing, unchanged, refused } = tried
  const field = fieldOf(tried.change.kind)
  const more = changing.length - MAX_LISTED
  return (
    <>
      <p>
        <strong>{plural(changing.length, 'product')} would change</strong>
        {unchanged > 0 && `, ${count(unchanged)} are so already`}. Nothing is changed yet.
      </p>
      <RefusedList title="Cannot be changed" refused={refused} />
      {changing.length > 0 && (
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reached by keyboard
        <section className="scroll-box" tabIndex={0} aria-label="Preview">
          <table className="preview">
            <thead>
              <tr>
                <th scope="col">Name</th>
                <th scope="col" className="number">
                  Current
                </th>
                <th scope="col" className="number">
                  New
                </th>
              </tr>
            </thead>
            <tbody>
              {changing.slice(0, MAX_LISTED).map(({ before, after }) => (
                <tr key={before.id}>
                  <td>{shortName(before)}</td>
                  <td className="number">{shown(before, field)}</td>
                  <td className="number">{shown(after, field)}</td>
                </tr>
              ))}
            </tbody>
          </table>
          {more > 0 && <p className="quiet-text">and {count(more)} more</p>}
        </section>
      )}
      <div className="dialog-actions">
        <button type="button" className="button" onClick={onBack}>
          Back
        </button>
        <button
          type="button"
          className="button primary"
          ref={takeFocus}
          disabled={busy || changing.length === 0}
          onClick={onApply}
        >
          Change {plural(changing.length, 'product')}
        </button>
      </div>
    </>
  )
}
